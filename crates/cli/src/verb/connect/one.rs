//! One connection of a run: opened, used, and closed when its tickets are kept.

use super::failure::{During, explain};
use super::get::Get;
use super::report::{ConnectionReport, Measured, Said};
use super::{Run, dial, offer, pipe, starttls};
use crate::exit::{Exit, Failure, Outcome};
use std::error::Error;
use std::io;
use std::time::Duration;
use tessera::TlsError;
use tessera::tokio::client::TlsStream;
use tessera::wire::ProtocolVersion;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Barrier;

type Stream = TlsStream<TcpStream>;

/// How long a connection may take to come about, unless `--timeout` says otherwise.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the peer may take to say `close_notify`, too.
const FAREWELL: Duration = Duration::from_millis(500);

/// One connection from its first byte to its last. All of a round meet at `together`, open.
///
/// Two reports where TLS was begun again on it.
pub(super) async fn connection(
    run: &Run,
    round: u32,
    together: &Barrier,
) -> Outcome<Vec<ConnectionReport>> {
    let opened = open(run, round).await;
    // Those that failed are waited for as well, or the others would wait for ever.
    together.wait().await;
    let (mut stream, mut offered) = opened?;
    let mut reports = Vec::new();
    if run.plan.work.again {
        let (report, second) = again(run, stream, offered).await?;
        reports.push(report);
        (stream, offered) = second;
    }
    if run.plan.work.renegotiate {
        renegotiate(run, &mut stream).await?;
    }
    if run.plan.work.key_update {
        rekey(run, &mut stream).await?;
    }
    let exchanged = match run.timeout {
        Some(limit) => tokio::time::timeout(limit, exchange(run, stream))
            .await
            .map_err(|_| late(run, limit))?,
        None => exchange(run, stream).await,
    };
    let (mut stream, said, cut_off) = exchanged?;
    let failure = match cut_off {
        Some(error) => {
            let _ = stream.shutdown().await;
            Some(failed(run, &error))
        }
        None => close(run, &mut stream).await,
    };
    let mut report = report(run, &stream, offered, said);
    report.failure = failure;
    reports.push(report);
    Ok(reports)
}

/// A new session on the connection, before anything is said on it.
async fn renegotiate(run: &Run, stream: &mut Stream) -> Outcome<()> {
    if stream.facts().version != ProtocolVersion::TLS1_2 {
        return Err(declined(
            run,
            "no renegotiation: TLS 1.3 has none; --key-update replaces the keys, --tls 1.2 asks for the old version",
        ));
    }
    let why = "no renegotiation: the server declines (no_renegotiation)";
    granted(run, stream.renegotiate(), why).await
}

/// New keys for both directions.
async fn rekey(run: &Run, stream: &mut Stream) -> Outcome<()> {
    let why = "no new keys: TLS 1.2 has them by a renegotiation only, and the server declines (no_renegotiation)";
    granted(run, stream.rekey(), why).await
}

/// What the server may decline, and what that means.
async fn granted(
    run: &Run,
    wish: impl Future<Output = io::Result<bool>>,
    declines: &str,
) -> Outcome<()> {
    let limit = run.timeout.unwrap_or(PATIENCE);
    match tokio::time::timeout(limit, wish).await {
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false)) => Err(declined(run, declines)),
        Ok(Err(error)) => Err(failed(run, &error)),
        Err(_) => Err(late(run, limit)),
    }
}

fn declined(run: &Run, why: &str) -> Failure {
    let (host, port) = (&run.plan.target.host, run.plan.target.port);
    Failure::new(Exit::Handshake, format_args!("{host}:{port}: {why}"))
}

/// Closes TLS and begins it again on the same transport: the first connection's report, and the
/// second.
async fn again(
    run: &Run,
    mut stream: Stream,
    offered: Option<String>,
) -> Outcome<(ConnectionReport, (Stream, Option<String>))> {
    let limit = run.timeout.unwrap_or(PATIENCE);
    let restarting = async {
        if let Some(failure) = serious(run, wait_for_tickets(run, &mut stream).await) {
            return Err(failure);
        }
        let report = report(run, &stream, offered, Said::default());
        let restarted = stream.restart().await;
        let (mut tcp, leftover) = restarted.map_err(|error| failed(run, &error))?;
        match run.plan.starttls {
            Some(protocol) => {
                starttls::negotiate(&mut tcp, protocol, starttls::Round::Again, &leftover).await?;
            }
            None if leftover.is_empty() => {}
            None => {
                return Err(Failure::new(
                    Exit::Handshake,
                    "the server goes on in the clear behind its close_notify: --starttls says what it speaks",
                ));
            }
        }
        // A session that was named is for the first handshake only.
        let second = handshake(run, tcp, 1).await?;
        Ok((report, second))
    };
    tokio::time::timeout(limit, restarting)
        .await
        .map_err(|_| late(run, limit))?
}

