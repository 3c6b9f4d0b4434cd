//! Which format a file is in.

use core::fmt;

use crate::der::{Elements, SEQUENCE};
use crate::error::ReadError;
use crate::family::Dialect;
use crate::{botan, container, curl, openssl, pem};

/// A format of session files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// [`openssl`]: PEM or DER.
    OpenSsl,
    /// [`boringssl`](crate::boringssl): DER, or PEM as its `PEM_write_bio_SSL_SESSION` makes it.
    BoringSsl,
    /// [`botan`]: PEM, DER, or sealed.
    Botan,
    /// [`curl`].
    Curl,
    /// [`container`]: our own.
    Tessera,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [
        Self::OpenSsl,
        Self::BoringSsl,
        Self::Botan,
        Self::Curl,
        Self::Tessera,
    ];

    /// Its name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenSsl => "openssl",
            Self::BoringSsl => "boringssl",
            Self::Botan => "botan",
            Self::Curl => "curl",
            Self::Tessera => "tessera",
        }
    }

    /// Tells a file's format by what is in it. Where that does not tell an OpenSSL session from a
    /// BoringSSL session the answer is [`ReadError::Unclear`]: a guess might read one field as another.
    pub fn detect(bytes: &[u8]) -> Result<Self, ReadError> {
        if container::is_container(bytes) {
            return Ok(Self::Tessera);
        }
        if botan::is_sealed(bytes) {
            return Ok(Self::Botan);
        }
        if bytes.first() == Some(&SEQUENCE) {
            return Self::of_der(bytes);
        }
        let text = core::str::from_utf8(bytes).map_err(|_| ReadError::UnknownFormat)?;
        if text.contains(&format!("-----BEGIN {}-----", botan::LABEL)) {
            Ok(Self::Botan)
        } else if text.contains(&format!("-----BEGIN {}-----", openssl::LABEL)) {
            Self::of_der(&pem::decode(text, openssl::LABEL)?)
        } else if curl::is_curl(text) {
            Ok(Self::Curl)
        } else {
            Err(ReadError::UnknownFormat)
        }
    }

    fn of_der(bytes: &[u8]) -> Result<Self, ReadError> {
        let structure = Elements::new(bytes)
            .expect(SEQUENCE)
            .and_then(|content| Elements::new(content).unsigned());
        match structure {
            // Botan's structures have a date for a version.
            Ok(20_000_000..) => Ok(Self::Botan),
            Ok(_) => Dialect::of(bytes).map(|dialect| match dialect {
                Dialect::OpenSsl => Self::OpenSsl,
                Dialect::BoringSsl => Self::BoringSsl,
            }),
            Err(_) => Err(ReadError::UnknownFormat),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
