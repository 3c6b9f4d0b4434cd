//! Key logs (RFC 9850), to compare what both ends of a connection wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::peer::program;
use crate::process::run;

/// The secrets of a key log, by label and client random.
pub type Secrets = BTreeMap<(String, String), String>;

/// The four lines every TLS 1.3 connection has.
pub const LABELS: [&str; 4] = [
    "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
    "SERVER_HANDSHAKE_TRAFFIC_SECRET",
    "CLIENT_TRAFFIC_SECRET_0",
    "SERVER_TRAFFIC_SECRET_0",
];

/// The one line every TLS 1.2 connection has.
pub const LABEL_12: &str = "CLIENT_RANDOM";

/// Reads a key log.
#[track_caller]
pub fn read(file: &Path) -> Secrets {
    let text = fs::read_to_string(file)
        .unwrap_or_else(|e| panic!("no key log in {}: {e}", file.display()));
    parse(&text)
}

/// Reads the lines of a key log; comments are passed over.
#[track_caller]
pub fn parse(text: &str) -> Secrets {
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(parse_line).collect()
}

fn parse_line(line: &str) -> ((String, String), String) {
    let mut words = line.split_ascii_whitespace().map(str::to_ascii_lowercase);
    match (words.next(), words.next(), words.next(), words.next()) {
        (Some(label), Some(random), Some(secret), None) if random.len() == 64 => {
            ((label.to_ascii_uppercase(), random), secret)
        }
        _ => panic!("not a line of a key log: {line:?}"),
    }
}

/// Fails the test unless both logs hold the same four secrets (in TLS 1.2 the same one) for at least
/// `connections` connections, and agree in every other line they share.
#[track_caller]
pub fn assert_agree(ours: &Secrets, theirs: &Secrets, connections: usize) {
    let mut compared = BTreeMap::new();
    for ((label, random), secret) in ours {
        let Some(other) = theirs.get(&(label.clone(), random.clone())) else {
            continue;
        };
        assert_eq!(secret, other, "{label} of {random}");
        if LABELS.contains(&label.as_str()) {
            *compared.entry(random).or_insert(0) += 1;
        }
        if label == LABEL_12 {
            compared.insert(random, LABELS.len());
        }
    }
    let whole = compared
        .values()
        .filter(|lines| **lines == LABELS.len())
        .count();
    assert!(
        whole >= connections,
        "{whole} of {connections} connections are in both logs\nours: {ours:#?}\ntheirs: {theirs:#?}"
    );
}

/// The `keys_fingerprint` of every connection in a key log, computed from its secrets alone.
#[track_caller]
pub fn fingerprints(secrets: &Secrets) -> BTreeSet<String> {
    let ends = ["CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"];
    let randoms: BTreeSet<_> = secrets.keys().map(|(_, random)| random).collect();
    let pairs = randoms.into_iter().filter_map(|random| {
        let [client, server] = ends.map(|label| secrets.get(&(label.to_owned(), random.clone())));
        Some((client?, server?))
    });
    pairs
        .map(|(client, server)| fingerprint(client, server))
        .collect()
}

fn fingerprint(client: &str, server: &str) -> String {
    let mut input = b"tessera keys fingerprint".to_vec();
    input.extend(bytes(client));
    input.extend(bytes(server));
    let mut openssl = program("openssl");
    let digest = run(openssl.args(["dgst", "-sha256", "-binary"]), &input).succeeded();
    let first = digest.stdout.iter().take(8);
    first.map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = (0..hex.len()).step_by(2).map(|at| hex.get(at..at + 2));
    pairs
        .map(|pair| pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect::<Option<_>>()
        .unwrap_or_else(|| panic!("not hexadecimal: {hex}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_case_do_not_matter() {
        let random = "AB".repeat(32);
        let log = parse(&format!("# a comment\n\nEXPORTER_SECRET {random} 0A0B\n"));
        let key = ("EXPORTER_SECRET".to_owned(), "ab".repeat(32));
        assert_eq!(log.get(&key).map(String::as_str), Some("0a0b"));
    }

    #[test]
    #[should_panic(expected = "0 of 1 connections")]
    fn logs_of_different_connections_do_not_agree() {
        assert_agree(&Secrets::new(), &Secrets::new(), 1);
    }

    #[test]
    fn a_fingerprint_is_the_beginning_of_a_hash_over_both_secrets() {
        let random = "00".repeat(32);
        let lines = ["CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"]
            .map(|label| format!("{label} {random} 616263\n"));
        // SHA-256("tessera keys fingerprint" || "abc" || "abc")
        let expected = BTreeSet::from(["860ac00415e63d38".to_owned()]);
        assert_eq!(fingerprints(&parse(&lines.concat())), expected);
    }
}