/// TCP, what comes before TLS, and the handshake.
async fn open(run: &Run, round: u32) -> Outcome<(Stream, Option<String>)> {
    let limit = run.timeout.unwrap_or(PATIENCE);
    let opening = async {
        let mut tcp = dial::dial(&run.plan, run.talk).await?;
        if let Some(protocol) = run.plan.starttls {
            starttls::negotiate(&mut tcp, protocol, starttls::Round::First, b"").await?;
        }
        handshake(run, tcp, round).await
    };
    tokio::time::timeout(limit, opening)
        .await
        .map_err(|_| late(run, limit))?
}

/// The handshake, and the id of the session that was offered in it.
async fn handshake(run: &Run, tcp: TcpStream, round: u32) -> Outcome<(Stream, Option<String>)> {
    let (options, offered) = offer::options(run, round).await?;
    let connecting = run
        .connector
        .connect_with(run.plan.name.clone(), tcp, options);
    let stream = connecting
        .await
        .map_err(|error| explain(&error, During::Handshake, &run.plan))?;
    Ok((stream, offered))
}

fn late(run: &Run, limit: Duration) -> Failure {
    let target = &run.plan.target;
    Failure::new(
        Exit::Timeout,
        format_args!("{}:{}: nothing within {limit:?}", target.host, target.port),
    )
}

fn failed(run: &Run, error: &(dyn Error + 'static)) -> Failure {
    explain(error, During::Exchange, &run.plan)
}

/// The request and its answer, or stdin and stdout; and what ended that before its time.
async fn exchange(run: &Run, stream: Stream) -> Outcome<(Stream, Said, Option<io::Error>)> {
    let target = &run.plan.target;
    let talk = pipe::Talk {
        to: run.to(),
        asked: !run.plan.early_data.is_empty(),
    };
    match (&run.plan.work.get, &run.input) {
        (Some(path), _) => {
            let get = Get {
                host: &target.host,
                port: target.port,
                path,
                to: run.to(),
            };
            let (stream, said) = get
                .run(stream)
                .await
                .map_err(|error| failed(run, &*error))?;
            Ok((stream, said, None))
        }
        (None, Some(input)) => Ok(pipe::run(stream, &input[..], talk).await),
        (None, None) => Ok(pipe::run(stream, tokio::io::stdin(), talk).await),
    }
}

/// Waits for a ticket, and then until what came is kept: from then on another process may resume.
async fn close(run: &Run, stream: &mut Stream) -> Option<Failure> {
    if let Some(failure) = serious(run, wait_for_tickets(run, stream).await) {
        return Some(failure);
    }
    if let Some(failure) = serious(run, stream.shutdown().await) {
        return Some(failure);
    }
    let mut rest = [0; 4096];
    let farewell = async { while stream.read(&mut rest).await.is_ok_and(|read| read > 0) {} };
    let _ = tokio::time::timeout(FAREWELL, farewell).await;
    None
}

/// Servers send tickets when they like, mostly right behind the handshake.
async fn wait_for_tickets(run: &Run, stream: &mut Stream) -> io::Result<()> {
    // In TLS 1.2 they come within the handshake: RFC 5077 §3.3.
    let none_to_come = stream.facts().version == ProtocolVersion::TLS1_2;
    if none_to_come || stream.get_ref().1.peer_closed() {
        return Ok(());
    }
    let waited = tokio::time::timeout(run.plan.work.wait_ticket, stream.wait_for_ticket()).await;
    waited.unwrap_or(Ok(false)).map(drop)
}

/// When everything was said already, a fatal alert still counts; a peer that just hangs up does not.
fn serious(run: &Run, result: io::Result<()>) -> Option<Failure> {
    let error = result.err()?;
    if TlsError::of(&error).is_some_and(|error| error.fault().is_some()) {
        return Some(failed(run, &error));
    }
    run.talk.detail(error);
    None
}

fn report(run: &Run, stream: &Stream, offered: Option<String>, said: Said) -> ConnectionReport {
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
