//! What is revoked: all of it in one document, so that nobody can take one out unseen.

use tessera_session::vault::Purpose;
use tessera_session::{
    OpenFailure, RecordError, Revocation, Revoked, StoreError, Timestamp, Vault,
};
use tessera_wire::{Reader, Writer};

use crate::inner::Inner;

/// More revocations than anybody writes in a week; what is meant then is a name, a peer, or all.
const MOST: usize = 20_000;
/// How often we read again when others were faster.
const ATTEMPTS: usize = 64;

pub(crate) async fn add(inner: &Inner, revocation: &Revocation) -> Result<u64, StoreError> {
    change(inner, |revocations| {
        if revocations.len() >= MOST {
            return Err(StoreError::Full(format!("{MOST} revocations are kept")));
        }
        revocations.push(revocation.clone());
        Ok(true)
    })
    .await
    .map(|(version, _)| version)
}

pub(crate) async fn revoked(inner: &Inner) -> Result<Revoked, StoreError> {
    Ok(match inner.revocations.read(inner).await? {
        Some(read) => Revoked::new(read.version, read.says),
        None => Revoked::none(),
    })
}

pub(crate) async fn lapse(inner: &Inner, now: Timestamp) -> Result<u64, StoreError> {
    let mut lapsed = 0;
    change(inner, |revocations| {
        let before = revocations.len();
        revocations.retain(|revocation| revocation.until >= now);
        lapsed = before - revocations.len();
        Ok(lapsed > 0)
    })
    .await?;
    Ok(lapsed as u64)
}

/// Reads, changes and replaces, again and again until nobody came in between. Says the version, and whether there was
/// anything to change.
async fn change(
    inner: &Inner,
    mut change: impl FnMut(&mut Vec<Revocation>) -> Result<bool, StoreError>,
) -> Result<(u64, bool), StoreError> {
    for _ in 0..ATTEMPTS {
        let (current, mut revocations) = match inner.revocations.read(inner).await? {
            Some(read) => (read.version, read.says),
            None => (0, Vec::new()),
        };
        if !change(&mut revocations)? {
            return Ok((current, false));
        }
        let version = current + 1;
        let sealed = seal(&inner.vault, version, &revocations);
        let document = &inner.revocations;
        if document.replace(inner, current, version, &sealed).await? {
            return Ok((version, true));
        }
    }
    Err(StoreError::Locked(format!(
        "others were faster {ATTEMPTS} times"
    )))
}

fn seal(vault: &Vault, version: u64, revocations: &[Revocation]) -> Vec<u8> {
    let mut w = Writer::new();
    for revocation in revocations {
        w.vec16(|w| w.bytes(&revocation.encode()));
    }
    vault.seal(Purpose::Revocation, &version.to_be_bytes(), &w.into_vec())
}

/// Opens what [`seal`] made.
pub(crate) fn unseal(
    vault: &Vault,
    version: u64,
    sealed: &[u8],
) -> Result<Vec<Revocation>, OpenFailure> {
    let text = vault.open(Purpose::Revocation, &version.to_be_bytes(), sealed)?;
    let r = &mut Reader::new(&text);
    let mut revocations = Vec::new();
    while !r.is_empty() {
        let bytes = r
            .vec16("revocation", 0..=0xffff)
            .map_err(RecordError::from)?;
        revocations.push(Revocation::decode(bytes)?);
    }
    Ok(revocations)
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;
    use tessera_session::{LineageId, Selector};

    #[test]
    fn the_document_is_read_back_as_its_own_version_only() {
        let vault = Vault::for_fleet(&[7; 32], "");
        let now = Timestamp::from_unix_secs(1_000);
        let revocations: Vec<_> = (0..3)
            .map(|n| Selector::Lineage(LineageId([n; 16])))
            .map(|selector| Revocation::new(selector, "why", now, Duration::ZERO))
            .collect();
        let sealed = seal(&vault, 7, &revocations);
        assert_eq!(unseal(&vault, 7, &sealed), Ok(revocations));
        let replayed = unseal(&vault, 8, &sealed);
        assert_eq!(replayed, Err(OpenFailure::NotAuthentic));
        assert_eq!(unseal(&vault, 1, &seal(&vault, 1, &[])), Ok(Vec::new()));
    }
}
