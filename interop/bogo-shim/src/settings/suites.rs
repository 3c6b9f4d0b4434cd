//! OpenSSL's words for lists of cipher suites, as far as the runner uses them.

use crate::failure::Failure;
use tessera_wire::codepoint::{CipherSuite, ProtocolVersion};

/// What the words leave of TLS 1.2's suites; they say nothing about those of TLS 1.3.
pub(super) fn select(words: &str, all: &[CipherSuite]) -> Result<Vec<CipherSuite>, Failure> {
    let (mut chosen, rest): (Vec<_>, Vec<_>) = all.iter().partition(|suite| is_tls13(**suite));
    let mut selected = Vec::new();
    for word in words.split(':') {
        if word.contains(['[', '|', ']']) {
            let what = "a choice of the client's among equals";
            return Err(Failure::Unimplemented(what.to_owned()));
        }
        match word.strip_prefix('!') {
            Some(word) => selected.retain(|suite| !is_meant(word, *suite)),
            None => selected.extend(rest.iter().filter(|suite| is_meant(word, **suite))),
        }
    }
    chosen.extend(selected);
    Ok(chosen)
}

fn is_tls13(suite: CipherSuite) -> bool {
    tessera_session::suite_hash(ProtocolVersion::TLS1_3, suite).is_some()
}

/// A suite's own name, or a word for several.
fn is_meant(word: &str, suite: CipherSuite) -> bool {
    let name = suite.to_string();
    match word {
        "ALL" | "DEFAULT" => true,
        "AES" => name.contains("_AES_"),
        "AES128" => name.contains("_AES_128_"),
        _ => name == word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [CipherSuite; 3] = [
        CipherSuite::TLS_AES_128_GCM_SHA256,
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ];

    fn selected(words: &str) -> Option<Vec<CipherSuite>> {
        select(words, &ALL).ok()
    }

    #[test]
    fn words_choose_among_the_suites_of_tls12() {
        assert_eq!(selected("ALL:3DES"), Some(ALL.to_vec()));
        assert_eq!(selected("DEFAULT:!AES"), Some(vec![ALL[0], ALL[2]]));
        let names = "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA:TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
        assert_eq!(selected(names), Some(vec![ALL[0], ALL[1]]));
        assert_eq!(selected("[A|B]:C"), None);
    }
}
