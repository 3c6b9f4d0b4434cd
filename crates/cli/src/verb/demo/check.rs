//! Whether every step did what it should: from the servers' ledgers, compared with what clients saw.

use super::report::{Step, Story, Verdict};
use super::story::Scenes;
use std::collections::BTreeSet;
use tessera_observe::DemoRow;

/// What a step should look like in the ledger.
struct Expected {
    /// For each row its kind, and which lineage it is on: the story counts them from 0.
    rows: &'static [(&'static str, usize)],
    refusal: Option<&'static str>,
}

fn expected(step: Step) -> Expected {
    let rows: &[_] = match step {
        Step::Full => &[("full", 0)],
        Step::Resumed | Step::FromDisk | Step::Carried => &[("resumed", 0)],
        Step::AtOnce => &[("resumed", 0); 5],
        Step::Refused => &[("full", 1)],
        Step::SessionId => &[("full", 2), ("resumed", 2)],
        Step::Ticket => &[("full", 3), ("resumed", 3)],
        Step::Renegotiated => &[("resumed", 3), ("renegotiated", 4)],
    };
    Expected {
        rows,
        refusal: (step == Step::Refused).then_some("already_used"),
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
    let mut lineages = Vec::new();
    let mut keys = BTreeSet::new();
    let (mut told, mut verdicts) = (Vec::new(), Vec::new());
    for scene in scenes {
        let rows = rows(scene);
        let mut problems = Vec::new();
        compare(scene, &rows, &mut lineages, &mut problems);
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

fn compare(
    scene: &Scenes,
    rows: &[DemoRow],
    lineages: &mut Vec<String>,
    problems: &mut Vec<String>,
) {
    let expected = expected(scene.step);
    if rows.len() != expected.rows.len() {
        problems.push(format!(
            "{} rows in the ledger, not {}",
            rows.len(),
            expected.rows.len()
        ));
    }
    for (row, (kind, lineage)) in rows.iter().zip(expected.rows) {
        if row.kind != *kind {
            problems.push(format!("{}, not {kind}{}", row.kind, because(row)));
        }
        if row.refusal.as_deref() != expected.refusal {
            let wanted = expected.refusal.unwrap_or("none");
            problems.push(format!(
                "refusal {}, not {wanted}",
                row.refusal.as_deref().unwrap_or("none")
            ));
        }
        let known = lineages.iter().position(|known| *known == row.lineage);
        if known.unwrap_or(lineages.len()) != *lineage {
            problems.push(format!("lineage {} is not the one due", row.lineage));
        }
        if known.is_none() {
            lineages.push(row.lineage.clone());
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
