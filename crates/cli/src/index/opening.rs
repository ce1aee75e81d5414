//! Opens indexes as the arguments say.

use super::args::{DirectoryArgs, SettingsArgs};
use crate::console::Console;
use mukarrar::Index;
use mukarrar::error::Result;
use mukarrar::index::IndexBuilder;
use mukarrar::page::BoilerplateRules;

/// Opens an index that exists, to write it.
pub(super) fn open_existing(arguments: &DirectoryArgs, console: &Console) -> Result<Index> {
    let index = builder_for(arguments).open_existing(&arguments.directory)?;
    show_recovery(&index, console);
    Ok(index)
}

/// Warns if opening had to recover the index.
pub(crate) fn show_recovery(index: &Index, console: &Console) {
    if let Some(recovery) = index.recovery() {
        console.warning(&recovery.to_string());
    }
}

/// A builder with the memory and the commit interval of `arguments`.
pub(super) fn builder_for(arguments: &DirectoryArgs) -> IndexBuilder {
    limited(Index::builder(), arguments)
}

/// `builder` with the memory and the commit interval of `arguments`.
pub(super) fn limited(builder: IndexBuilder, arguments: &DirectoryArgs) -> IndexBuilder {
    let builder = builder.commit_every(arguments.commit_every);
    match arguments.cache {
        // A cache larger than the address space has no limit in effect.
        Some(cache) => builder.cache_size(usize::try_from(cache).unwrap_or(usize::MAX)),
        None => builder,
    }
}

/// A builder with the settings that the user gave.
pub(crate) fn builder_with_settings(arguments: &DirectoryArgs, settings: &SettingsArgs) -> Result<IndexBuilder> {
    let mut builder = builder_for(arguments);
    if let Some(path) = &settings.boilerplate_rules {
        builder = builder.boilerplate_rules(BoilerplateRules::open(path)?);
    }

    let SettingsArgs { threshold, recall, profile, lang, boilerplate, shingle, facts, verify, window, seed, .. } =
        settings;

    // Only given settings are set: the builder checks them against those of an existing index.
    macro_rules! set {
        ($($name:ident: $value:expr),*) => { $(if let Some(value) = $value { builder = builder.$name(value); })* };
    }

    set!(
        threshold: *threshold, recall: *recall, profile: *profile, language: lang.0, boilerplate: *boilerplate,
        shingle: *shingle, facts: facts.map(Into::into), verify: verify.map(Into::into), window: *window, seed: *seed
    );

    if settings.stories {
        builder = builder.stories(settings.telling.options());
        if let Some(table) = settings.telling.table()? {
            builder = builder.rarity(table);
        }
    }
    Ok(builder)
}
