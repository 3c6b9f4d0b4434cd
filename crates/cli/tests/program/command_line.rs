//! The command line as others call it: help, exit codes, completions, manual pages.

use crate::started::{code, run, tessera, unread};

#[test]
fn every_verb_has_help_with_examples() {
    for verb in ["demo", "serve", "connect", "session"] {
        let output = run(&[verb, "--help"]);
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(code(&output), 0);
        assert!(
            text.contains("Examples:") && text.contains(&format!("tessera {verb}")),
            "{text}"
        );
    }
    let text = run(&["--help"]).stdout;
    assert!(String::from_utf8_lossy(&text).contains("Exit codes:"));
}

#[test]
fn what_makes_no_sense_is_exit_2_and_says_nothing_on_stdout() {
    for line in [
        "serve --no-such-flag",
        "serve --cert a",
        "connect",
        "connect localhost:x",
        "connect http://localhost",
        "session",
        "session expire",
        "connect localhost --store file:x",
        "serve --store valkey://localhost:6379",
        "session list --store redis://localhost --store-ca f --store-key-file k",
        "connect localhost --groups ffdhe2048",
        "connect localhost --psk f",
        "connect localhost --psk /nowhere --psk-identity i",
        "serve --psk f",
        "connect localhost --psk-hash sha384",
        "serve --psk-identity i --psk f --psk-hash md5",
        "serve --psk-identity i --psk f --psk-client c",
        "connect localhost --tickets 1,2,3",
        "connect localhost --no-wallet --tickets 33",
        "serve --max-tickets 33",
    ] {
        let output = run(&line.split_whitespace().collect::<Vec<_>>());
        assert_eq!(code(&output), 2, "{line}: {output:?}");
        assert_eq!(output.stdout, b"", "{line}");
    }
}

#[test]
fn what_comes_later_says_so() {
    for line in [
        "serve --starttls pop3",
        "connect localhost --starttls pop3",
        "proxy --config f --check",
        "probe localhost --json",
        "bench -c 64",
    ] {
        let output = run(&line.split_whitespace().collect::<Vec<_>>());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(code(&output), 2, "{line}: {said}");
        assert!(said.contains("not in this version yet"), "{line}: {said}");
    }
}

#[test]
fn completions_are_there_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = run(&["completions", shell]);
        assert_eq!(code(&output), 0, "{shell}");
        assert!(
            String::from_utf8_lossy(&output.stdout).contains("session-out"),
            "{shell}"
        );
    }
}

#[test]
fn a_reader_who_has_had_enough_is_no_failure() {
    for line in ["man", "completions zsh", "session list --store memory:"] {
        let mut command = tessera();
        command.args(line.split_whitespace()).stdout(unread());
        let output = command.output().expect("the program starts");
        assert_eq!(code(&output), 0, "{line}: {output:?}");
    }
}

#[test]
fn every_verb_has_a_manual_page() {
    let dir = tempfile::tempdir().expect("a directory");
    let output = run(&["man", dir.path().to_str().expect("UTF-8")]);
    assert_eq!(code(&output), 0, "{output:?}");
    for page in [
        "tessera",
        "tessera-serve",
        "tessera-connect",
        "tessera-session-list",
        "tessera-demo",
    ] {
        let text = std::fs::read_to_string(dir.path().join(format!("{page}.1"))).expect(page);
        assert!(text.contains(".SH NAME"), "{page}");
    }
    let page = run(&["man"]).stdout;
    let page = String::from_utf8_lossy(&page);
    assert!(page.contains(".SH NAME") && page.contains("curl"), "{page}");
}
