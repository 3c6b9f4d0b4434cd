//! A deterministic pair of connections, without sockets, clocks or stores: [`Pair`] makes
//! connections one after the other in one [`World`], which keeps tickets, keys and certificates
//! and can be told to misbehave.
//!
//! ```
//! use tessera_testkit::{Pair, after};
//! use tessera_engine::Kind;
//!
//! let mut pair = Pair::tls13().seed(7);
//! assert_eq!(pair.connect().kind(), Some(Kind::Full));
//! assert_eq!(pair.connect().kind(), Some(Kind::Psk));
//! pair.wait(after::hours(3)); // the ticket's two hours are over
//! assert_eq!(pair.connect().kind(), Some(Kind::Full));
//! ```
//!
//! Connections written down, to be played again: [`replay`]. And what the fuzz targets do: [`fuzz`].

pub mod after;
pub mod ca;
pub mod clear;
pub mod end;
pub mod fuzz;
pub mod link;
pub mod pair;
pub mod replay;
pub mod tap;
pub mod world;

pub use ca::{Issued, KeyType, TestCa};
pub use end::End;
pub use link::{Direction, Link};
pub use pair::Pair;
pub use tap::Tap;
pub use world::{StoreMood, World};
