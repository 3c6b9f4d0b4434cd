//! What `serve` is to do, checked.

use super::migration::MigrationPlan;
use super::pairs::{self, Pair};
use super::ratchet::RatchetPlan;
use super::state::StateDir;
use super::store::{StorePlan, StoreUrl};
use super::{names, psk};
use crate::args::{ClientAuthArg, PskArgs, RenegotiateArg, ServeArgs, TicketKindArg};
use crate::devcert::{self, DevCert};
use crate::exit::{Failure, Outcome};
use crate::random;
use crate::report::talk::Talk;
use crate::verb::serve::limits::HANDSHAKE;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::PathBuf;
use std::time::Duration;
use tessera::engine::{Renegotiation, SessionForms};
use tessera::identity::{Credential, Roots, Verifier};
use tessera::session::{ClientAuthMode, EarlyData, Side, TicketKind, TicketPlan};
use tessera::sqlite::keyfile;
use tessera::starttls::Protocol;
use tessera::wire::{NamedGroup, ProtocolVersion};
use tessera::{Alpn, ExternalPsk, Timestamp};

/// What `serve` is to do.
pub(crate) struct ServePlan {
    /// Where to listen.
    pub(crate) listen: Vec<SocketAddr>,
    /// The same as it was typed, for messages.
    pub(crate) listen_text: String,
    /// The state directory.
    pub(crate) state: StateDir,
    /// Where sessions are kept.
    pub(crate) store: StorePlan,
    /// Which certificates to show.
    pub(crate) certificates: CertificatePlan,
    /// Protocol versions.
    pub(crate) versions: Vec<ProtocolVersion>,
    /// Key exchange groups, best first; none for the default ones.
    pub(crate) groups: Vec<NamedGroup>,
    /// TLS 1.2: how sessions are picked up again.
    pub(crate) session_forms: SessionForms,
    /// TLS 1.2: who may negotiate again.
    pub(crate) renegotiation: Renegotiation,
    /// Application protocols, best first.
    pub(crate) alpn: Vec<Alpn>,
    /// What to issue.
    pub(crate) tickets: TicketPlan,
    /// Where ticket keys come from, if not from the store.
    pub(crate) ratchet: Option<RatchetPlan>,
    /// How much early data is taken.
    pub(crate) early_data: EarlyData,
    /// How long a handshake waits for the store.
    pub(crate) store_deadline: Duration,
    /// How old the copy of the revocations may be.
    pub(crate) revocation_lag: Duration,
    /// A ticket resumes once.
    pub(crate) single_use: bool,
    /// Of this deployment, and so of every scope.
    pub(crate) deployment: [u8; 16],
    /// The resumption policy's name.
    pub(crate) policy: String,
    /// Which tickets of other servers are taken and issued.
    pub(crate) migration: Option<MigrationPlan>,
    /// Where the files are, if it is files that are served.
    pub(crate) dir: Option<PathBuf>,
    /// What is spoken before TLS.
    pub(crate) starttls: Option<Protocol>,
    /// Whether lines are sent back instead of pages.
    pub(crate) echo: bool,
    /// When idle logins of the built-in pages end.
    pub(crate) sign_in_idle: Duration,
    /// How long a handshake may take.
    pub(crate) handshake_timeout: Duration,
    /// When idle connections are closed.
    pub(crate) idle_timeout: Duration,
    /// Where connections that ended are written down.
    pub(crate) ledger: Option<PathBuf>,
    /// Where traffic secrets go.
    pub(crate) keylog: Option<PathBuf>,
    /// Whether what happens is told on stdout, for as long as somebody holds our stdin.
    pub(crate) feed: bool,
}

/// Which certificates to show, and which to ask for. Read anew whenever it is asked for.
pub(crate) struct CertificatePlan {
    pairs: Vec<Pair>,
    psks: Vec<(String, PathBuf)>,
    psk_args: PskArgs,
    ocsp: Option<PathBuf>,
    client_auth: ClientAuthMode,
    client_ca: Option<PathBuf>,
}

/// Certificates that were read.
pub(crate) struct Certificates {
    /// Ours; the first is for unknown names.
    pub(crate) credentials: Vec<Credential>,
    /// Keys that clients have, too.
    pub(crate) external_psks: Vec<ExternalPsk>,
    /// The file of the authority of a development certificate.
    pub(crate) ca: Option<PathBuf>,
    /// Staples to the first.
    pub(crate) ocsp: Option<Vec<u8>>,
    /// Whether clients show any.
    pub(crate) client_auth: ClientAuthMode,
    /// Who vouches for clients.
    pub(crate) client_verifier: Option<Verifier>,
}

