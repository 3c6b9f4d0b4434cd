//! The console over real sockets, and the picture behind it.

mod api;
mod bounds;
mod feeds;
mod fleet;
mod guard;
mod kit;
mod lineages;
mod malformed;
mod replay;
mod stream;
