# `just` alone lists what a contributor can do. Every target calls cargo or xtask, so neither is needed to work without just.

_default:
    @just --list --unsorted

# What CI does: format, lints, docs, licences, layers, tidy and every test
check:
    cargo xtask test

# The daily round: the same without the tests against other programs
quick:
    cargo xtask test --quick

# The story, with real processes
demo *ARGS:
    cargo run --release -- demo {{ARGS}}

# A recorded handshake as a flight diagram, up to the first step that is no longer the same
replay FILE:
    cargo run -q -p tessera-testkit --example replay -- {{FILE}}

# Who may import whom
layers:
    cargo xtask layers

# File lengths, words, citations
tidy:
    cargo xtask tidy

# What the RFCs demand and who cites it: writes docs/rfc-coverage.md
rfc:
    cargo xtask rfc

# The documentation of all crates
doc:
    cargo doc --workspace --no-deps --open

# Beside the other stacks, in one run (see bench/README.md)
bench *ARGS:
    cd bench && ./bench.py {{ARGS}}
