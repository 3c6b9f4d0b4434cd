//! TLS 1.3: RFC 9846.
//!
//! ```text
//!        Client                                               Server
//!
//!        ClientHello
//!        + key_share
//!        + pre_shared_key*            -------->
//!                                                        ServerHello
//!                                                        + key_share
//!                                                  + pre_shared_key*
//!                                              {EncryptedExtensions}
//!                                              {CertificateRequest*}
//!                                                     {Certificate*}
//!                                               {CertificateVerify*}
//!                                     <--------           {Finished}
//!        {Certificate*}
//!        {CertificateVerify*}
//!        {Finished}                   -------->
//!                                     <--------    [NewSessionTicket]
//!        [Application Data]           <------->    [Application Data]
//! ```
//!
//! The starred messages depend: a resumption has `pre_shared_key` and no certificates. Each role
//! tells its own order in its table; what both compute alike stands here.

pub(crate) mod client;
pub(crate) mod current;
pub(crate) mod key_update;
pub(crate) mod proof;
pub(crate) mod server;

use crate::facts::KeysFingerprint;
use crate::fault::Mismatch;
use crate::keys::tls13::TrafficPair;
use tessera_crypto::HashAlgorithm;
use tessera_session::Alpn;

/// Names the keys of this connection; see [`KeysFingerprint`].
pub(crate) fn keys_fingerprint(traffic: &TrafficPair) -> KeysFingerprint {
    let mut input = b"tessera keys fingerprint".to_vec();
    input.extend_from_slice(traffic.client.secret().as_bytes());
    input.extend_from_slice(traffic.server.secret().as_bytes());
    let digest = HashAlgorithm::Sha256.hash(&input);
    zeroize::Zeroize::zeroize(&mut input);
    KeysFingerprint(digest.as_bytes().first_chunk().copied().unwrap_or_default())
}

/// RFC 7301 §3.2: the server's most preferred protocol that the client offers. A client that
/// offers none gets none; one that offers only others gets `no_application_protocol`.
pub(crate) fn choose_alpn(ours: &[Alpn], offered: &[Alpn]) -> Result<Option<Alpn>, Mismatch> {
    if ours.is_empty() || offered.is_empty() {
        return Ok(None);
    }
    match ours.iter().find(|own| offered.contains(own)) {
        Some(chosen) => Ok(Some(chosen.clone())),
        None => Err(Mismatch::Alpn {
            offered: offered
                .iter()
                .map(|name| name.as_bytes().to_vec())
                .collect(),
        }),
    }
}
