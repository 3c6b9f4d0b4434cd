//! What `connect` is to do, checked.

use super::serve::alpn;
use super::state::StateDir;
use super::store::StorePlan;
use super::target::{Overrides, Target};
use super::{names, pairs, psk};
use crate::args::{ConnectArgs, Expect};
use crate::devcert;
use crate::exit::{Failure, Outcome};
use crate::report::talk::Talk;
use std::path::PathBuf;
use std::time::Duration;
use tessera::engine::{FalseStart, Renegotiation};
use tessera::identity::{Credential, Roots, Verifier};
use tessera::session::Side;
use tessera::starttls::Protocol;
use tessera::wire::{CipherSuite, NamedGroup, ProtocolVersion, TicketRequest};
use tessera::{Alpn, ExternalPsk, ServerName, WithoutPsk};

/// What `connect` is to do.
pub(crate) struct ConnectPlan {
    /// Whom to talk to.
    pub(crate) target: Target,
    /// Where that really is.
    pub(crate) overrides: Overrides,
    /// Which addresses will do.
    pub(crate) family: Family,
    /// The name the certificate must be good for.
    pub(crate) name: ServerName,
    /// Whether the name is asked for.
    pub(crate) send_server_name: bool,
    /// What is spoken before TLS.
    pub(crate) starttls: Option<Protocol>,
    /// Who vouches for the peer.
    pub(crate) verifier: Verifier,
    /// What we show if asked.
    pub(crate) credentials: Vec<Credential>,
    /// A key that the peer has, too.
    pub(crate) external_psk: Option<ExternalPsk>,
    /// What follows where the peer has not.
    pub(crate) without_psk: WithoutPsk,
    /// What is offered.
    pub(crate) offer: Offer,
    /// Where sessions come from and go to; `None`: they live as long as this process.
    pub(crate) wallet: Option<StorePlan>,
    /// A session to offer on the first connection.
    pub(crate) session_in: Option<PathBuf>,
    /// Where a session is to go at the end.
    pub(crate) session_out: Option<PathBuf>,
    /// Said first, as early data where that can be.
    pub(crate) early_data: Vec<u8>,
    /// How many connections, and what each does.
    pub(crate) work: Work,
    /// Where traffic secrets go.
    pub(crate) keylog: Option<PathBuf>,
    /// What is shown of handshake messages.
    pub(crate) trace: Tracing,
}

/// What is offered; empty lists mean the defaults.
pub(crate) struct Offer {
    /// Protocol versions.
    pub(crate) versions: Vec<ProtocolVersion>,
    /// TLS 1.2: who may negotiate again.
    pub(crate) renegotiation: Renegotiation,
    /// Application protocols.
    pub(crate) alpn: Vec<Alpn>,
    /// Key exchange groups.
    pub(crate) groups: Vec<NamedGroup>,
    /// Cipher suites.
    pub(crate) cipher_suites: Vec<CipherSuite>,
    /// How many tickets are asked for, if any are.
    pub(crate) tickets: Option<TicketRequest>,
    /// TLS 1.2: whether what is said first waits for the server's Finished.
    pub(crate) false_start: FalseStart,
}

/// How many connections, and what each does.
pub(crate) struct Work {
    /// One HTTP request for this path; else stdin and stdout.
    pub(crate) get: Option<String>,
    /// Rounds after the first.
    pub(crate) reconnect: u32,
    /// Connections in each round, at once.
    pub(crate) parallel: u32,
    /// What every connection has to be.
    pub(crate) expect: Option<Expect>,
    /// TLS 1.2: whether each negotiates again.
    pub(crate) renegotiate: bool,
    /// Whether TLS is closed and begun once more on each transport.
    pub(crate) again: bool,
    /// Whether keys are replaced.
    pub(crate) key_update: bool,
    /// How long to wait for a ticket if none has come.
    pub(crate) wait_ticket: Duration,
}

/// Which addresses will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// Any.
    Any,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

/// What is shown of handshake messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tracing {
    /// Nothing.
    Off,
    /// Everything but tickets.
    Discreet,
    /// Everything.
    WithSecrets,
}

/// Long enough for a ticket that is on its way, short enough not to be felt.
const WAIT_TICKET: Duration = Duration::from_millis(200);
/// When a session is to be saved, its ticket is worth waiting for.
const WAIT_TICKET_TO_SAVE: Duration = Duration::from_millis(2000);

