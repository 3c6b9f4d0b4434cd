//! `session verify`: every record is opened, and each that fails is named.

use super::is_there;
use crate::args::Global;
use crate::exit::{Exit, Failure, Outcome};
use crate::plan::store::{StorePlan, StoreUrl};
use crate::report::out;
use crate::report::talk::Talk;
use crate::store;
use serde::Serialize;

/// `tessera.session-verify/1`.
#[derive(Serialize)]
struct Verified {
    schema: &'static str,
    sessions: u64,
    wallet: u64,
    spent: u64,
    revocations: u64,
    connections: u64,
    ticket_keys: u64,
    evicted: u64,
    findings: Vec<Finding>,
}

/// One thing that is wrong.
#[derive(Serialize)]
struct Finding {
    place: &'static str,
    record: String,
    problem: String,
}

/// Opens everything; looks only, and leaves a damaged file where it is.
pub(super) fn run(plan: &StorePlan, global: &Global, talk: Talk) -> Outcome<Exit> {
    let place = &plan.url;
    if let StoreUrl::Sqlite(path) = place
        && !is_there(path)?
    {
        return Err(Failure::store(format_args!("there is no store at {place}")));
    }
    let report = store::verify(plan)?.ok_or_else(|| {
        Failure::usage(format_args!("{place} keeps nothing that could be verified"))
    })?;
    let findings: Vec<_> = report
        .findings
        .iter()
        .map(|finding| Finding {
            place: finding.place,
            record: finding.record.clone(),
            problem: finding.problem.clone(),
        })
        .collect();
    let count = findings.len();
    if global.json || global.jsonl {
        out::json(&Verified {
            schema: "tessera.session-verify/1",
            sessions: report.sessions,
            wallet: report.wallet,
            spent: report.spent,
            revocations: report.revocations,
            connections: report.connections,
            ticket_keys: report.ticket_keys,
            evicted: report.evicted,
            findings,
        })?;
    }
    for finding in &report.findings {
        talk.error(format_args!("{place}: {finding}"));
    }
    if count > 0 {
        let plural = if count == 1 { "" } else { "s" };
        return Err(Failure::store(format_args!(
            "{place}: {count} problem{plural} found"
        )));
    }
    talk.say(format_args!(
        "{place}: all is well: {} sessions, {} in the wallet, {} used up, {} revocations, {} connections, {} ticket keys; {} went before their time to make room",
        report.sessions,
        report.wallet,
        report.spent,
        report.revocations,
        report.connections,
        report.ticket_keys,
        report.evicted
    ));
    Ok(Exit::Done)
}
