//! Tests of the program against TLS stacks written by others; see `tests/`.
