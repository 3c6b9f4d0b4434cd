//! The paths a module names inside its own crate, resolved from `crate::` and `super::`.

/// Every path that begins with `crate` or `super`, from the crate's root and with groups spread out.
pub(super) fn named(code: &str, module: &[&str]) -> Vec<Vec<String>> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let start: Vec<String> = match tokens[at] {
            "crate" => Vec::new(),
            "super" => parent(module),
            _ => {
                at += 1;
                continue;
            }
        };
        at = spread(&tokens, at + 1, start, &mut found);
    }
    found
}

/// What the crate's root re-exports from its own modules.
pub(super) fn reexported(code: &str) -> Vec<Vec<String>> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    let mut at = 0;
    while at + 1 < tokens.len() {
        if tokens[at] == "use" {
            let head = tokens[at + 1];
            let start = if matches!(head, "crate" | "self") {
                Vec::new()
            } else {
                vec![head.to_owned()]
            };
            at = spread(&tokens, at + 2, start, &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// Follows one path from the token after its head; returns where it ended.
fn spread(
    tokens: &[&str],
    mut at: usize,
    mut path: Vec<String>,
    found: &mut Vec<Vec<String>>,
) -> usize {
    while tokens.get(at) == Some(&"::") {
        at += 1;
        match tokens.get(at) {
            Some(&"super") => {
                path.pop();
                at += 1;
            }
            Some(&"{") => return group(tokens, at + 1, &path, found),
            Some(word) if is_word(word) => {
                path.push((*word).to_owned());
                at += 1;
            }
            _ => break,
        }
    }
    found.push(path);
    // A renamed use names nothing new.
    if tokens.get(at) == Some(&"as") {
        at + 2
    } else {
        at
    }
}

/// The branches of `{…}`; returns where the group closed.
fn group(tokens: &[&str], mut at: usize, path: &[String], found: &mut Vec<Vec<String>>) -> usize {
    while let Some(token) = tokens.get(at) {
        match *token {
            "}" => return at + 1,
            word if is_word(word) => {
                let mut branch = path.to_vec();
                if word != "self" {
                    branch.push(word.to_owned());
                }
                at = spread(tokens, at + 1, branch, found);
            }
            _ => at += 1,
        }
    }
    at
}

fn parent(module: &[&str]) -> Vec<String> {
    let above = module.len().saturating_sub(1);
    module[..above]
        .iter()
        .map(|&part| part.to_owned())
        .collect()
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

fn tokens(code: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if is_word(rest) {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after.trim_start();
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named_in(code: &str, module: &[&str]) -> Vec<String> {
        named(code, module)
            .iter()
            .map(|path| path.join("::"))
            .collect()
    }

    #[test]
    fn groups_are_spread_out() {
        let code =
            "use crate::{fault::{Fault, Misbehaviour as M}, keys::transcript::{self}, Event};";
        let expected = [
            "fault::Fault",
            "fault::Misbehaviour",
            "keys::transcript",
            "Event",
        ];
        assert_eq!(named_in(code, &["record"]), expected);
    }

    #[test]
    fn super_climbs_from_the_module_it_stands_in() {
        let module = ["handshake", "tls13", "server"];
        assert_eq!(
            named_in("use super::super::tls12::prf;", &module),
            ["handshake::tls12::prf"]
        );
        assert_eq!(
            named_in("super::proof::content()", &module),
            ["handshake::tls13::proof::content"]
        );
        assert_eq!(named_in("pub(super) fn f()", &["record"]), [""]);
    }

    #[test]
    fn paths_in_expressions_count_too() {
        assert_eq!(
            named_in("crate::record::open(x)?;", &["keys"]),
            ["record::open"]
        );
    }
}
