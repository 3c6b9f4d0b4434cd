//! Whoever can answer the engine's `Sign`: a key in memory, or one that never leaves its module.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tessera_crypto::SigningKey;
use tessera_wire::codepoint::SignatureScheme;

/// A signature in the making.
pub type Signing<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, SignerError>> + Send + 'a>>;

/// Why there is no signature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignerError {
    /// The scheme is not one of the signer's.
    #[error("the key cannot sign with {0}")]
    UnsupportedScheme(SignatureScheme),
    /// The key is out of reach for now.
    #[error("the key is not available: {0}")]
    Unavailable(String),
    /// The key refused or broke.
    #[error("signing failed: {0}")]
    Failed(String),
}

/// Signs for an identity. The connection waits for the future, and no other.
pub trait Signer: Send + Sync {
    /// What it can sign with in TLS 1.3, in order of preference.
    fn schemes(&self) -> &[SignatureScheme];

    /// Signs `message`, which is not hashed yet.
    fn sign(&self, scheme: SignatureScheme, message: Vec<u8>) -> Signing<'_>;
}

/// Signs at once.
impl Signer for SigningKey {
    fn schemes(&self) -> &[SignatureScheme] {
        Self::schemes(self)
    }

    fn sign(&self, scheme: SignatureScheme, message: Vec<u8>) -> Signing<'_> {
        let signature = Self::sign(self, scheme, &message).map_err(|error| match error {
            tessera_crypto::SignError::UnsupportedScheme => SignerError::UnsupportedScheme(scheme),
            tessera_crypto::SignError::Backend => SignerError::Failed(error.to_string()),
        });
        Box::pin(std::future::ready(signature))
    }
}

impl<S: Signer + ?Sized> Signer for Arc<S> {
    fn schemes(&self) -> &[SignatureScheme] {
        (**self).schemes()
    }

    fn sign(&self, scheme: SignatureScheme, message: Vec<u8>) -> Signing<'_> {
        (**self).sign(scheme, message)
    }
}
