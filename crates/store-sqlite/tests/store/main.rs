//! The store on real files.

mod conformance;
mod damage;
mod processes;
mod setup;
mod trouble;
