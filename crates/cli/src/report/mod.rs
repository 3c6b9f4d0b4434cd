//! How results are shown: a verb computes a value, and these render it.

pub(crate) mod listing;
pub(crate) mod out;
pub(crate) mod table;
pub(crate) mod talk;
pub(crate) mod text;
