# The index over HTTP, as a user without rights:
#
#     docker build -t mukarrar .
#     docker run -p 127.0.0.1:8077:8077 -v seen:/data -e MUKARRAR_TOKEN=SECRET mukarrar
#
# Beyond loopback the server wants a token of 16 characters or more.

FROM rust:1.95-slim-bookworm AS build
WORKDIR /source
COPY . .
RUN cargo build --locked --profile dist --bin mukarrar

# The image has the program, the libraries that it is linked with and the root certificates, which addresses as paths
# (s3://…) need, and nothing else: no shell, no packages.
RUN install -D target/dist/mukarrar /out/usr/local/bin/mukarrar \
    && ldd target/dist/mukarrar | grep -o '/[^ ]*' | xargs -I {} cp --dereference --parents {} /out \
    && install -D -m 644 /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ca-certificates.crt \
    && install -D -m 644 -t /out/usr/share/doc/mukarrar LICENSE-APACHE LICENSE-MIT \
    && echo 'hosts: files dns' > /out/etc/nsswitch.conf \
    && echo 'mukarrar:x:10001:10001::/data:/sbin/nologin' > /out/etc/passwd \
    && echo 'mukarrar:x:10001:' > /out/etc/group \
    && mkdir --mode 1777 /out/tmp \
    && install -d -o 10001 -g 10001 /out/data

FROM scratch
COPY --from=build /out /
USER 10001:10001
ENV HOME=/data
WORKDIR /data
VOLUME /data
EXPOSE 8077
ENTRYPOINT ["/usr/local/bin/mukarrar"]
CMD ["serve", "/data/index", "--create", "--listen", "0.0.0.0:8077"]
