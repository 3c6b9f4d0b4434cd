//! The record layer: RFC 9846 §5. Bytes come in through [`deframe`], are opened in place by
//! [`open`], and handshake fragments become whole messages in [`reassemble`]; what goes out is
//! sealed by [`seal`].

pub(crate) mod deframe;
pub(crate) mod limits;
pub(crate) mod open;
pub(crate) mod reassemble;
pub(crate) mod seal;
