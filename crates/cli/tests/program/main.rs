//! The program as a process: command line, exit codes, documents, signals.

mod command_line;
mod connect;
mod console;
mod console_demo;
mod console_page;
mod demo;
mod documents;
mod environment;
mod feed;
mod keys;
mod serve;
mod session;
mod session_files;
mod started;
