//! The hello: one ClientHello serves all versions, and only here is the version a question.

pub(crate) mod again;
pub(crate) mod alpn;
pub(crate) mod grease;
pub(crate) mod offer;
pub(crate) mod offered;
pub(crate) mod offered12;
pub(crate) mod retry;
pub(crate) mod sent;
pub(crate) mod start;
pub(crate) mod version;
