//! What servers tell, as a page that follows it live and has buttons.
//!
//! * [`picture`]: what is known, merged from the feeds of servers and from their store;
//! * [`document`]: what a page is told of it, `tessera.console/1`;
//! * [`feed`]: lines of servers in, documents out;
//! * [`deed`]: what a page may ask for, and the trait of whoever does it;
//! * [`token`]: who has it may look and press.
//!
//! The console listens on loopback only. It tells nothing and does nothing without its token, and
//! knows no secrets: what a picture holds comes out of ledgers, which have none.

mod answer;
mod assets;
pub mod deed;
pub mod document;
mod events;
pub mod feed;
mod guard;
mod limits;
pub mod picture;
mod routes;
mod serve;
pub mod token;

pub use deed::{Deed, Deeds, Done, NotDone};
pub use document::{Document, LineageFact};
pub use feed::FeedError;
pub use picture::{FleetRow, News, Picture};
pub use serve::serve;
pub use token::Token;
