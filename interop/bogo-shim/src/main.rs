//! The engine behind the flags of BoringSSL's test runner; `interop/README.md` says what for.
//!
//! The runner starts this program once per test and tells it by flags what to be: a client or a
//! server, set so and so, expected to end up so and so. It knows no test's name. What it does not
//! understand it says with exit code 89.

mod answers;
mod credential;
mod exchange;
mod expectations;
mod failure;
mod flags;
mod options;
mod settings;
mod socket;
mod stream;
mod world;

use failure::Failure;
use flags::{Flags, Unusable};
use std::process::ExitCode;
use world::World;

/// "This shim has no such thing", as the runner understands it.
const UNIMPLEMENTED: u8 = 89;

fn main() -> ExitCode {
    let flags = match Flags::parse(std::env::args_os().skip(1)) {
        Ok(flags) => flags,
        Err(Unusable::Unknown(flag)) => {
            eprintln!("{flag} is not implemented");
            return ExitCode::from(UNIMPLEMENTED);
        }
        Err(Unusable::BadValue(flag)) => {
            eprintln!("{flag} has no value, or one that cannot be read");
            return ExitCode::FAILURE;
        }
    };
    if flags.initial.is_handshaker_supported {
        println!("No");
        return ExitCode::SUCCESS;
    }
    match connections(&flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Unimplemented(what)) => {
            eprintln!("{what} is not implemented");
            ExitCode::from(UNIMPLEMENTED)
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// One connection, and as many more as sessions are to be resumed.
fn connections(flags: &Flags) -> Result<(), Failure> {
    let mut world = World::new(&flags.initial);
    for position in 0..=flags.initial.resume_count {
        let options = if position == 0 {
            &flags.initial
        } else {
            &flags.resume
        };
        exchange::run(options, &flags.retry, position > 0, &mut world)?;
        world.wait(options.resumption_delay);
        if options.renew_ticket {
            world.renew_ring();
        }
    }
    Ok(())
}
