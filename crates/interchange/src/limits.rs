//! How much a file of somebody else's may hold before it is refused.

/// Sessions of a curl file: more than any wallet holds for one host.
pub(crate) const MOST_LINES: usize = 4096;

/// Certificates of a session: no stack sends more, and no record of ours holds more.
pub(crate) const MOST_CERTIFICATES: usize = 16;

/// Bytes of a ticket: it is `opaque<1..2^16-1>`, RFC 9846 §4.7.1.
pub(crate) const LONGEST_TICKET: usize = 0xffff;

/// Bytes of a session id and of its context: what OpenSSL and BoringSSL allow for both.
pub(crate) const LONGEST_ID: usize = 32;

/// Bytes of any other string: nothing in a session needs more.
pub(crate) const LONGEST_STRING: usize = 0xffff;

/// Ticket keys of a server: more than any rotation needs.
pub(crate) const MOST_KEYS: usize = 32;
