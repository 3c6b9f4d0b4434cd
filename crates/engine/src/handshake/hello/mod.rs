//! The hello: one ClientHello serves all versions, and only here is the version a question.

pub(crate) mod grease;
pub(crate) mod offer;
pub(crate) mod offered;
pub(crate) mod retry;
