//! This program, run as a person would run it: what the buttons do can be typed as well.

use std::ffi::{OsStr, OsString};
use std::process::Stdio;
use tokio::process::Command;

/// Runs `tessera` with these arguments: what it says on stdout, or why it failed.
pub(super) async fn tessera(args: &[OsString]) -> Result<Vec<u8>, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(program)
        .args(args)
        .args(["-q", "--color", "never"])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim().trim_start_matches("error: ");
    match said {
        "" => Err(format!("{}: {}", typed(args), output.status)),
        said => Err(said.to_owned()),
    }
}

/// The command as one would type it.
pub(super) fn typed(args: &[OsString]) -> String {
    let words = args.iter().map(|word| quoted(word));
    std::iter::once("tessera".to_owned())
        .chain(words)
        .collect::<Vec<_>>()
        .join(" ")
}

/// As a shell reads it back.
fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+[]".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_a_shell_reads_it() {
        let args = ["session", "revoke", "3f9a", "--why", "bob's laptop"].map(OsString::from);
        assert_eq!(
            typed(&args),
            r"tessera session revoke 3f9a --why 'bob'\''s laptop'"
        );
    }
}
