# The index over HTTP, as a user without rights:
#
#     docker build -t mukarrar .
#     docker run -p 127.0.0.1:8077:8077 -v seen:/data -e MUKARRAR_TOKEN=SECRET mukarrar
#
# Beyond loopback the server wants a token of 16 characters or more.

FROM rust:1.95-slim-bookworm AS build
WORKDIR /source
COPY . .
RUN cargo build --locked --profile dist --bin mukarrar \
    && install -D target/dist/mukarrar /out/mukarrar

FROM debian:bookworm-slim
# The root certificates are for addresses as paths (s3://…); their version is that of the image.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data --create-home mukarrar
COPY LICENSE-APACHE LICENSE-MIT /usr/share/doc/mukarrar/
COPY --from=build /out/mukarrar /usr/local/bin/mukarrar
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8077
ENTRYPOINT ["mukarrar"]
CMD ["serve", "/data/index", "--create", "--listen", "0.0.0.0:8077"]
