//! Every format, on files that the real programs wrote.

mod boringssl;
mod botan;
mod container;
mod curl;
mod openssl;
mod samples;
mod tickets;
