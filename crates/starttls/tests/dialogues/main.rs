//! Whole dialogues, as they are held with real servers and clients, and as they are held with worse.

mod both_ends;
mod imap;
mod ldap;
mod pieces;
mod script;
mod smtp;
