//! `tessera connect`: connections to a server, on sessions that earlier processes left.

mod dial;
mod failure;
mod get;
mod offer;
mod pipe;
mod report;
mod session_file;
mod trace;
mod watch;

use crate::args::{ConnectArgs, Expect, Global};
use crate::exit::{Exit, Failure, Outcome};
use crate::keylog;
use crate::plan::connect::{ConnectPlan, Tracing};
use crate::report::json;
use crate::report::talk::Talk;
use crate::store::{self, Closed, Store};
use failure::{During, explain};
use get::{Destination, Get};
use report::{ConnectReport, ConnectionReport, Measured, Said};
use std::io::{IsTerminal as _, Read as _};
use std::sync::Arc;
use std::time::Duration;
use tessera::engine::{KeyUpdateRequest, Trace};
use tessera::tokio::TlsConnector;
use tessera::tokio::client::TlsStream;
use tessera::{ClientConfig, ClientSettings};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use trace::{Secrets, Tracer};
use watch::Watch;

/// How long a connection may take to come about, unless `--timeout` says otherwise.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the peer may take to say `close_notify`, too.
const FAREWELL: Duration = Duration::from_millis(500);

/// Everything the connections of one run share.
struct Run {
    plan: ConnectPlan,
    connector: TlsConnector,
    store: Store,
    watch: Arc<Watch>,
    /// What is sent on each connection, where there are several.
    input: Option<Vec<u8>>,
    to: Destination,
    timeout: Option<Duration>,
    talk: Talk,
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
        to: if global.json || global.jsonl {
            Destination::Report
        } else {
            Destination::Stdout
        },
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
    show(&connections, failure.as_ref(), global, talk)?;
    match failure {
        Some(failure) => Err(failure),
        None => Ok(Exit::Done),
    }
}

/// The report; failures are told by whoever ends the program.
fn show(
    connections: &[ConnectionReport],
    failure: Option<&Failure>,
    global: &Global,
    talk: Talk,
) -> Outcome<()> {
    if global.json {
        return json::print(&ConnectReport::new(connections, failure));
    }
    if global.jsonl {
        return connections
            .iter()
            .try_for_each(|one| json::print(&ConnectReport::new(std::slice::from_ref(one), None)));
    }
    connections
        .iter()
        .for_each(|connection| talk.say(connection));
    Ok(())
}

