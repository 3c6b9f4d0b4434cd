//! How a server's connection begins.

use crate::buffer::Inbox;
use crate::clock;
use crate::config::ServerConfig;
use crate::driver::{Driver, Name};
use crate::services::{Limit, Services};
use std::sync::Arc;
use tessera_engine::Connection;

/// A server's end, with bytes that were read already.
pub(crate) fn driver(
    config: Arc<ServerConfig>,
    inbox: Inbox,
    peer: Option<String>,
    limit: Limit,
) -> Driver {
    config.look_after_ring();
    let connection = Connection::server(Arc::clone(config.engine()), clock::seed());
    let name = Name {
        id: clock::connection_id(),
        peer,
        server_name: None,
    };
    let mut driver = Driver::new(connection, Services::Server(config), name, limit);
    let read_already = inbox.sealed().len();
    driver.inbox = inbox;
    driver.count_received(read_already);
    driver
}
