//! Every budget a peer can draw on, at its limit and one beyond: docs/limits.md.

mod handshakes;
mod messages;
mod records;
mod tapped;
