//! Who the peer is, and who we are: certificate chains, names, revocation, keys.
//!
//! * [`certificate`]: one certificate, read for people and for [`PeerIdentity`].
//! * [`roots`]: the anchors that are trusted.
//! * [`crl`]: what has been revoked.
//! * [`verifier`]: the answer to the engine's `VerifyPeer`.
//! * [`credential`]: our own certificate and its key, from files.
//! * [`signer`]: whoever can answer the engine's `Sign`.
//!
//! Path validation is webpki's; what this crate adds is the reason when it
//! fails, the certificate at fault, and what to do about a file that will not do.
//! The time is always an argument.
//!
//! [`PeerIdentity`]: tessera_session::PeerIdentity

pub mod certificate;
pub mod credential;
pub mod crl;
mod explain;
pub mod file;
pub mod roots;
pub mod signer;
mod staple;
pub mod verifier;

pub use certificate::{Certificate, UnreadableCertificate, covers};
pub use credential::{Credential, Warning};
pub use crl::{Crls, RevocationPolicy};
pub use file::{LoadError, LoadProblem};
pub use roots::Roots;
pub use signer::{Signer, SignerError, Signing};
pub use verifier::Verifier;
