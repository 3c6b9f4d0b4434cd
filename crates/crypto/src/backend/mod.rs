//! The library that does the arithmetic. Nothing outside this folder names it.

mod aws_lc;

pub(crate) use aws_lc::*;
