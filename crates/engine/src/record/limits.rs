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

/// Wishes for a renegotiation that come to nothing, without application data between: HelloRequests
/// and ClientHellos. Each costs us an alert at least.
pub(crate) const RENEGOTIATIONS: u32 = 32;

/// Bytes kept that came behind the peer's close_notify, for whoever goes on with the transport.
pub(crate) const LEFT_OVER: usize = 64 * 1024;

/// Bytes of early data dropped while it is being refused: what the largest ticket of ours could
/// have allowed, and the record overhead on top.
pub(crate) const REFUSED_EARLY_DATA: usize = 64 * 1024;

/// Tickets a server holds back while the store is asked to keep their sessions.
pub(crate) const TICKETS_IN_KEEPING: usize = 64;

/// The longest handshake message of each kind, header excluded. Reassembly allocates at most this.
pub(crate) fn handshake_message(kind: HandshakeType) -> usize {
    match kind {
        // Post-quantum shares and a few PSKs with large tickets fit four times over.
        HandshakeType::CLIENT_HELLO => 64 * 1024,
        // Chains with post-quantum signatures reach 30 KiB; 128 KiB is more than servers send.
        HandshakeType::CERTIFICATE => 128 * 1024,
        // A ticket is at most 2^16-1 bytes, its nonce 255.
        HandshakeType::NEW_SESSION_TICKET => 68 * 1024,
        // Lists of certificate authorities can be long.
        HandshakeType::CERTIFICATE_REQUEST => 64 * 1024,
        _ => 16 * 1024,
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
