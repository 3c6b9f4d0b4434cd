//! Targets for what the record layer reads: record headers and alerts.

use tessera_wire::{Alert, RecordHeader};

super::table! { RECORD, 4000 variants: record_header alert }

/// Any five bytes are a record header, and come back.
pub fn record_header(data: &[u8]) {
    if let Some(bytes) = data.first_chunk() {
        let header = RecordHeader::decode(bytes);
        assert_eq!(header.encode(), *bytes);
        let _ = header.content_type.to_string();
    }
}

/// Any two bytes are an alert, and come back; anything else is none.
pub fn alert(data: &[u8]) {
    let alert = Alert::decode(data);
    assert_eq!(alert.is_ok(), data.len() == 2);
    if let Ok(alert) = alert {
        assert_eq!(alert.encode(), data);
        let _ = alert.description.to_string();
    }
}

mod seeds {
    use crate::fuzz::Seed;

    pub(super) fn record_header() -> Vec<Seed> {
        vec![
            Seed::new("client_hello", [22, 3, 1, 2, 0]),
            Seed::new("longest_protected", [23, 3, 3, 0x41, 0]),
        ]
    }

    pub(super) fn alert() -> Vec<Seed> {
        vec![
            Seed::new("close_notify", [1, 0]),
            Seed::new("handshake_failure", [2, 40]),
        ]
    }
}
