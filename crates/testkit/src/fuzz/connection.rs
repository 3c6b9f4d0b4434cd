//! Targets for whole connections: one end alone with any bytes in any pieces, and two ends with someone between them.

mod edited_hellos;
mod edited_messages;
mod edited_records;
mod message_edits;
mod proofs;
mod protection;
mod scene;
mod script;
mod seeds;
mod stream;
mod view;

pub use edited_hellos::edited_hellos;
pub use edited_messages::{edited_messages, mutating_peer};
pub use edited_records::edited_records;
pub use stream::{client_stream, server_stream};

super::table! { CONNECTION, 60 variants:
    server_stream client_stream edited_records edited_hellos edited_messages
    mutating_peer
}
