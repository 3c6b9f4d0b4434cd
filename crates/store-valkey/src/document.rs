//! A document of which there is one: the ring, the revocations. Sealed under its version, replaced only by who has read
//! it, and put back by everybody who knows a newer one than the store does.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tessera_session::{OpenFailure, StoreError, Vault};

use crate::answer;
use crate::counts::one_more;
use crate::inner::Inner;
use crate::script::{REPLACE, script};

/// One document, and the newest version of it that this process has seen.
pub(crate) struct Document<T> {
    kind: &'static str,
    /// Opens what was sealed as this version.
    unseal: fn(&Vault, u64, &[u8]) -> Result<T, OpenFailure>,
    newest: Mutex<Option<Written>>,
}

/// The document as the store has it: version and seal.
#[derive(Clone, PartialEq, Eq)]
struct Written {
    version: u64,
    bytes: Vec<u8>,
}

/// The document as it was written.
pub(crate) struct Read<T> {
    /// Higher is newer.
    pub(crate) version: u64,
    /// What it says.
    pub(crate) says: T,
}

impl<T> Document<T> {
    pub(crate) const fn new(
        kind: &'static str,
        unseal: fn(&Vault, u64, &[u8]) -> Result<T, OpenFailure>,
    ) -> Self {
        Self {
            kind,
            unseal,
            newest: Mutex::new(None),
        }
    }

    fn newest(&self) -> MutexGuard<'_, Option<Written>> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a version, if it is newer than what is remembered.
    fn remember(&self, written: &Written) {
        let mut newest = self.newest();
        if newest
            .as_ref()
            .is_none_or(|newest| newest.version < written.version)
        {
            *newest = Some(written.clone());
        }
    }

    /// The newest version that the store or this process has. A store that has an older one, a damaged one or none is
    /// given the newest back: it was restored from somewhere, or somebody wrote to it who is not of the fleet.
    pub(crate) async fn read(&self, inner: &Inner) -> Result<Option<Read<T>>, StoreError> {
        let found = self.found(inner).await?;
        let current = self.open(inner, &found);
        let newest = self.newest().clone();
        match (current, newest) {
            (Ok(current), None) => Ok(current),
            (Ok(Some(current)), Some(newest)) if current.version >= newest.version => {
                Ok(Some(current))
            }
            (_, Some(newest)) => {
                self.put(inner, &found, &newest).await?;
                one_more(&inner.counters.put_back);
                self.open(inner, &newest.bytes)
            }
            (Err(damage), None) => Err(damage),
        }
    }

    /// The version of what the store has now; 0 for what is none or does not open.
    pub(crate) async fn version(&self, inner: &Inner) -> Result<u64, StoreError> {
        match self.read(inner).await {
            Ok(read) => Ok(read.map_or(0, |read| read.version)),
            Err(StoreError::Damaged(_)) => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// The same, but where the store has the version we know, its eight bytes are all that is read: cheap enough to ask
    /// several times a second. What was changed without them is found when it is read whole.
    pub(crate) async fn peek(&self, inner: &Inner) -> Result<u64, StoreError> {
        let newest = self.newest().as_ref().map(|newest| newest.version);
        let Some(newest) = newest else {
            return self.version(inner).await;
        };
        let tag = inner.tags.once();
        let mut get = redis::cmd("GETRANGE");
        get.arg(tag.only(self.kind)).arg(0).arg(7);
        let found = answer::bytes(inner.ask(tag, &get).await?)?;
        if found.as_deref() == Some(&newest.to_be_bytes()) {
            return Ok(newest);
        }
        self.version(inner).await
    }

    /// Puts a new version, sealed, in place of the one read as `expected` (0 for none, or for one that does not open).
    pub(crate) async fn replace(
        &self,
        inner: &Inner,
        expected: u64,
        version: u64,
        seal: &[u8],
    ) -> Result<bool, StoreError> {
        let found = self.found(inner).await?;
        let current = self.open(inner, &found).ok().flatten();
        let current = current.map_or(0, |read| read.version);
        let newest = self.newest().as_ref().map_or(0, |newest| newest.version);
        if current != expected || version <= current.max(newest) {
            return Ok(false);
        }
        let mut bytes = version.to_be_bytes().to_vec();
        bytes.extend_from_slice(seal);
        self.put(inner, &found, &Written { version, bytes }).await
    }

    /// The bytes as the store has them; empty for none.
    async fn found(&self, inner: &Inner) -> Result<Vec<u8>, StoreError> {
        let tag = inner.tags.once();
        let mut get = redis::cmd("GET");
        get.arg(tag.only(self.kind));
        Ok(answer::bytes(inner.ask(tag, &get).await?)?.unwrap_or_default())
    }

    async fn put(
        &self,
        inner: &Inner,
        in_place_of: &[u8],
        written: &Written,
    ) -> Result<bool, StoreError> {
        let tag = inner.tags.once();
        let mut replace = script(REPLACE, &[tag.only(self.kind)]);
        replace.arg(in_place_of).arg(&written.bytes);
        let replaced = answer::number(&inner.ask(tag, &replace).await?)? == 1;
        if replaced {
            self.remember(written);
        }
        Ok(replaced)
    }

    fn open(&self, inner: &Inner, bytes: &[u8]) -> Result<Option<Read<T>>, StoreError> {
        if bytes.is_empty() {
            return Ok(None);
        }
        let damaged = |why: &dyn core::fmt::Display| {
            StoreError::Damaged(format!("the {} does not open: {why}", self.kind))
        };
        let (version, seal) = bytes
            .split_first_chunk::<8>()
            .ok_or_else(|| damaged(&"it is cut off"))?;
        let version = u64::from_be_bytes(*version);
        let says = (self.unseal)(&inner.vault, version, seal).map_err(|why| damaged(&why))?;
        self.remember(&Written {
            version,
            bytes: bytes.to_vec(),
        });
        Ok(Some(Read { version, says }))
    }
}
