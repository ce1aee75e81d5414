//! Arguments that several commands share. Each command's own arguments are in the file of the command.

pub(super) mod groups;
pub(super) mod names;
pub(super) mod values;
