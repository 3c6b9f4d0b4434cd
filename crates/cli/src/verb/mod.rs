//! The verbs, one folder or file each.

pub(crate) mod connect;
pub(crate) mod demo;
pub(crate) mod keys;
pub(crate) mod manual;
pub(crate) mod serve;
pub(crate) mod session;
