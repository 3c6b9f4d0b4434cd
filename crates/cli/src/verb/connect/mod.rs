//! `tessera connect`: connections to a server, on sessions that earlier processes left.

mod body;
mod dial;
mod failure;
mod get;
mod offer;
mod one;
mod pipe;
mod report;
mod session_file;
mod starttls;
mod trace;
mod watch;

use crate::args::{ConnectArgs, Expect, Global};
use crate::exit::{Exit, Failure, Outcome};
use crate::keylog;
use crate::plan::connect::{ConnectPlan, Tracing};
use crate::report::out;
use crate::report::talk::Talk;
use crate::store::{self, Closed, For, Store};
use body::Destination;
use report::{ConnectReport, ConnectionReport};
use std::io::{IsTerminal as _, Read as _};
use std::sync::Arc;
use std::time::Duration;
use tessera::engine::{EarlyDataOffer, Trace};
use tessera::session::WalletKey;
use tessera::tokio::TlsConnector;
use tessera::{ClientConfig, ClientSettings};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use trace::{Secrets, Tracer};
use watch::Watch;

/// Everything the connections of one run share.
struct Run {
    plan: ConnectPlan,
    connector: TlsConnector,
    store: Store,
    watch: Arc<Watch>,
    /// What is sent on each connection, where there are several.
    input: Option<Vec<u8>>,
    form: Form,
    timeout: Option<Duration>,
    talk: Talk,
}

/// How the report comes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// For people, on stderr, a round at a time.
    Text,
    /// One document at the end.
    Document,
    /// A document for each connection, a round at a time.
    Lines,
}

impl Form {
    fn of(global: &Global) -> Self {
        match (global.json, global.jsonl) {
            (true, _) => Self::Document,
            (false, true) => Self::Lines,
            (false, false) => Self::Text,
        }
    }
}

impl Run {
    /// Where goes what the peer says.
    fn to(&self) -> Destination {
        match self.form {
            Form::Text => Destination::Stdout,
            Form::Document | Form::Lines => Destination::Report,
        }
    }
}

