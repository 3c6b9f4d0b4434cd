//! The way to a store of a fleet over our own TLS.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tessera_crypto::Entropy;
use tessera_identity::{Credential, LoadError, Roots};
use tessera_io::tokio::TlsConnector;
use tessera_io::{ClientConfig, ClientSettings, ConnectOptions, SettingsError, clock};
use tessera_session::store::MemoryStore;
use tessera_session::{ServerName, Vault};
use tessera_store_valkey::{Address, Dial, Dialled, Location, Plain, Stream};

/// Dials the nodes of `valkeys://` over TLS. A connection that is made again resumes its session.
pub struct TlsDial(TlsConnector);

/// Why nobody can be dialled.
#[derive(Debug)]
pub enum TlsDialError {
    /// A file that the location names, or the machine's own anchors, cannot be read.
    Load(LoadError),
    /// What was read does not make a client.
    Settings(SettingsError),
}

impl std::fmt::Display for TlsDialError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Load(error) => error.fmt(f),
            Self::Settings(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for TlsDialError {}

impl From<LoadError> for TlsDialError {
    fn from(error: LoadError) -> Self {
        Self::Load(error)
    }
}

impl TlsDial {
    /// As the location says: whom its `ca` vouches for, or else this machine; and with its certificate, if
    /// it has one.
    ///
    /// # Errors
    /// When a file cannot be read, or its key is not the certificate's.
    pub fn to(location: &Location) -> Result<Self, TlsDialError> {
        let roots = match &location.ca {
            Some(file) => Roots::from_pem_file(file)?,
            None => Roots::native()?,
        };
        let credential = location
            .credential
            .as_ref()
            .map(|(chain, key)| Credential::from_pem_files(Path::new(chain), Path::new(key)));
        let vault = Vault::new(&Entropy::from_seed(clock::seed()).secret_array());
        let config = ClientConfig::try_from(ClientSettings {
            credentials: credential.transpose()?.into_iter().collect(),
            wallet: Some(Arc::new(MemoryStore::new(vault.clone()))),
            vault: Some(vault),
            // The store's patience is the limit of a dial.
            handshake_timeout: None,
            ..ClientSettings::trusting(roots)
        });
        Ok(Self(config.map_err(TlsDialError::Settings)?.into()))
    }
}

impl Dial for TlsDial {
    fn dial<'a>(&'a self, to: &'a Address) -> Dialled<'a> {
        Box::pin(async move {
            let name = ServerName::new(&to.host).map_err(io::Error::other)?;
            let tcp = Plain.dial(to).await?;
            let options = ConnectOptions::port(to.port);
            let stream = self.0.connect_with(name, tcp, options).await?;
            Ok(Box::new(stream) as Box<dyn Stream>)
        })
    }

    fn is_private(&self) -> bool {
        true
    }
}