/// How long a handshake waits for a store, unless `--store-deadline` says otherwise: one on this machine may be
/// busy, and will answer; one on another may be gone.
const LOCAL_DEADLINE: Duration = Duration::from_secs(1);
const FLEET_DEADLINE: Duration = Duration::from_millis(250);

impl ServePlan {
    /// Checks what was typed.
    pub(crate) fn new(args: &ServeArgs, timeout: Option<Duration>) -> Outcome<Self> {
        let migration = MigrationPlan::new(args)?;
        let certificates = CertificatePlan::new(args)?;
        let listen = resolve(&args.listen)?;
        if let Some(dir) = args.dir.as_ref().filter(|dir| !dir.is_dir()) {
            return Err(Failure::usage(format_args!(
                "--dir {}: not a directory",
                dir.display()
            )));
        }
        let alpn = match args.alpn.as_slice() {
            [] if args.echo => Vec::new(),
            [] => alpn(&["h2".to_owned(), "http/1.1".to_owned()])?,
            asked => alpn(asked)?,
        };
        let groups = names::groups(&args.groups)?;
        let state = StateDir::open(args.state.state.as_deref())?;
        let store = StorePlan::new(&args.state, &state)?;
        let store_deadline = args.store_deadline.unwrap_or(match store.url {
            StoreUrl::Valkey(_) => FLEET_DEADLINE,
            StoreUrl::Memory | StoreUrl::Sqlite(_) => LOCAL_DEADLINE,
        });
        let policy = match &args.policy {
            Some(name) => name.clone(),
            None => policy_name(&state)?,
        };
        Ok(Self {
            listen,
            listen_text: args.listen.clone(),
            deployment: keyfile::deployment(state.path(), &mut random::entropy())
                .map_err(Failure::store)?,
            store,
            certificates,
            versions: names::versions_for(&args.tls, &groups, &[])?,
            groups,
            session_forms: SessionForms {
                ids: !args.no_session_ids,
                tickets: !args.no_tickets,
            },
            renegotiation: match args.renegotiate {
                RenegotiateArg::Never => Renegotiation::Never,
                RenegotiateArg::Server => Renegotiation::Server,
                RenegotiateArg::Any => Renegotiation::Any,
            },
            alpn,
            tickets: ticket_plan(args),
            ratchet: RatchetPlan::new(args),
            single_use: args.single_use,
            early_data: match args.early_data {
                0 => EarlyData::Refuse,
                up_to => EarlyData::Accept { up_to },
            },
            store_deadline,
            revocation_lag: args.revocation_lag,
            policy,
            migration,
            dir: args.dir.clone(),
            starttls: args.starttls.as_deref().map(names::starttls).transpose()?,
            echo: args.echo,
            sign_in_idle: args.sign_in_idle,
            handshake_timeout: timeout.unwrap_or(HANDSHAKE),
            idle_timeout: args.idle_timeout,
            ledger: args.ledger.clone(),
            keylog: args.keylog.clone(),
            feed: args.feed,
            state,
        })
    }
}

fn ticket_plan(args: &ServeArgs) -> TicketPlan {
    TicketPlan {
        count: args.tickets,
        most: args.max_tickets,
        kind: args.ticket_kind.map(|kind| match kind {
            TicketKindArg::Sealed => TicketKind::Sealed,
            TicketKindArg::Stored => TicketKind::Stored,
        }),
        lifetime: args.session_lifetime,
        lineage_lifetime: args.lineage_lifetime,
    }
}

impl CertificatePlan {
    fn new(args: &ServeArgs) -> Outcome<Self> {
        if args.psk_identity.len() != args.psk.len() {
            let (names, keys) = (args.psk_identity.len(), args.psk.len());
            return Err(Failure::usage(format_args!(
                "{names} --psk-identity and {keys} --psk: they come in pairs"
            )));
        }
        let client_auth = match args.client_auth {
            ClientAuthArg::None => ClientAuthMode::None,
            ClientAuthArg::Request => ClientAuthMode::Request,
            ClientAuthArg::Require => ClientAuthMode::Require,
        };
        if client_auth != ClientAuthMode::None && args.client_ca.is_none() {
            return Err(Failure::usage(
                "--client-auth needs --client-ca: whose certificates are good?",
            ));
        }
        Ok(Self {
            pairs: pairs::pair(&args.cert, &args.key)?,
            psks: args
                .psk_identity
                .iter()
                .cloned()
                .zip(args.psk.iter().cloned())
                .collect(),
            psk_args: args.psk_args.clone(),
            ocsp: args.ocsp.clone(),
            client_auth,
            client_ca: args.client_ca.clone(),
        })
    }

    /// Whether somebody vouches for clients.
    pub(crate) fn has_client_ca(&self) -> bool {
        self.client_ca.is_some()
    }