/// The wallet of the state directory. What cannot be opened just now costs a full handshake and
/// not the connection.
fn open_wallet(plan: &ConnectPlan, talk: Talk) -> Outcome<Store> {
    let Some(wallet) = &plan.wallet else {
        return Ok(Store::in_memory());
    };
    match store::open(wallet, None, talk) {
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

fn settings(
    plan: &ConnectPlan,
    store: &Store,
    watch: &Arc<Watch>,
    talk: Talk,
) -> Outcome<ClientSettings> {
    let mut settings = ClientSettings {
        verifier: plan.verifier.clone(),
        credential: plan.credential.clone(),
        alpn: plan.offer.alpn.clone(),
        send_server_name: plan.send_server_name,
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
        ..ClientSettings::default()
    };
    if !plan.offer.groups.is_empty() {
        settings.groups.clone_from(&plan.offer.groups);
    }
    if !plan.offer.cipher_suites.is_empty() {
        settings.cipher_suites.clone_from(&plan.offer.cipher_suites);
    }
    Ok(settings)
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
        let unmet = failure.or_else(|| expected(run, round, &reports).err());
        connections.append(&mut reports);
        if unmet.is_some() {
            return (connections, unmet);
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
        tasks.spawn(async move { (number, connection(&run, round, &together).await) });
    }
    let mut done = Vec::new();
    let mut failure = None;
    while let Some(joined) = tasks.join_next().await {
        match joined {
            Ok((number, Ok(report))) => done.push((number, report)),
            Ok((_, Err(failed))) => failure = failure.or(Some(failed)),
            Err(error) => failure = failure.or_else(|| Some(Failure::internal(error))),
        }
    }
    done.sort_by_key(|(number, _)| *number);
    (
        done.into_iter().map(|(_, report)| report).collect(),
        failure,
    )
}

fn expected(run: &Run, round: u32, reports: &[ConnectionReport]) -> Outcome<()> {
    let Some(expect) = run.plan.work.expect else {
        return Ok(());
    };
    // The first of a chain has nobody to resume from.
    if round == 0 && run.plan.work.reconnect > 0 {
        return Ok(());
    }
    let wanted = expect == Expect::Resumed;
    match reports.iter().find(|report| report.resumed != wanted) {
        None => Ok(()),
        Some(other) => {
            let expect = if wanted { "resumed" } else { "full" };
            Err(Failure::new(
                Exit::Expectation,
                format_args!("expected: {expect}; found: {other}"),
            ))
        }
    }
}

/// One connection from its first byte to its last.
async fn connection(run: &Run, round: u32, together: &Barrier) -> Outcome<ConnectionReport> {
    let opened = open(run, round).await;
    // Those that failed are waited for as well, or the others would wait for ever.
    together.wait().await;
    let (mut stream, offered) = opened?;
    if run.plan.work.key_update {
        stream.update_keys(KeyUpdateRequest::UpdateRequested);
        stream
            .flush()
            .await
            .map_err(|error| explain(&error, During::Exchange, &run.plan))?;
    }
    let exchanged = match run.timeout {
        Some(limit) => tokio::time::timeout(limit, exchange(run, stream))
            .await
            .map_err(|_| late(run, limit))?,
        None => exchange(run, stream).await,
    };
    let (mut stream, said) = exchanged?;
    wait_for_ticket(run, &mut stream).await?;
    // Waits for what came to be kept, too: from here on another process may resume.
    stream
        .shutdown()
        .await
        .map_err(|error| explain(&error, During::Exchange, &run.plan))?;
    let mut rest = [0; 4096];
    let farewell = async { while stream.read(&mut rest).await.is_ok_and(|read| read > 0) {} };
    let _ = tokio::time::timeout(FAREWELL, farewell).await;
    Ok(report(run, &stream, offered, said))
}

/// TCP and the handshake.
async fn open(run: &Run, round: u32) -> Outcome<(TlsStream<TcpStream>, Option<String>)> {
    let limit = run.timeout.unwrap_or(PATIENCE);
    let opening = async {
        let tcp = dial::dial(&run.plan, run.talk).await?;
        let (options, offered) = offer::options(run, round).await?;
        let connecting = run
            .connector
            .connect_with(run.plan.name.clone(), tcp, options);
        let stream = connecting
            .await
            .map_err(|error| explain(&error, During::Handshake, &run.plan))?;
        Ok((stream, offered))
    };
    tokio::time::timeout(limit, opening)
        .await
        .map_err(|_| late(run, limit))?
}

fn late(run: &Run, limit: Duration) -> Failure {
    let target = &run.plan.target;
    Failure::new(
        Exit::Timeout,
        format_args!("{}:{}: nothing within {limit:?}", target.host, target.port),
    )
}

/// The request and its answer, or stdin and stdout.
async fn exchange(
    run: &Run,
    stream: TlsStream<TcpStream>,
) -> Outcome<(TlsStream<TcpStream>, Said)> {
    let failed =
        |error: &(dyn std::error::Error + 'static)| explain(error, During::Exchange, &run.plan);
    let target = &run.plan.target;
    match (&run.plan.work.get, &run.input) {
        (Some(path), _) => {
            let get = Get {
                host: &target.host,
                port: target.port,
                path,
                to: run.to,
            };
            get.run(stream).await.map_err(|error| failed(&*error))
        }
        (None, Some(input)) => pipe::run(stream, &input[..], run.to)
            .await
            .map_err(|error| failed(&error)),
        (None, None) => pipe::run(stream, tokio::io::stdin(), run.to)
            .await
            .map_err(|error| failed(&error)),
    }
}

/// Servers send tickets when they like, mostly right behind the handshake.
async fn wait_for_ticket(run: &Run, stream: &mut TlsStream<TcpStream>) -> Outcome<()> {
    if stream.tickets_kept() > 0 || stream.get_ref().1.peer_closed() {
        return Ok(());
    }
    let waited = tokio::time::timeout(run.plan.work.wait_ticket, stream.wait_for_ticket()).await;
    match waited {
        Ok(Err(error)) => Err(explain(&error, During::Exchange, &run.plan)),
        _ => Ok(()),
    }
}

fn report(
    run: &Run,
    stream: &TlsStream<TcpStream>,
    offered: Option<String>,
    said: Said,
) -> ConnectionReport {
    let watched = run.watch.of(stream.id());
    let traffic = stream.traffic();
    let measured = Measured {
        offered,
        tickets_received: watched.map_or(0, |watched| watched.tickets),
        handshake: watched.map(|watched| watched.handshake).unwrap_or_default(),
        received: traffic.received,
        sent: traffic.sent,
    };
    ConnectionReport::new(stream.facts(), measured, said)
}
