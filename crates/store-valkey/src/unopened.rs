//! What is in the store and does not open: it is passed over by everybody, and named for whoever asks.

use std::sync::Arc;

use tessera_session::StoreError;

use crate::inner::Inner;
use crate::key::hex;
use crate::{register, sessions, wallet};

/// A record that nobody of the fleet wrote so: it was changed, moved, or sealed under another key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unopened {
    /// `sessions`, `wallet` or `connections`.
    pub place: &'static str,
    /// What it is filed under: its id, keyed, in hexadecimal. The id itself is in what does not open.
    pub name: String,
    /// Why it does not open.
    pub why: String,
}

/// All of them, by place and name.
pub(crate) async fn unopened(inner: &Arc<Inner>) -> Result<Vec<Unopened>, StoreError> {
    let shelves = inner
        .on_all_shelves(|inner, tag| async move {
            let vault = &inner.vault;
            let mut unopened = Vec::new();
            let mut note = |place, name: &_, why: Option<String>| {
                let name = hex(name);
                unopened.extend(why.map(|why| Unopened { place, name, why }));
            };
            for (name, sealed) in sessions::sealed(&inner, &tag).await? {
                let why = vault.open_filed(&name, &sealed).err();
                note("sessions", &name, why.map(|why| why.to_string()));
            }
            for (name, sealed) in wallet::sealed(&inner, &tag).await? {
                let why = vault.open_filed(&name, &sealed).err();
                note("wallet", &name, why.map(|why| why.to_string()));
            }
            for (name, sealed) in register::sealed(&inner, &tag).await? {
                let why = register::open(&inner, &name, &sealed).err();
                note("connections", &name, why.map(|why| why.to_string()));
            }
            Ok(unopened)
        })
        .await?;
    let mut unopened: Vec<Unopened> = shelves.into_iter().flatten().collect();
    unopened.sort_by(|one, other| (one.place, &one.name).cmp(&(other.place, &other.name)));
    Ok(unopened)
}
