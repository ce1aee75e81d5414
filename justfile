# Short names for common commands (https://just.systems). CONTRIBUTING.md explains them.

# Lists the commands.
default:
    @just --list --unsorted

# Runs the gate, or the steps that are named.
check *steps:
    bash .ci/run {{ steps }}

# Formats the code.
format:
    cargo fmt --all

# Runs the tests of Rust; arguments go to cargo test.
test *args:
    cargo test {{ args }}

# Builds and tests the Python package; arguments go to pytest.
python *args:
    bash python/test {{ args }}

# Runs mukarrar from this checkout.
run *args:
    cargo run --release -- {{ args }}

# Clusters the sample corpus.
sample:
    cargo run --release -- clusters corpus

# Shows the documentation of the library.
docs:
    cargo doc --no-deps --open

# Measures: stages, lsh, kernels or reading.
bench name:
    cargo bench --bench {{ name }}

# Fuzzes the fold kernels for so many seconds.
fuzz seconds="60":
    bash fuzz/run {{ seconds }}

# Checks scripts, workflows, spelling, licences and what would be published.
lint:
    bash .ci/run files licences package

# Builds the archive that is shipped for this machine.
tarball:
    bash tools/tarball
