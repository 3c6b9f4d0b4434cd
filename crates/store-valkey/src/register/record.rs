//! A connection in the register as a sealed record.

use tessera_session::store::{ConnectionId, ProcessId};
use tessera_session::vault::{Purpose, Tag as Name};
use tessera_session::{
    LineageId, RecordError, RegisteredConnection, StoreError, TicketId, Timestamp, Vault,
};
use tessera_wire::{Reader, Writer};

const FORMAT: u16 = 1;

/// Everything but when it ended, which comes later, and when its process was seen, which stands elsewhere.
pub(super) fn seal(vault: &Vault, name: &Name, connection: &RegisteredConnection) -> Vec<u8> {
    let mut w = Writer::with_capacity(160);
    w.u16(FORMAT);
    w.bytes(&connection.connection.0);
    w.bytes(&connection.process.0);
    w.bytes(&connection.session.0);
    w.bytes(&connection.lineage.0);
    w.u64(connection.opened_at.as_millis());
    w.u64(connection.seen_at.as_millis());
    w.vec16(|w| w.bytes(connection.peer.as_bytes()));
    vault.seal(Purpose::Connection, name, &w.into_vec())
}

/// Opens what was sealed under this name.
pub(super) fn open(
    vault: &Vault,
    name: &Name,
    sealed: &[u8],
) -> Result<RegisteredConnection, StoreError> {
    let damaged = |why: &dyn core::fmt::Display| {
        StoreError::Damaged(format!("a connection in the register: {why}"))
    };
    let text = vault
        .open(Purpose::Connection, name, sealed)
        .map_err(|why| damaged(&why))?;
    decode(&text).map_err(|why| damaged(&why))
}

fn decode(text: &[u8]) -> Result<RegisteredConnection, RecordError> {
    let r = &mut Reader::new(text);
    match r.u16("format")? {
        FORMAT => {}
        other => return Err(RecordError::UnknownFormat(other)),
    }
    let connection = RegisteredConnection {
        connection: ConnectionId(r.array("connection")?),
        process: ProcessId(r.array("process")?),
        session: TicketId(r.array("session")?),
        lineage: LineageId(r.array("lineage")?),
        opened_at: Timestamp::from_millis(r.u64("opened_at")?),
        seen_at: Timestamp::from_millis(r.u64("seen_at")?),
        peer: String::from_utf8_lossy(r.vec16("peer", 0..=0xffff)?).into_owned(),
        closed_at: None,
    };
    r.clone().finish("connection")?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_read_back_under_its_own_name_only() {
        let vault = Vault::for_fleet(&[7; 32], "");
        let at = Timestamp::from_unix_secs;
        let connection = RegisteredConnection {
            connection: ConnectionId([1; 16]),
            process: ProcessId([2; 16]),
            session: TicketId([3; 32]),
            lineage: LineageId([4; 16]),
            peer: "192.0.2.1:50000".to_owned(),
            opened_at: at(10),
            closed_at: None,
            seen_at: at(20),
        };
        let sealed = seal(&vault, &[5; 16], &connection);
        assert_eq!(open(&vault, &[5; 16], &sealed), Ok(connection));
        assert!(matches!(
            open(&vault, &[6; 16], &sealed),
            Err(StoreError::Damaged(_))
        ));
        assert!(!sealed.windows(9).any(|window| window == b"192.0.2.1"));
    }
}
