# shellcheck shell=bash
# The steps of .ci/run, a function each. Sourced at the root of the checkout; a step fails by its exit code.

check_format() { cargo fmt --all --check; }

check_clippy() { cargo clippy --quiet --locked --all-targets -- -D warnings; }

check_docs() { RUSTDOCFLAGS='-D warnings' cargo doc --quiet --locked --no-deps; }

# A command of the README, as it stands there.
readme_command() { grep -m1 -oE "^$1.*" README.md; }

readme_tests() {
    local command
    command=$(readme_command 'cargo test') || { echo 'README names no test command'; return 1; }
    bash -c "$command"
}

# Tests that need more than the checkout has: the reference collections, and a small file system where users may mount one.
# Says how many ran; fails if none did.
reference_collections() {
    local shared=${MUKARRAR_SHARED:-$PWD/../shared} skipped=(--skip at_every_setting --skip kernels_equal) log ran
    [[ -d $shared/corpora ]] || { echo "no $shared/corpora"; return 0; }
    unshare --user --map-root-user --mount true 2>/dev/null || skipped+=(--skip a_full_disk_loses_nothing)
    log=$(mktemp)
    MUKARRAR_SHARED=$shared cargo test --quiet --locked -- --ignored "${skipped[@]}" 2>&1 | tee "$log" | grep -E '^test result|FAILED|panicked'
    ran=$(grep -oE '[0-9]+ passed' "$log" | awk '{ n += $1 } END { print n + 0 }')
    echo "$ran tests ran on reference collections"
    ! grep -qE '^test result: FAILED|^error' "$log" && ((ran > 0))
}

# The features of the library, a line each.
library_features() {
    cargo metadata --locked --no-deps --format-version 1 | python3 -c '
import json, sys
library = next(p for p in json.load(sys.stdin)["packages"] if p["name"] == "mukarrar")
print("\n".join(sorted(set(library["features"]) - {"default"})))' | tr -d '\r'
}

features_alone() {
    local features feature
    features=$(library_features) || return 1
    cargo clippy --quiet --locked --package mukarrar --no-default-features --all-targets -- -D warnings || return 1
    for feature in $features; do
        echo "-- feature $feature"
        # The tests of the library need more than one feature.
        cargo clippy --quiet --locked --package mukarrar --no-default-features --features "$feature" --lib -- -D warnings ||
            return 1
    done
    echo '-- the command line without its features'
    cargo clippy --quiet --locked --package mukarrar-cli --no-default-features -- -D warnings || return 1
    cargo test --quiet --locked --package mukarrar --no-default-features --lib
}

# The repeated Iran-France items must be among the clusters that the README promises.
shows_clusters() {
    local command out
    command=$(readme_command 'cargo run --release -- clusters corpus') || { echo 'README names no first command'; return 1; }
    out=$(bash -c "$command") && grep -q 'ar-001' <<<"$out" && grep -q 'ar-006' <<<"$out"
}

gold_f1() {
    local out
    out=$(cargo run --quiet --release --locked -- eval corpus --gold corpus/gold.labels --format json -q) || return 1
    echo "$out"
    python3 - "$out" <<'PY'
import json, sys
f1 = json.loads(sys.argv[1])["pairs"]["f1"]
sys.exit(0 if f1 >= 0.98 else f"gold F1 {f1} is below .98")
PY
}

python_package() {
    cargo clippy --quiet --locked --package mukarrar-python -- -D warnings && bash python/test
}

# The server against its OpenAPI document, with generated requests.
check_api() (
    home=target/api-test
    python3 -m venv "$home" &&
        "$home/bin/pip" install --quiet --disable-pip-version-check 'schemathesis==4.32.5' &&
        cargo build --quiet --locked --bin mukarrar &&
        PATH=$PWD/$home/bin:$PATH python3 tools/api_test.py "${CARGO_TARGET_DIR:-target}/debug/mukarrar"
)


msrv() { grep -m1 -oE '^rust-version = "[^"]+' Cargo.toml | cut -d'"' -f2; }

# On request: the toolchain that Cargo.toml names as rust-version. Looks at the library and the programs, not at tests:
# test dependencies may need a newer Rust.
check_msrv() {
    local version
    version=$(msrv) || return 1
    echo "-- Rust $version"
    RUSTUP_TOOLCHAIN=$version cargo check --quiet --locked
}

# On request: benches are built and linked as `cargo bench` does. The step clippy checks their code.
compile_benches() { cargo bench --quiet --locked --no-run; }

# On request: the library beside programs of others. Their dependencies are compiled with it, which takes minutes.
compare_with_models() {
    cargo clippy --quiet --locked --package mukarrar-models --all-targets -- -D warnings &&
        cargo test --quiet --locked --package mukarrar-models
}

# On request: a system without Unix (Windows). Everything compiles; the tests run without the index on disk, which was not
# tried there.
portable_tests() {
    local features
    cargo check --quiet --locked || return 1
    features=$(library_features | grep -vxE 'persistent|server' | paste -sd, -) || return 1
    cargo test --quiet --locked --package mukarrar --no-default-features --features "$features" --lib
}

# Fetches the checkers that .ci/requirements.txt names into target/checkers and puts them on the path.
install_checkers() {
    local home=target/checkers
    python3 -m venv "$home" || return 1
    PATH=$PWD/$home/bin:$PATH
    python -m pip install --quiet --disable-pip-version-check --requirement .ci/requirements.txt
}

# On request: shell scripts, workflows, issue forms, Dockerfile and spelling. Needs python3 with pip.
check_files() (
    install_checkers &&
        shellcheck --external-sources .ci/{run,steps.sh,install-msrv,check-tag} python/test fuzz/run tools/{story_table,tarball,wheel} &&
        check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml &&
        check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/[!c]*.yml &&
        check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml &&
        hadolint Dockerfile &&
        typos
)

# On request: the command line against an S3-compatible server on loopback, with faults. Needs python3 with pip.
check_remote() (
    home=target/remote-test
    python3 -m venv "$home" &&
        "$home/bin/pip" install --quiet --disable-pip-version-check 'moto[server]==5.2.5' &&
        cargo build --quiet --locked --bin mukarrar &&
        "$home/bin/python" tools/remote_test.py "${CARGO_TARGET_DIR:-target}/debug/mukarrar"
)

# On request: reports in a browser. Needs Node with npm, and Chromium (Debian's, or the one that CHROMIUM names).
check_report() (
    home=target/report-test
    npm install --silent --no-audit --no-fund --prefix "$home" puppeteer-core@24 axe-core@4 &&
        cargo build --quiet --locked --bin mukarrar &&
        NODE_PATH=$home/node_modules node tools/report_test.js "${CARGO_TARGET_DIR:-target}/debug/mukarrar"
)

# On request: licences, versions and sources of dependencies. Needs python3 with pip, on Linux x86-64.
check_licences() (
    install_checkers && cargo deny --locked --workspace check bans licenses sources
)

# On request: known faults of dependencies. Needs the network, for RustSec's database on GitHub.
check_advisories() (
    install_checkers && cargo deny --locked --workspace check advisories
)

# On request: the files of the published library. Nothing of tests, benches and corpora may be among them.
check_package() {
    local files
    files=$(cargo package --package mukarrar --list --allow-dirty) || return 1
    echo "$(wc -l <<<"$files") files"
    ! grep -E '^(tests|benches|corpus|fuzz|python|tools|docs|\.github|\.ci)/' <<<"$files"
}

# On request: every fuzz target for a minute, from the seeds in fuzz/seeds. Needs a C compiler.
run_fuzz_targets() {
    bash fuzz/run 60
}
