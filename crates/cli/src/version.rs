//! `--version`: the version, the commit, the features of the build and the instructions that the processor has.

use mukarrar::kernel::InstructionSet;

/// The features of the command line, and whether this build has them.
const FEATURES: [(&str, bool); 12] = [
    ("parallel", cfg!(feature = "parallel")),
    ("gzip", cfg!(feature = "gzip")),
    ("zstd", cfg!(feature = "zstd")),
    ("bzip2", cfg!(feature = "bzip2")),
    ("xz", cfg!(feature = "xz")),
    ("html", cfg!(feature = "html")),
    ("warc", cfg!(feature = "warc")),
    ("archives", cfg!(feature = "archives")),
    ("parquet", cfg!(feature = "parquet")),
    ("persistent", cfg!(feature = "persistent")),
    ("remote", cfg!(feature = "remote")),
    ("server", cfg!(feature = "server")),
];

/// The text behind the name of the program: the version in the first line, then what this build is.
pub(super) fn long() -> String {
    let with = |wanted: bool| {
        let names: Vec<&str> = FEATURES.iter().filter(|(_, has)| *has == wanted).map(|(name, _)| *name).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(" ") }
    };

    format!(
        "{}\ncommit        {}\nfeatures      {}\nabsent        {}\ninstructions  {} ({})\nfolding       {}",
        env!("CARGO_PKG_VERSION"),
        option_env!("MUKARRAR_COMMIT").filter(|commit| !commit.is_empty()).unwrap_or("unknown"),
        with(true),
        with(false),
        InstructionSet::best().name(),
        std::env::consts::ARCH,
        mukarrar::normalize::FOLD_VERSION,
    )
}
