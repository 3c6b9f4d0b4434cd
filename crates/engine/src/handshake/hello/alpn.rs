//! The application protocol: RFC 7301, alike in both versions.

use crate::fault::{Fault, Misbehaviour, Mismatch};
use tessera_session::Alpn;
use tessera_wire::extension::{Extensions, ProtocolNameList};

/// RFC 7301 §3.2 (1): the server's most preferred protocol that the client offers. A client that
/// offers none gets none; one that offers only others gets `no_application_protocol`.
pub(crate) fn choose(ours: &[Alpn], offered: &[Alpn]) -> Result<Option<Alpn>, Mismatch> {
    if ours.is_empty() || offered.is_empty() {
        return Ok(None);
    }
    match ours.iter().find(|own| offered.contains(own)) {
        Some(chosen) => Ok(Some(chosen.clone())),
        None => Err(Mismatch::Alpn {
            offered: offered
                .iter()
                .map(|name| name.as_bytes().to_vec())
                .collect(),
        }),
    }
}

/// RFC 7301 §3.1 (4): exactly one, and one of ours.
pub(crate) fn chosen(ours: &[Alpn], extensions: &Extensions) -> Result<Option<Alpn>, Fault> {
    let Some(ProtocolNameList(names)) = extensions.find::<ProtocolNameList>()? else {
        return Ok(None);
    };
    let [name] = names.as_slice() else {
        return Err(Misbehaviour::UnofferedAlpn.into());
    };
    let ours = ours.iter().find(|own| own.as_bytes() == name.as_slice());
    ours.cloned()
        .map(Some)
        .ok_or_else(|| Misbehaviour::UnofferedAlpn.into())
}
