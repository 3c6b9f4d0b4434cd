//! What the story came to: `tessera.demo/1`, and a table for people.

use crate::report::table::{Cell, Table};
use crate::report::text::{bytes, micros, short};
use anstyle::AnsiColor;
use serde::Serialize;
use std::fmt;
use tessera_observe::DemoRow;

/// A step of the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    /// A client and a server meet for the first time.
    Full,
    /// Another client process comes back.
    Resumed,
    /// Five connections at once.
    AtOnce,
    /// The server is killed; another process opens what it left.
    FromDisk,
    /// The ticket travels in a file.
    Carried,
    /// The same file again.
    Refused,
    /// TLS 1.2: a session ID names what the server keeps.
    SessionId,
    /// TLS 1.2: the client carries the session.
    Ticket,
    /// TLS 1.2: another session on the same connection.
    Renegotiated,
}

impl Step {
    /// What happens.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Full => "first contact",
            Self::Resumed => "a new client process comes back",
            Self::AtOnce => "five connections at once",
            Self::FromDisk => "server killed, another started",
            Self::Carried => "a ticket in a file",
            Self::Refused => "the same file again",
            Self::SessionId => "TLS 1.2: a session ID",
            Self::Ticket => "TLS 1.2: a ticket",
            Self::Renegotiated => "TLS 1.2: a new session under way",
        }
    }
}

/// What the story came to.
#[derive(Serialize)]
pub(super) struct Story {
    schema: &'static str,
    /// A row for each connection.
    pub(super) connections: Vec<DemoRow>,
    /// Whether each step did what it should.
    pub(super) steps: Vec<Verdict>,
    ok: bool,
    /// Where to look at it live, while that is there.
    pub(super) console: Option<String>,
    /// Which step each row is of.
    #[serde(skip)]
    of: Vec<Step>,
}

/// Whether a step did what it should.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Verdict {
    step: Step,
    ok: bool,
    /// What did not hold.
    problems: Vec<String>,
}

impl Verdict {
    /// The verdict on a step with these problems.
    pub(super) fn new(step: Step, problems: Vec<String>) -> Self {
        Self {
            step,
            ok: problems.is_empty(),
            problems,
        }
    }
}

impl Story {
    /// The story of these rows.
    pub(super) fn new(rows: Vec<(Step, DemoRow)>, steps: Vec<Verdict>) -> Self {
        let ok = steps.iter().all(|verdict| verdict.ok);
        let (of, connections) = rows.into_iter().unzip();
        Self {
            schema: "tessera.demo/1",
            connections,
            steps,
            ok,
            console: None,
            of,
        }
    }

    /// Whether every step did what it should.
    pub(super) fn ok(&self) -> bool {
        self.ok
    }

    fn table(&self) -> Table {
        let mut table = Table::new(&[
            "",
            "step",
            "session",
            "lineage",
            "gen",
            "how",
            "server",
            "keys",
            "handshake",
            "in",
            "out",
        ]);
        let mut before = None;
        for (row, step) in self.connections.iter().zip(&self.of) {
            let title = if before == Some(step) {
                ""
            } else {
                step.title()
            };
            before = Some(step);
            table.row(cells(row, *step, title, self.holds(*step)));
        }
        table
    }

    fn holds(&self, step: Step) -> bool {
        self.steps
            .iter()
            .any(|verdict| verdict.step == step && verdict.ok)
    }
}

fn cells(row: &DemoRow, step: Step, title: &str, holds: bool) -> [Cell; 11] {
    let (mark, colour) = if holds {
        ("✓", AnsiColor::Green)
    } else {
        ("✗", AnsiColor::Red)
    };
    let how = match &row.refusal {
        Some(refusal) => format!("{}: {refusal}", row.kind),
        None => row.kind.clone(),
    };
    let tint = match (step, row.kind.as_str()) {
        (Step::Refused, _) => AnsiColor::Yellow.on_default(),
        (_, "resumed") => AnsiColor::Green.on_default(),
        _ => AnsiColor::Cyan.on_default(),
    };
    [
        Cell::styled(mark, colour.on_default()),
        title.into(),
        short(&row.session).into(),
        short(&row.lineage).into(),
        row.generation.to_string().into(),
        Cell::styled(how, tint),
        row.process.to_string().into(),
        row.keys_fingerprint.as_str().into(),
        micros(row.handshake_us).into(),
        bytes(row.bytes_in).into(),
        bytes(row.bytes_out).into(),
    ]
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.table())?;
        let connections: std::collections::BTreeSet<_> =
            self.connections.iter().map(|row| &row.connection).collect();
        let lineages: std::collections::BTreeSet<_> =
            self.connections.iter().map(|row| &row.lineage).collect();
        let keys: std::collections::BTreeSet<_> = self
            .connections
            .iter()
            .map(|row| &row.keys_fingerprint)
            .collect();
        write!(
            f,
            "\n\n{} connections, {} sets of keys, {} lineages.",
            connections.len(),
            keys.len(),
            lineages.len()
        )?;
        for verdict in self.steps.iter().filter(|verdict| !verdict.ok) {
            for problem in &verdict.problems {
                let red = AnsiColor::Red.on_default();
                write!(f, "\n{red}✗ {}: {problem}{red:#}", verdict.step.title())?;
            }
        }
        Ok(())
    }
}
