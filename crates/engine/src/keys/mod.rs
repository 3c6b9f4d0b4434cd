//! Secrets and what is derived from them: RFC 9846 §7.

pub(crate) mod derived;
pub(crate) mod exporter;
pub(crate) mod finished;
pub(crate) mod importer;
pub(crate) mod keylog;
pub(crate) mod record_keys;
pub(crate) mod tls12;
pub(crate) mod tls13;
pub(crate) mod transcript;
