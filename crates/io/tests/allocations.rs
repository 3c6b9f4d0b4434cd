//! In the steady state a record costs no allocation, on either side. Alone in its file: the
//! counter counts the whole process.

#![cfg(feature = "tokio")]

mod kit;

use kit::{World, acceptor, connector, pair};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[tokio::test]
async fn records_cost_no_allocation_in_the_steady_state() {
    let mut world = World::new();
    let (mut server, mut client) = pair(
        &acceptor(world.server_settings()),
        &connector(world.client_settings()),
    )
    .await;
    let (mut message, mut answer) = (vec![7; 16_384], vec![0; 16_384]);
    let mut rounds = async |count| {
        for _ in 0..count {
            client.write_all(&message).await.unwrap();
            client.flush().await.unwrap();
            server.read_exact(&mut answer).await.unwrap();
            server.write_all(&answer[..100]).await.unwrap();
            server.flush().await.unwrap();
            client.read_exact(&mut message[..100]).await.unwrap();
        }
    };
    // Long enough for the runtime, too: it keeps a list of its own from the first time it yields.
    rounds(200).await;
    let region = Region::new(ALLOCATOR);
    rounds(100).await;
    let change = region.change();
    assert_eq!(
        (change.allocations, change.reallocations),
        (0, 0),
        "{change:?}"
    );
}
