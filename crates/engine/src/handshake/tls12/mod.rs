//! TLS 1.2: RFC 5246, with the ECDHE of RFC 8422, the AEAD suites of RFC 5289 and RFC 7905, the
//! extended main secret of RFC 7627 and the tickets of RFC 5077.
//!
//! ```text
//!   A full handshake                          An abbreviated one
//!
//!   Client                      Server        Client                      Server
//!
//!   ClientHello     -------->                 ClientHello     -------->
//!                          ServerHello                              ServerHello
//!                          Certificate                       NewSessionTicket*
//!                   CertificateStatus*                        ChangeCipherSpec
//!                    ServerKeyExchange                        <-------- Finished
//!                  CertificateRequest*        ChangeCipherSpec
//!                   <---- ServerHelloDone     Finished        -------->
//!   Certificate*
//!   ClientKeyExchange
//!   CertificateVerify*
//!   ChangeCipherSpec
//!   Finished        -------->
//!                    NewSessionTicket*
//!                     ChangeCipherSpec
//!                   <-------- Finished
//! ```
//!
//! A renegotiation is the same once more, on a connection that is [`settled`]: the records are
//! protected, application data goes on until our hello and the peer's ChangeCipherSpec, and what
//! the handshake before left decides what this one may do.

pub(crate) mod agreed;
pub(crate) mod client;
pub(crate) mod key_exchange;
pub(crate) mod said;
pub(crate) mod server;
pub(crate) mod settled;
