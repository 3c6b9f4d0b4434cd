//! The house keeper: `cargo xtask layers | tidy | rfc | test | fuzz`.

mod fuzz;
mod layers;
mod repository;
mod rfc;
mod source;
mod test;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask layers          who may import whom, and no other TLS stack in the program
cargo xtask tidy            file lengths, words, citations, links
cargo xtask rfc             what the RFCs demand and who cites it: writes docs/rfc-coverage.md
cargo xtask test [--quick]  everything; --quick leaves out the tests against other programs, and the fuzzing
cargo xtask fuzz            the fuzz targets: what there is to do with them";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["layers"] => report("layers", layers::check()),
        ["tidy"] => report("tidy", tidy::check()),
        ["rfc"] => report("rfc", rfc::write()),
        ["test"] => test::run(test::Breadth::Everything),
        ["test", "--quick"] => test::run(test::Breadth::WithoutInterop),
        ["fuzz", words @ ..] => match fuzz::command(words) {
            Some(outcome) => outcome,
            None => {
                eprintln!("{}", fuzz::USAGE);
                return ExitCode::from(2);
            }
        },
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(true)
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Prints what a check found; true when it found nothing.
fn report(name: &str, findings: anyhow::Result<Vec<String>>) -> anyhow::Result<bool> {
    let findings = findings?;
    for finding in &findings {
        eprintln!("{name}: {finding}");
    }
    if findings.is_empty() {
        println!("{name}: ok");
    }
    Ok(findings.is_empty())
}
