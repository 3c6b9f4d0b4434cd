//! Every budget a peer can draw on, with its number and its reason.

use tessera_wire::codepoint::HandshakeType;

/// Empty records in a row. An empty application-data record is legal padding against traffic
/// analysis (RFC 9846 §5.1); more than this without a byte of content is someone burning our CPU.
pub(crate) const EMPTY_RECORDS: u32 = 32;

/// Warning alerts in a row. TLS 1.3 has `user_canceled` only, and one is enough; some stacks send
/// two.
pub(crate) const WARNING_ALERTS: u32 = 4;

/// KeyUpdates in a row without application data between: each costs us two key derivations.
pub(crate) const KEY_UPDATES: u32 = 32;

/// Tickets a client takes in at all on one connection. Beyond what it keeps it ignores them, and
/// beyond this someone is filling a log.
pub(crate) const TICKETS_RECEIVED: u32 = 1024;

/// ChangeCipherSpec records during one handshake: middlebox compatibility (RFC 9846 §E.4) sends
/// one, a retry may add one.
pub(crate) const CHANGE_CIPHER_SPECS: u32 = 4;

/// Wishes for a handshake on an established connection that come to nothing, without application data between:
/// HelloRequests and ClientHellos of TLS 1.2, CertificateRequests of TLS 1.3. Each costs us an answer.
pub(crate) const HANDSHAKE_WISHES: u32 = 32;

/// Bytes kept that came behind the peer's close_notify, for whoever goes on with the transport.
pub(crate) const LEFT_OVER: usize = 64 * 1024;

/// Bytes of early data dropped while it is being refused, records whole: what the largest ticket of ours could have
/// allowed, and the overhead on top.
pub(crate) const REFUSED_EARLY_DATA: usize = 64 * 1024;

/// Tickets a server holds back while the store is asked to keep their sessions.
pub(crate) const TICKETS_IN_KEEPING: usize = 64;

/// A ClientHello: post-quantum shares and a few PSKs with large tickets fit four times over.
pub(crate) const CLIENT_HELLO: usize = 64 * 1024;

/// A Certificate: chains with post-quantum signatures reach 30 KiB, and servers send no more than this.
pub(crate) const CERTIFICATE: usize = 128 * 1024;

/// A CertificateRequest: lists of certificate authorities can be long.
pub(crate) const CERTIFICATE_REQUEST: usize = 64 * 1024;

/// A NewSessionTicket: its ticket has at most 2^16-1 bytes, its extensions a few.
pub(crate) const NEW_SESSION_TICKET: usize = 68 * 1024;

/// Any other handshake message.
pub(crate) const OTHER_MESSAGE: usize = 16 * 1024;

/// The longest handshake message of each kind, header excluded. Reassembly holds at most this and a record more.
pub(crate) fn handshake_message(kind: HandshakeType) -> usize {
    match kind {
        HandshakeType::CLIENT_HELLO => CLIENT_HELLO,
        HandshakeType::CERTIFICATE => CERTIFICATE,
        HandshakeType::CERTIFICATE_REQUEST => CERTIFICATE_REQUEST,
        HandshakeType::NEW_SESSION_TICKET => NEW_SESSION_TICKET,
        _ => OTHER_MESSAGE,
    }
}

/// Records of a key's limit that no application data gets: where the keys are exhausted, an alert
/// still says so.
pub(crate) const LAST_WORDS: u64 = 4;

/// Records sealed under one key before it is replaced, as a share of the suite's limit: leaves
/// room for the records that are on their way while the KeyUpdate is sent.
pub(crate) fn update_at(suite_limit: u64) -> u64 {
    suite_limit - suite_limit / 16
}
