//! How much may be said before TLS. What exceeds this is no dialogue any more.

/// A command line of SMTP with its CR LF: RFC 5321 §4.5.3.1.4.
pub(crate) const SMTP_COMMAND: usize = 512;

/// A line of an SMTP reply. RFC 5321 §4.5.3.1.5 has 512 here, too; some servers greet at greater length.
pub(crate) const SMTP_REPLY: usize = 2048;

/// A line of IMAP in either direction: RFC 7162 §4.
pub(crate) const IMAP_LINE: usize = 8192;

/// An LDAP message. StartTLS and its answer are some fifty bytes; this has room for a bind that is refused.
pub(crate) const LDAP_MESSAGE: usize = 16 * 1024;

/// Lines or messages from one peer.
pub(crate) const UNITS: usize = 128;

/// Bytes from one peer.
pub(crate) const BYTES: usize = 64 * 1024;
