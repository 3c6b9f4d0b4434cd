//! Draws a replay as a flight diagram, up to the first step that differs from what is written down:
//! `cargo run -p tessera-testkit --example replay -- FILE`.

use std::error::Error;
use std::process::ExitCode;
use std::{env, fs};

use tessera_testkit::replay::Replay;

fn main() -> ExitCode {
    let Some(path) = env::args().nth(1) else {
        eprintln!("which replay? Name a file of crates/engine/tests/replays");
        return ExitCode::from(2);
    };
    match draw(&path) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{path}: {error}");
            ExitCode::from(2)
        }
    }
}

/// Prints the diagram; whether everything came out as it was written down.
fn draw(path: &str) -> Result<bool, Box<dyn Error>> {
    let replay = Replay::parse(&fs::read_to_string(path)?)?;
    print!("{}", replay.diagram());
    Ok(replay.run().is_ok())
}
