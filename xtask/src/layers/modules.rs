//! The engine's modules: a handshake knows no records and a record no handshake, `connection`
//! introduces them; and TLS 1.2 and 1.3 never meet below the hello.

use super::paths;
use crate::repository::File;
use crate::source;

const SOURCES: &str = "crates/engine/src/";

/// A module of the engine and the modules beside it that it may use.
const TABLE: &[(&str, &[&str])] = &[
    ("verdict", &[]),
    ("facts", &[]),
    ("half", &[]),
    ("destination", &[]),
    ("fault", &["verdict"]),
    ("keys", &["half", "fault"]),
    ("event", &["facts", "half", "fault", "keys"]),
    ("config", &["half", "fault", "keys", "event"]),
    ("offered_session", &["fault"]),
    ("record", &["half", "fault", "keys", "event", "config"]),
    (
        "handshake",
        &[
            "verdict",
            "facts",
            "half",
            "fault",
            "keys",
            "event",
            "config",
            "destination",
            "offered_session",
        ],
    ),
    (
        "connection",
        &[
            "verdict",
            "facts",
            "half",
            "fault",
            "keys",
            "event",
            "config",
            "destination",
            "offered_session",
            "record",
            "handshake",
        ],
    ),
];

/// Folders that may not name each other, wherever they stand.
const STRANGERS: &[(&str, &str)] = &[("tls12", "tls13"), ("tls13", "tls12")];

/// Uses of a module that the tables do not allow. Tests at the bottom of a file are free.
pub(super) fn edges(files: &[File]) -> Vec<String> {
    let engine = || {
        files
            .iter()
            .filter_map(|file| Some((file, file.path.strip_prefix(SOURCES)?)))
    };
    let root = engine().find(|(_, inside)| *inside == "lib.rs");
    let reexports = root
        .map(|(file, _)| paths::reexported(&source::code(&file.text)))
        .unwrap_or_default();
    let tests = source::test_paths(files);
    engine()
        .filter_map(|(file, inside)| Some((file, inside.strip_suffix(".rs")?)))
        .filter(|(file, inside)| *inside != "lib" && !source::is_test(&file.path, &tests))
        .flat_map(|(file, inside)| edges_of(file, inside, &reexports))
        .collect()
}

fn edges_of(file: &File, inside: &str, reexports: &[Vec<String>]) -> Vec<String> {
    let module: Vec<&str> = inside.split('/').filter(|part| *part != "mod").collect();
    let code = source::code(&file.text);
    let tests = source::first_test_line(&code);
    let code: String = code
        .lines()
        .take(tests)
        .flat_map(|line| [line, "\n"])
        .collect();
    let Some((_, may_use)) = TABLE.iter().find(|(name, _)| module.first() == Some(name)) else {
        return vec![format!(
            "{}: this module has no row in xtask/src/layers/modules.rs",
            file.path
        )];
    };
    let mut findings: Vec<String> = paths::named(&code, &module)
        .iter()
        .map(|used| where_it_lives(used, reexports))
        .filter_map(|used| forbidden(&module, used, may_use))
        .map(|why| format!("{}: {why}", file.path))
        .collect();
    findings.sort_unstable();
    findings.dedup();
    findings
}

/// `crate::Fault` is `crate::fault::Fault` when the root says so.
fn where_it_lives<'a>(used: &'a [String], reexports: &'a [Vec<String>]) -> &'a [String] {
    let named = |path: &&Vec<String>| path.len() > 1 && path.last() == used.first();
    reexports.iter().find(named).map_or(used, Vec::as_slice)
}

/// Why `module` may not name `used`, if it may not.
fn forbidden(module: &[&str], used: &[String], may_use: &[&str]) -> Option<String> {
    let first = used.first()?.as_str();
    let is_module = TABLE.iter().any(|(name, _)| *name == first);
    if is_module && first != module[0] && !may_use.contains(&first) {
        return Some(format!("{} may not use {first}", module[0]));
    }
    let meets = |(here, there): &&(&str, &str)| {
        module.contains(here) && used.iter().any(|part| part == there)
    };
    let (here, there) = STRANGERS.iter().find(meets)?;
    Some(format!("{here} may not use {there}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        edges(&[File {
            path: path.to_owned(),
            text: text.to_owned(),
        }])
    }

    #[test]
    fn record_and_handshake_do_not_know_each_other() {
        let found = findings(
            "crates/engine/src/record/open.rs",
            "use crate::handshake::State;\n",
        );
        assert_eq!(
            found,
            ["crates/engine/src/record/open.rs: record may not use handshake"]
        );
        let found = findings(
            "crates/engine/src/handshake/mod.rs",
            "fn f() { super::record::limits::MAX; }",
        );
        assert_eq!(
            found,
            ["crates/engine/src/handshake/mod.rs: handshake may not use record"]
        );
        assert!(
            findings(
                "crates/engine/src/connection/mod.rs",
                "use crate::{handshake, record};"
            )
            .is_empty()
        );
    }

    #[test]
    fn a_detour_through_the_root_is_followed() {
        let files = [
            (
                "crates/engine/src/lib.rs",
                "pub use handshake::{question::Question, State};",
            ),
            ("crates/engine/src/keys/tls13.rs", "use crate::State;"),
            ("crates/engine/src/connection/mod.rs", "use crate::State;"),
        ];
        let files = files.map(|(path, text)| File {
            path: path.to_owned(),
            text: text.to_owned(),
        });
        assert_eq!(
            edges(&files),
            ["crates/engine/src/keys/tls13.rs: keys may not use handshake"]
        );
    }

    #[test]
    fn the_two_versions_do_not_know_each_other() {
        let found = findings(
            "crates/engine/src/handshake/tls13/proof.rs",
            "use super::super::tls12::key_exchange;",
        );
        assert_eq!(
            found,
            ["crates/engine/src/handshake/tls13/proof.rs: tls13 may not use tls12"]
        );
    }

    #[test]
    fn a_comment_and_a_test_may_name_anything() {
        let text = "// crate::handshake\nfn f() {}\n#[cfg(test)]\nmod tests {\n use crate::handshake::State;\n}\n";
        assert!(findings("crates/engine/src/record/open.rs", text).is_empty());
    }

    #[test]
    fn a_module_nobody_placed_is_found() {
        assert_eq!(findings("crates/engine/src/helper.rs", "").len(), 1);
        assert!(findings("crates/engine/src/lib.rs", "").is_empty());
        assert!(findings("crates/wire/src/helper.rs", "").is_empty());
    }
}
