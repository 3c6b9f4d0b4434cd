use crate::Key;
use std::path::PathBuf;

/// The directory that the `pki` program filled.
#[derive(Clone, Debug)]
pub struct Pki {
    pub dir: PathBuf,
}

impl Pki {
    fn file(&self, key: Key, what: &str) -> PathBuf {
        let k = match key {
            Key::EcdsaP256 => "ecdsa",
            Key::Rsa2048 => "rsa",
        };
        self.dir.join(format!("{k}-{what}"))
    }
    fn read(&self, key: Key, what: &str) -> Vec<u8> {
        let p = self.file(key, what);
        std::fs::read(&p)
            .unwrap_or_else(|e| panic!("{}: {e}; run the pki program first", p.display()))
    }
    /// All PEM. The chain on the wire is the leaf alone; its issuer is the trust anchor.
    pub fn ca(&self, key: Key) -> Vec<u8> {
        self.read(key, "ca.pem")
    }
    pub fn other_ca(&self, key: Key) -> Vec<u8> {
        self.read(key, "other-ca.pem")
    }
    pub fn leaf(&self, key: Key) -> Vec<u8> {
        self.read(key, "leaf.pem")
    }
    pub fn leaf_key(&self, key: Key) -> Vec<u8> {
        self.read(key, "leaf.key")
    }
    pub fn client(&self, key: Key) -> Vec<u8> {
        self.read(key, "client.pem")
    }
    pub fn client_key(&self, key: Key) -> Vec<u8> {
        self.read(key, "client.key")
    }
}
