//! The ring of ticket keys.

use tessera_session::store::Swap;
use tessera_session::{Ring, StoreError};

use crate::inner::Inner;

pub(crate) async fn ring(inner: &Inner) -> Result<Option<Ring>, StoreError> {
    Ok(inner.ring.read(inner).await?.map(|read| read.says))
}

pub(crate) async fn replace(inner: &Inner, expected: u64, ring: &Ring) -> Result<Swap, StoreError> {
    let sealed = inner.vault.seal_ring(ring);
    let replaced = inner
        .ring
        .replace(inner, expected, ring.version(), &sealed)
        .await?;
    Ok(if replaced { Swap::Done } else { Swap::Lost })
}