impl ConnectPlan {
    /// Checks what was typed.
    pub(crate) fn new(args: &ConnectArgs, talk: Talk) -> Outcome<Self> {
        let target = Target::parse(&args.target)?;
        let asked = args.sni.as_deref().unwrap_or(&target.host);
        let name = ServerName::new(asked)
            .map_err(|error| Failure::usage(format_args!("{asked}: {error}")))?;
        let overrides = Overrides::parse(&args.connect_to, &args.resolve)?;
        let offer = Offer::new(args)?;
        let starttls = match &args.starttls {
            Some(name) => Some(names::starttls(name)?),
            None => target.starttls,
        };
        let asks = args.get.is_some() || target.path.is_some();
        if asks && offer.alpn.iter().any(|alpn| alpn.as_bytes() == b"h2") {
            return Err(Failure::usage(
                "--get speaks HTTP/1.1: leave h2 out of --alpn",
            ));
        }
        if asks && args.early_data.is_some() {
            return Err(Failure::usage(
                "--early-data sends a file as it is, and --get a request of its own: choose one",
            ));
        }
        let state = StateDir::open(args.state.state.as_deref());
        // Without a wallet nothing is kept, so there need be no place for it.
        let (state, wallet) = match state {
            state if args.no_wallet => (state.ok(), None),
            state => {
                let state = state?;
                let wallet = StorePlan::new(&args.state, &state)?;
                (Some(state), Some(wallet))
            }
        };
        Ok(Self {
            name,
            overrides,
            family: family(args),
            starttls,
            send_server_name: !args.no_sni,
            verifier: verifier(args, state.as_ref(), talk)?,
            credentials: pairs::read(&pairs::pair(&args.cert, &args.key)?, talk)?,
            external_psk: external_psk(args, talk)?,
            // Who says what certificates are good for means them.
            without_psk: if args.ca_file.is_some() || args.insecure {
                WithoutPsk::Certificates
            } else {
                WithoutPsk::End
            },
            offer,
            wallet,
            session_in: args.session_in.clone(),
            session_out: args.session_out.clone(),
            early_data: early_data(args)?,
            work: work(args, &target),
            keylog: args.keylog.clone(),
            trace: match (args.trace, args.show_secrets) {
                (false, _) => Tracing::Off,
                (true, false) => Tracing::Discreet,
                (true, true) => Tracing::WithSecrets,
            },
            target,
        })
    }
}

impl Offer {
    fn new(args: &ConnectArgs) -> Outcome<Self> {
        let groups = names::groups(&args.groups)?;
        let cipher_suites = names::cipher_suites(&args.ciphers)?;
        Ok(Self {
            versions: names::versions_for(&args.tls, &groups, &cipher_suites)?,
            // In TLS 1.2 new keys take a handshake, too.
            renegotiation: match (args.renegotiate || args.key_update, args.cert.is_empty()) {
                (true, _) => Renegotiation::Any,
                (false, false) => Renegotiation::Server,
                (false, true) => Renegotiation::Never,
            },
            alpn: alpn(&args.alpn)?,
            groups,
            cipher_suites,
            tickets: ticket_request(&args.tickets)?,
            false_start: if args.false_start {
                FalseStart::Always
            } else {
                FalseStart::Never
            },
        })
    }
}

/// What is to be said first.
fn early_data(args: &ConnectArgs) -> Outcome<Vec<u8>> {
    let Some(path) = &args.early_data else {
        return Ok(Vec::new());
    };
    std::fs::read(path)
        .map_err(|error| Failure::usage(format_args!("--early-data {}: {error}", path.display())))
}

/// So many after every handshake; or after a full one and after a resumption.
fn ticket_request(counts: &[u8]) -> Outcome<Option<TicketRequest>> {
    let request = |new_session_count, resumption_count| {
        Some(TicketRequest {
            new_session_count,
            resumption_count,
        })
    };
    match counts {
        [] => Ok(None),
        [count] => Ok(request(*count, *count)),
        [full, resumed] => Ok(request(*full, *resumed)),
        _ => Err(Failure::usage("--tickets takes N, or N,M")),
    }
}

fn work(args: &ConnectArgs, target: &Target) -> Work {
    let patience = if args.session_out.is_some() {
        WAIT_TICKET_TO_SAVE
    } else {
        WAIT_TICKET
    };
    Work {
        get: args
            .get
            .clone()
            .or_else(|| target.path.clone())
            .map(absolute),
        reconnect: args.reconnect,
        parallel: args.parallel.max(1),
        expect: args.expect,
        renegotiate: args.renegotiate,
        again: args.starttls_again,
        key_update: args.key_update,
        wait_ticket: args.wait_ticket.map_or(patience, Duration::from_millis),
    }
}

/// A path that can stand in a request.
fn absolute(path: String) -> String {
    if path.starts_with('/') {
        path
    } else {
        format!("/{path}")
    }
}

fn family(args: &ConnectArgs) -> Family {
    match (args.ipv4, args.ipv6) {
        (true, _) => Family::V4,
        (_, true) => Family::V6,
        _ => Family::Any,
    }
}

/// The CAs of a file and no others; or what the machine trusts, and this state directory's own
/// development authority.
fn verifier(args: &ConnectArgs, state: Option<&StateDir>, talk: Talk) -> Outcome<Verifier> {
    if args.insecure {
        talk.warn("the peer is not verified (--insecure): anybody may be answering");
        return Ok(Verifier::insecure());
    }
    if let Some(file) = &args.ca_file {
        return Roots::from_pem_file(file)
            .map(Verifier::new)
            .map_err(Failure::internal);
    }
    let own = state.map(devcert::ca_file).filter(|file| file.is_file());
    let own = own.map(|file| Roots::from_pem_file(&file).map_err(Failure::internal));
    let own = own.transpose()?;
    match (Roots::native(), own) {
        (Ok(native), Some(own)) => Ok(Verifier::new(native.joined(own))),
        (Ok(native), None) => Ok(Verifier::new(native)),
        (Err(_), Some(own)) => Ok(Verifier::new(own)),
        (Err(error), None) => Err(Failure::internal(error)),
    }
}

fn external_psk(args: &ConnectArgs, talk: Talk) -> Outcome<Option<ExternalPsk>> {
    match (&args.psk_identity, &args.psk) {
        (Some(identity), Some(file)) => {
            psk::read(Side::Client, identity, file, &args.psk_args, talk).map(Some)
        }
        _ => Ok(None),
    }
}
