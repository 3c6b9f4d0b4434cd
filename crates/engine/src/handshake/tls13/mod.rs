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
pub(crate) mod key_update;
pub(crate) mod proof;
pub(crate) mod server;

use crate::facts::KeysFingerprint;
use crate::keys::tls13::TrafficPair;

/// Names the keys of this connection; see [`KeysFingerprint`].
pub(crate) fn keys_fingerprint(traffic: &TrafficPair) -> KeysFingerprint {
    let secrets = [&traffic.client, &traffic.server].map(|traffic| traffic.secret().as_bytes());
    KeysFingerprint::of(&secrets)
}
