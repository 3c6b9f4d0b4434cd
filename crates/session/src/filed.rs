//! A stored session as one sealed blob, for stores that others can look into.
//!
//! The halves of a [`StoredSession`] are sealed anyway; here what stands beside them in clear (ids,
//! ends, index tags) is sealed once more, under the name the blob is filed by.

use tessera_wire::{ProtocolVersion, Reader, Writer};

use crate::id::TicketId;
use crate::record::{self, RecordError, illegal};
use crate::scope::Scope;
use crate::session::Side;
use crate::time::Timestamp;
use crate::vault::{Index, OpenFailure, Purpose, StoredSession, Vault, hash_code, hash_of_code};

const FORMAT: u16 = 1;

impl Vault {
    /// Everything about a stored session, sealed under the name it is filed by.
    pub fn seal_filed(&self, name: &[u8], stored: &StoredSession) -> Result<Vec<u8>, RecordError> {
        Ok(self.seal(Purpose::Filed, name, &encode(stored)?))
    }

    /// Opens what was filed under this name.
    pub fn open_filed(&self, name: &[u8], sealed: &[u8]) -> Result<StoredSession, OpenFailure> {
        if sealed.len() > LONGEST {
            return Err(OpenFailure::NotAuthentic);
        }
        Ok(decode(&self.open(Purpose::Filed, name, sealed)?)?)
    }
}

/// Two halves, what stands beside them, and the seals.
const LONGEST: usize = 2 * record::MAX_LEN + 1024;

fn encode(stored: &StoredSession) -> Result<Vec<u8>, RecordError> {
    let mut w = Writer::with_capacity(256 + stored.listing.len() + stored.sealed.len());
    w.u16(FORMAT);
    w.u16(stored.version.0);
    w.u8(hash_code(stored.hash));
    w.u8(match stored.side {
        Side::Client => 1,
        Side::Server => 2,
    });
    w.bytes(&stored.id.0);
    w.bytes(&stored.scope.0);
    w.u64(stored.expires_at.as_millis());
    w.bytes(&stored.index.lineage);
    w.bytes(&stored.index.server_name);
    w.bytes(&stored.index.peer);
    w.vec24(|w| w.bytes(&stored.listing));
    w.vec24(|w| w.bytes(&stored.sealed));
    if w.overflowed() {
        return Err(RecordError::TooLong("record"));
    }
    Ok(w.into_vec())
}

fn decode(bytes: &[u8]) -> Result<StoredSession, RecordError> {
    let r = &mut Reader::new(bytes);
    match r.u16("format")? {
        FORMAT => {}
        other => return Err(RecordError::UnknownFormat(other)),
    }
    let stored = StoredSession {
        version: ProtocolVersion(r.u16("version")?),
        hash: hash_of_code(r.u8("hash")?).ok_or(illegal("hash"))?,
        side: match r.u8("side")? {
            1 => Side::Client,
            2 => Side::Server,
            _ => return Err(illegal("side")),
        },
        id: TicketId(r.array("id")?),
        scope: Scope(r.array("scope")?),
        expires_at: Timestamp::from_millis(r.u64("expires_at")?),
        index: Index {
            lineage: r.array("lineage")?,
            server_name: r.array("server_name")?,
            peer: r.array("peer")?,
        },
        listing: r.vec24("listing", 0..=record::MAX_LEN)?.to_vec(),
        sealed: r.vec24("sealed", 0..=record::MAX_LEN)?.to_vec(),
    };
    r.clone().finish("stored session")?;
    Ok(stored)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use proptest::prelude::*;

    fn vault() -> Vault {
        Vault::for_fleet(&[7; 32], "a")
    }

    fn stored() -> StoredSession {
        let id = TicketId([9; 32]);
        vault()
            .seal_session(&samples::tls13(), None, Side::Server, id)
            .unwrap()
    }

    #[test]
    fn what_was_filed_is_read_back() {
        let sealed = vault().seal_filed(b"name", &stored()).unwrap();
        assert_eq!(vault().open_filed(b"name", &sealed), Ok(stored()));
        let summary = vault()
            .seal_lineage(&samples::tls12(), Side::Server)
            .unwrap();
        let sealed = vault().seal_filed(b"name", &summary).unwrap();
        assert_eq!(vault().open_filed(b"name", &sealed), Ok(summary));
    }

    #[test]
    fn r2_it_opens_under_its_own_name_and_in_its_own_fleet_only() {
        let sealed = vault().seal_filed(b"name", &stored()).unwrap();
        let not_authentic = Err(OpenFailure::NotAuthentic);
        assert_eq!(vault().open_filed(b"other", &sealed), not_authentic);
        let elsewhere = Vault::for_fleet(&[7; 32], "b");
        assert_eq!(elsewhere.open_filed(b"name", &sealed), not_authentic);
        let on_a_host = Vault::new(&[7; 32]);
        assert_eq!(on_a_host.open_filed(b"name", &sealed), not_authentic);
    }

    #[test]
    fn r3_nothing_of_it_can_be_read() {
        let stored = stored();
        let sealed = vault().seal_filed(b"name", &stored).unwrap();
        let clear = [
            &stored.id.0[..8],
            &stored.scope.0[..8],
            &stored.index.lineage[..8],
            &stored.listing[..8],
            &stored.sealed[..8],
            &stored.expires_at.as_millis().to_be_bytes(),
        ];
        for part in clear {
            assert!(!sealed.windows(8).any(|window| window == part));
        }
    }

    proptest! {
        #[test]
        fn rule_13_any_bytes_give_a_stored_session_or_an_error(bytes: Vec<u8>) {
            let _ = decode(&bytes);
        }

        #[test]
        fn rule_13_what_is_read_is_written_the_same(at in 0usize..800, value: u8) {
            let mut bytes = encode(&stored()).unwrap();
            let at = at % bytes.len();
            bytes[at] = value;
            if let Ok(stored) = decode(&bytes) {
                prop_assert_eq!(encode(&stored).unwrap(), bytes);
            }
        }
    }
}