/// Connects, as often as asked for.
pub(crate) fn run(args: &ConnectArgs, global: &Global, talk: Talk) -> Outcome<Exit> {
    let plan = ConnectPlan::new(args, talk)?;
    let store = open_wallet(&plan, talk)?;
    let watch = Arc::new(Watch::new(tracer(plan.trace), talk));
    let config = Arc::new(
        ClientConfig::try_from(settings(&plan, &store, &watch, talk)?).map_err(Failure::usage)?,
    );
    let several = plan.work.reconnect > 0 || plan.work.parallel > 1;
    let run = Arc::new(Run {
        input: if several && plan.work.get.is_none() {
            Some(read_input()?)
        } else {
            None
        },
        plan,
        connector: config.into(),
        store,
        watch,
        form: Form::of(global),
        timeout: global.timeout,
        talk,
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let (connections, failure) = runtime.block_on(all(&run));
    // A thread may still wait for stdin; nobody waits for it.
    runtime.shutdown_background();
    match (run.form, &failure) {
        (Form::Document, failure) => {
            out::json(&ConnectReport::new(&connections, failure.as_ref()))?;
        }
        (Form::Lines, Some(failure)) => out::json(&ConnectReport::new(&[], Some(failure)))?,
        (Form::Lines | Form::Text, _) => {}
    }
    match failure {
        Some(failure) => Err(failure),
        None => Ok(Exit::Done),
    }
}

/// What is told while there is more to come; failures are told by whoever ends the program.
fn tell(run: &Run, round: &[ConnectionReport]) -> Outcome<()> {
    match run.form {
        Form::Document => Ok(()),
        Form::Lines => round
            .iter()
            .try_for_each(|one| out::json(&ConnectReport::new(std::slice::from_ref(one), None))),
        Form::Text => {
            round.iter().for_each(|connection| run.talk.say(connection));
            Ok(())
        }
    }
}

/// The wallet of the state directory. What cannot be opened just now costs a full handshake and
/// not the connection.
fn open_wallet(plan: &ConnectPlan, talk: Talk) -> Outcome<Store> {
    let Some(wallet) = &plan.wallet else {
        return Ok(Store::in_memory());
    };
    match store::open(wallet, For::Once, talk) {
        Err(Closed::NotNow(why)) => {
            talk.warn(format_args!("{why}; sessions are not kept"));
            Ok(Store::in_memory())
        }
        other => Ok(other?),
    }
}

fn tracer(tracing: Tracing) -> Option<Tracer> {
    match tracing {
        Tracing::Off => None,
        Tracing::Discreet => Some(Tracer::new(Secrets::Hide)),
        Tracing::WithSecrets => Some(Tracer::new(Secrets::Show)),
    }
}

/// What sessions of these connections are filed under.
pub(crate) fn wallet_key(plan: &ConnectPlan) -> Outcome<WalletKey> {
    let config = ClientConfig::try_from(terms(plan)).map_err(Failure::usage)?;
    Ok(config.wallet_key(&plan.name, &offer::plain(&plan.target)))
}

fn settings(
    plan: &ConnectPlan,
    store: &Store,
    watch: &Arc<Watch>,
    talk: Talk,
) -> Outcome<ClientSettings> {
    Ok(ClientSettings {
        wallet: Some(Arc::clone(&store.wallet)),
        vault: Some(store.vault.clone()),
        // One deadline for all of it, below.
        handshake_timeout: None,
        observer: Some(Arc::clone(watch) as _),
        key_log: keylog::open(plan.keylog.as_deref(), talk)?,
        trace: if plan.trace == Tracing::Off {
            Trace::Off
        } else {
            Trace::Messages
        },
        ..terms(plan)
    })
}

/// What is offered, and to whom.
fn terms(plan: &ConnectPlan) -> ClientSettings {
    let mut settings = ClientSettings {
        verifier: plan.verifier.clone(),
        credentials: plan.credentials.clone(),
        external_psks: plan.external_psk.iter().cloned().collect(),
        without_psk: plan.without_psk,
        versions: plan.offer.versions.clone(),
        renegotiation: plan.offer.renegotiation,
        alpn: plan.offer.alpn.clone(),
        send_server_name: plan.send_server_name,
        ticket_request: plan.offer.tickets,
        false_start: plan.offer.false_start,
        early_data: if plan.early_data.is_empty() {
            EarlyDataOffer::Never
        } else {
            EarlyDataOffer::WherePossible
        },
        ..ClientSettings::default()
    };
    if !plan.offer.groups.is_empty() {
        settings.groups.clone_from(&plan.offer.groups);
    }
    if !plan.offer.cipher_suites.is_empty() {
        settings.cipher_suites.clone_from(&plan.offer.cipher_suites);
    }
    settings
}

/// What every connection is to send. A person at a terminal is not asked.
fn read_input() -> Outcome<Vec<u8>> {
    let mut input = Vec::new();
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        stdin.lock().read_to_end(&mut input)?;
    }
    Ok(input)
}

/// All rounds; ends with the first failure.
async fn all(run: &Arc<Run>) -> (Vec<ConnectionReport>, Option<Failure>) {
    let mut connections = Vec::new();
    for round in 0..=run.plan.work.reconnect {
        let (mut reports, failure) = one_round(run, round).await;
        let told = tell(run, &reports).err();
        let failure = failure
            .or(told)
            .or_else(|| expected(run, round, connections.len(), &reports).err());
        connections.append(&mut reports);
        if failure.is_some() {
            return (connections, failure);
        }
    }
    let saved = session_file::save(run).await;
    (connections, saved.err())
}

/// All connections of one round, which are open at the same time.
async fn one_round(run: &Arc<Run>, round: u32) -> (Vec<ConnectionReport>, Option<Failure>) {
    let count = run.plan.work.parallel;
    let together = Arc::new(Barrier::new(usize::try_from(count).unwrap_or(1)));
    let mut tasks = JoinSet::new();
    for number in 0..count {
        let (run, together) = (Arc::clone(run), Arc::clone(&together));
        tasks.spawn(async move { (number, one::connection(&run, round, &together).await) });
    }
    let mut done = Vec::new();
    let mut failure = None;
    while let Some(joined) = tasks.join_next().await {
        match joined {
            Ok((number, Ok(reports))) => {
                failure = failure.or_else(|| reports.iter().find_map(|one| one.failure.clone()));
                done.push((number, reports));
            }
            Ok((_, Err(failed))) => failure = failure.or(Some(failed)),
            Err(error) => failure = failure.or_else(|| Some(Failure::internal(error))),
        }
    }
    done.sort_by_key(|(number, _)| *number);
    (
        done.into_iter().flat_map(|(_, reports)| reports).collect(),
        failure,
    )
}

/// Whether the connections of a round are what `--expect` says; so many were there before them.
fn expected(run: &Run, round: u32, before: usize, reports: &[ConnectionReport]) -> Outcome<()> {
    let Some(expect) = run.plan.work.expect else {
        return Ok(());
    };
    // The first of a chain has nobody to resume from.
    if round == 0 && run.plan.work.reconnect > 0 {
        return Ok(());
    }
    let wanted = expect == Expect::Resumed;
    // The first handshake on a transport has nobody to resume from where there is a second.
    let skipped = usize::from(run.plan.work.again);
    let counted = reports
        .iter()
        .enumerate()
        .skip(skipped)
        .step_by(1 + skipped);
    match counted.into_iter().find(|(_, one)| one.resumed != wanted) {
        None => Ok(()),
        Some((position, other)) => Err(Failure::new(
            Exit::Expectation,
            format_args!("connection {} {}", before + position + 1, other.surprise()),
        )),
    }
}