    /// Reads all files; without certificates and external keys, the development certificate.
    pub(crate) fn read(
        &self,
        state: &StateDir,
        now: Timestamp,
        talk: Talk,
    ) -> Outcome<Certificates> {
        let external_psks = self
            .psks
            .iter()
            .map(|(identity, file)| psk::read(Side::Server, identity, file, &self.psk_args, talk))
            .collect::<Outcome<Vec<_>>>()?;
        let (credentials, ca) = match self.pairs.as_slice() {
            [] if !external_psks.is_empty() => (Vec::new(), None),
            [] => {
                let DevCert { credential, ca } = devcert::ensure(state, now)?;
                (vec![credential], Some(ca))
            }
            pairs => (pairs::read(pairs, talk)?, None),
        };
        let client_verifier = match &self.client_ca {
            Some(file) => Some(Verifier::new(
                Roots::from_pem_file(file).map_err(Failure::internal)?,
            )),
            None => None,
        };
        let ocsp =
            match &self.ocsp {
                Some(file) => Some(std::fs::read(file).map_err(|error| {
                    Failure::internal(format_args!("{}: {error}", file.display()))
                })?),
                None => None,
            };
        Ok(Certificates {
            credentials,
            external_psks,
            ca,
            ocsp,
            client_auth: self.client_auth,
            client_verifier,
        })
    }
}

/// HOST:PORT or :PORT; a name may have several addresses.
fn resolve(text: &str) -> Outcome<Vec<SocketAddr>> {
    let whole = if text.starts_with(':') {
        format!("[::]{text}")
    } else {
        text.to_owned()
    };
    let found: Vec<_> = match whole.to_socket_addrs() {
        Ok(found) => found.collect(),
        Err(error) => return Err(Failure::usage(format_args!("--listen {text}: {error}"))),
    };
    if found.is_empty() {
        return Err(Failure::usage(format_args!(
            "--listen {text}: no such address"
        )));
    }
    Ok(found)
}

/// A list of application protocols.
pub(crate) fn alpn(names: &[String]) -> Outcome<Vec<Alpn>> {
    let names = names
        .iter()
        .map(|name| name.trim())
        .filter(|name| !name.is_empty());
    let read = names.map(|name| {
        Alpn::new(name.as_bytes())
            .map_err(|error| Failure::usage(format_args!("--alpn {name}: {error}")))
    });
    read.collect()
}

/// Random, one for each state directory: two tenants never share a policy by accident.
fn policy_name(state: &StateDir) -> Outcome<String> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::internal(format_args!("{}: {error}", state.file("policy").display()))
    };
    let bytes = state
        .made_once("policy", || random::name().into_bytes())
        .map_err(|error| failed(&error))?;
    let text = String::from_utf8(bytes).map_err(|error| failed(&error))?;
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Cli, Verb};
    use crate::exit::Exit;
    use clap::Parser as _;

    fn plan(line: &str) -> Outcome<ServePlan> {
        let words = std::iter::once("tessera").chain(line.split_whitespace());
        match Cli::try_parse_from(words).unwrap().verb {
            Verb::Serve(args) => ServePlan::new(&args, None),
            _ => panic!("another verb"),
        }
    }

    #[test]
    fn one_state_directory_is_one_deployment_with_one_policy() {
        let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let plan = |n: usize| plan(&format!("serve --state {}", dirs[n].path().display())).unwrap();
        let (a, again, b) = (plan(0), plan(0), plan(1));
        assert_eq!((a.deployment, &a.policy), (again.deployment, &again.policy));
        assert_ne!((a.deployment, &a.policy), (b.deployment, &b.policy));
    }

    #[test]
    fn the_kind_of_ticket_is_for_the_config_to_choose_unless_it_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let kind = |flags: &str| {
            let line = format!("serve --state {} {flags}", dir.path().display());
            plan(&line).unwrap().tickets.kind
        };
        let asked = "--client-auth require --client-ca ca";
        assert_eq!(kind(asked), None);
        let said = format!("{asked} --ticket-kind sealed");
        assert_eq!(kind(&said), Some(TicketKind::Sealed));
        assert_eq!(kind("--ticket-kind stored"), Some(TicketKind::Stored));
    }

    #[test]
    fn what_does_not_fit_together_is_a_usage_error() {
        for line in [
            "serve --cert a",
            "serve --client-auth require",
            "serve --tls 1.1",
            "serve --groups P-192",
            "serve --starttls gopher",
            "serve --listen nowhere",
            "serve --dir /nowhere",
            "serve --foreign-names 127.0.0.1",
            "serve --foreign-names a.example --issue envoy",
            "serve --foreign-names a.example --foreign-until 30d",
        ] {
            assert_eq!(
                plan(line).err().map(|failure| failure.exit),
                Some(Exit::Usage),
                "{line}"
            );
        }
    }
}
