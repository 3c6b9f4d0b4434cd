//! Which crate may depend on which. Tests may depend on anything: dev-dependencies are free.

use anyhow::Result;
use serde_json::Value;

use crate::repository;

/// A crate, its floor in ARCHITECTURE.md, and the crates of ours it may use.
struct Row {
    name: &'static str,
    floor: u8,
    may_use: &'static [&'static str],
}

const TABLE: &[Row] = &[
    Row {
        name: "tessera-wire",
        floor: 0,
        may_use: &[],
    },
    Row {
        name: "tessera-starttls",
        floor: 0,
        may_use: &[],
    },
    Row {
        name: "tessera-crypto",
        floor: 1,
        may_use: &["tessera-wire"],
    },
    Row {
        name: "tessera-session",
        floor: 2,
        may_use: &["tessera-wire", "tessera-crypto"],
    },
    Row {
        name: "tessera-engine",
        floor: 3,
        may_use: &["tessera-wire", "tessera-crypto", "tessera-session"],
    },
    Row {
        name: "tessera-identity",
        floor: 4,
        may_use: &[
            "tessera-wire",
            "tessera-crypto",
            "tessera-session",
            "tessera-engine",
        ],
    },
    Row {
        name: "tessera-observe",
        floor: 4,
        may_use: &["tessera-wire", "tessera-session", "tessera-engine"],
    },
    Row {
        name: "tessera-interchange",
        floor: 4,
        may_use: &["tessera-wire", "tessera-crypto", "tessera-session"],
    },
    Row {
        name: "tessera-store-sqlite",
        floor: 4,
        may_use: &["tessera-wire", "tessera-crypto", "tessera-session"],
    },
    Row {
        name: "tessera-store-valkey",
        floor: 4,
        may_use: &["tessera-wire", "tessera-session"],
    },
    Row {
        name: "tessera-io",
        floor: 5,
        may_use: &[
            "tessera-wire",
            "tessera-crypto",
            "tessera-session",
            "tessera-engine",
            "tessera-identity",
        ],
    },
    Row {
        name: "tessera-testkit",
        floor: 5,
        may_use: &[
            "tessera-wire",
            "tessera-starttls",
            "tessera-crypto",
            "tessera-session",
            "tessera-engine",
            "tessera-identity",
            "tessera-interchange",
        ],
    },
    Row {
        name: "tessera-tls",
        floor: 6,
        may_use: &[
            "tessera-wire",
            "tessera-starttls",
            "tessera-crypto",
            "tessera-session",
            "tessera-engine",
            "tessera-identity",
            "tessera-interchange",
            "tessera-store-sqlite",
            "tessera-store-valkey",
            "tessera-io",
        ],
    },
    // What its buttons do comes in through a trait.
    Row {
        name: "tessera-console",
        floor: 7,
        may_use: &["tessera-observe"],
    },
    // The program speaks to the house through its front door, and to the ledger and the console.
    Row {
        name: "tessera-cli",
        floor: 8,
        may_use: &["tessera-tls", "tessera-observe", "tessera-console"],
    },
    Row {
        name: "tessera-interop",
        floor: 9,
        may_use: &[],
    },
    // The engine itself is under test here, so its floor is where this begins.
    Row {
        name: "tessera-bogo-shim",
        floor: 9,
        may_use: &[
            "tessera-wire",
            "tessera-crypto",
            "tessera-session",
            "tessera-engine",
            "tessera-identity",
        ],
    },
    Row {
        name: "xtask",
        floor: 9,
        may_use: &[],
    },
];

/// TLS stacks and bindings to one: in tests they are peers, in the program they would be a bad joke.
const STRANGERS: &[&str] = &[
    "rustls",
    "native-tls",
    "openssl",
    "openssl-sys",
    "boring",
    "boring-sys",
    "s2n-tls",
    "s2n-tls-sys",
    "mbedtls",
    "wolfssl-sys",
];

/// Normal and build dependencies that the table does not allow.
pub(super) fn edges(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages.flat_map(dependencies_of).collect()
}

fn dependencies_of(package: &Value) -> Vec<String> {
    let name = package["name"].as_str().unwrap_or_default();
    let Some(row) = row(name) else {
        return vec![format!("{name} has no row in xtask/src/layers/crates.rs")];
    };
    let dependencies = package["dependencies"].as_array().into_iter().flatten();
    dependencies
        .filter(|dependency| dependency["kind"].as_str() != Some("dev"))
        .filter_map(|dependency| dependency["name"].as_str())
        .filter_map(|dependency| forbidden(row, dependency))
        .collect()
}

fn row(name: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.name == name)
}

/// Why this edge is not allowed, if it is not.
fn forbidden(user: &Row, used: &str) -> Option<String> {
    let used_row = row(used)?;
    let name = user.name;
    if used_row.floor >= user.floor {
        return Some(format!(
            "{name} (floor {}) may not use {used} (floor {})",
            user.floor, used_row.floor
        ));
    }
    (!user.may_use.contains(&used)).then(|| format!("{name} may not use {used}"))
}

/// Other TLS stacks in what the program is built from, on any platform and with all features.
pub(super) fn strangers() -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for package in ["tessera-cli", "tessera-tls"] {
        let tree = repository::output(
            &repository::cargo(),
            &[
                "tree",
                "--package",
                package,
                "--all-features",
                "--edges",
                "normal,build",
                "--target",
                "all",
                "--prefix",
                "none",
                "--format",
                "{p}",
            ],
        )?;
        let mut names: Vec<&str> = tree
            .lines()
            .filter_map(|line| line.split(' ').next())
            .collect();
        names.sort_unstable();
        names.dedup();
        let found = names.into_iter().filter(|name| STRANGERS.contains(name));
        findings.extend(found.map(|name| format!("{package} is built with {name}")));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_table_only_allows_what_lies_below() {
        for row in TABLE {
            for used in row.may_use {
                assert_eq!(forbidden(row, used), None, "{} uses {used}", row.name);
            }
        }
    }

    #[test]
    fn an_edge_upwards_or_sideways_is_found_and_a_dev_dependency_is_not() {
        let metadata = json!({"packages": [{"name": "tessera-wire", "dependencies": [
            {"name": "tessera-engine", "kind": null},
            {"name": "tessera-testkit", "kind": "dev"},
            {"name": "serde", "kind": null},
        ]}, {"name": "tessera-observe", "dependencies": [
            {"name": "tessera-identity", "kind": "build"},
        ]}]});
        let findings = edges(&metadata);
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(findings[0].contains("tessera-wire (floor 0) may not use tessera-engine"));
        assert!(findings[1].contains("tessera-observe (floor 4) may not use tessera-identity"));
    }

    #[test]
    fn a_crate_nobody_placed_is_found() {
        let metadata = json!({"packages": [{"name": "tessera-helper", "dependencies": []}]});
        assert_eq!(edges(&metadata).len(), 1);
    }
}
