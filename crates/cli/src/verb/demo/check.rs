//! Whether every step did what it should: from the servers' ledgers, compared with what clients saw.

use super::report::{Step, Story, Verdict};
use super::story::Scenes;
use std::collections::BTreeSet;
use tessera_observe::DemoRow;

/// What a step should look like in the ledger.
struct Expected {
    rows: usize,
    kind: &'static str,
    refusal: Option<&'static str>,
    /// Whether it belongs to the first lineage.
    same_lineage: bool,
}

fn expected(step: Step) -> Expected {
    let resumed = Expected {
        rows: 1,
        kind: "resumed",
        refusal: None,
        same_lineage: true,
    };
    match step {
        Step::Full => Expected {
            kind: "full",
            ..resumed
        },
        Step::AtOnce => Expected { rows: 5, ..resumed },
        Step::Resumed | Step::FromDisk | Step::Carried => resumed,
        Step::Refused => Expected {
            kind: "full",
            refusal: Some("already_used"),
            same_lineage: false,
            rows: 1,
        },
    }
}

/// The story, with the verdict on each of its steps.
pub(super) fn story(scenes: &[Scenes]) -> Story {
    let rows = |scene: &Scenes| -> Vec<DemoRow> {
        scene
            .lines
            .iter()
            .flat_map(|line| line.connection.demo_rows(line.process))
            .collect()
    };
    let first = scenes
        .first()
        .and_then(|scene| rows(scene).first().cloned());
    let mut keys = BTreeSet::new();
    let (mut told, mut verdicts) = (Vec::new(), Vec::new());
    for scene in scenes {
        let rows = rows(scene);
        let mut problems = Vec::new();
        compare(scene, &rows, first.as_ref(), &mut problems);
        for row in &rows {
            if !keys.insert(row.keys_fingerprint.clone()) {
                problems.push(format!("keys {} were used before", row.keys_fingerprint));
            }
        }
        told.extend(rows.into_iter().map(|row| (scene.step, row)));
        verdicts.push(Verdict::new(scene.step, problems));
    }
    Story::new(told, verdicts)
}

fn compare(scene: &Scenes, rows: &[DemoRow], first: Option<&DemoRow>, problems: &mut Vec<String>) {
    let expected = expected(scene.step);
    if rows.len() != expected.rows {
        problems.push(format!(
            "{} connections in the ledger, not {}",
            rows.len(),
            expected.rows
        ));
    }
    for row in rows {
        if row.kind != expected.kind {
            problems.push(format!(
                "{}, not {}{}",
                row.kind,
                expected.kind,
                because(row)
            ));
        }
        if row.refusal.as_deref() != expected.refusal {
            let wanted = expected.refusal.unwrap_or("none");
            problems.push(format!(
                "refusal {}, not {wanted}",
                row.refusal.as_deref().unwrap_or("none")
            ));
        }
        let same = first.is_some_and(|first| first.lineage == row.lineage);
        if same != expected.same_lineage {
            problems.push(format!(
                "lineage {} where {}",
                row.lineage,
                if same {
                    "a new one is due"
                } else {
                    "the first is due"
                }
            ));
        }
        if row.process != scene.process {
            problems.push(format!("process {}, not {}", row.process, scene.process));
        }
    }
    both_ends_agree(scene, problems);
    if scene.step == Step::AtOnce {
        at_once(scene, rows, problems);
    }
}

fn because(row: &DemoRow) -> String {
    row.refusal
        .as_ref()
        .map(|refusal| format!(" ({refusal})"))
        .unwrap_or_default()
}

/// Both ends computed the same fingerprint of the same keys.
fn both_ends_agree(scene: &Scenes, problems: &mut Vec<String>) {
    for seen in &scene.seen {
        let id = seen.connection();
        let line = scene
            .lines
            .iter()
            .find(|line| Some(&line.connection.id) == id.as_ref());
        let theirs = line.and_then(|line| line.connection.handshake.as_ref());
        match theirs {
            Some(handshake) if handshake.keys_fingerprint == seen.keys_fingerprint => {}
            Some(handshake) => problems.push(format!(
                "the client has keys {}, the server {}",
                seen.keys_fingerprint, handshake.keys_fingerprint
            )),
            None => problems.push("a connection of the client is not in the ledger".to_owned()),
        }
    }
}

/// All were open at one moment, and each had a ticket of its own.
fn at_once(scene: &Scenes, rows: &[DemoRow], problems: &mut Vec<String>) {
    let last_opened = scene
        .lines
        .iter()
        .map(|line| line.connection.opened_at)
        .max();
    let first_closed = scene
        .lines
        .iter()
        .filter_map(|line| line.connection.closed_at)
        .min();
    if last_opened
        .zip(first_closed)
        .is_none_or(|(opened, closed)| opened > closed)
    {
        problems.push("there was no moment at which all were open".to_owned());
    }
    let sessions: BTreeSet<_> = rows.iter().map(|row| &row.session).collect();
    if sessions.len() != rows.len() {
        problems.push("a ticket was used by two of them".to_owned());
    }
}
