//! What was typed for a server with a console, as the server process is to get it.

use std::ffi::{OsStr, OsString};

/// Flags with a value that are the keeper's own, or that it says anew.
const WITH_VALUE: [&str; 2] = ["--console", "--listen"];
/// The same without.
const WITHOUT: [&str; 3] = ["--json", "--jsonl", "--learn"];

/// The arguments of the server process: all that was typed but the keeper's own.
pub(crate) fn for_server(typed: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut kept = Vec::new();
    let mut typed = typed.into_iter();
    while let Some(word) = typed.next() {
        if WITH_VALUE.iter().any(|flag| word == OsStr::new(flag)) {
            typed.next();
        } else if !WITHOUT.iter().any(|flag| word == OsStr::new(flag)) && !has_its_value(&word) {
            kept.push(word);
        }
    }
    kept
}

/// `--listen=ADDR`.
fn has_its_value(word: &OsStr) -> bool {
    let word = word.to_string_lossy();
    let flag = word.split_once('=').map(|(flag, _)| flag);
    flag.is_some_and(|flag| WITH_VALUE.contains(&flag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keepers_own_flags_are_left_out_in_both_spellings() {
        let typed = "--json -v serve --listen 127.0.0.1:0 --console=127.0.0.1:0 --tickets 6 --learn --listen=[::1]:1";
        let kept = for_server(typed.split(' ').map(OsString::from));
        assert_eq!(kept, ["-v", "serve", "--tickets", "6"]);
    }
}
