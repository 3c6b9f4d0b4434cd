//! `tessera serve`: pages, files or an echo over TLS, with sessions that outlive the process.

mod accept;
mod authority;
mod body;
pub(crate) mod book;
mod chores;
mod config;
mod echo;
mod feed;
mod files;
mod http;
mod keeper;
pub(crate) mod limits;
mod notices;
mod open;
mod page;
mod pages;
mod private;
mod ratchet;
mod revocations;
mod ring;
pub(crate) mod signals;
mod site;
mod starttls;
mod tls;
mod web_session;

use crate::args::{Global, ServeArgs};
use crate::exit::{Exit, Failure, Outcome};
use crate::keylog;
use crate::plan::serve::ServePlan;
use crate::plan::store::StoreUrl;
use crate::report::out;
use crate::report::talk::Talk;
use crate::store::{self, For, KeptRatchet, Store};
use accept::{House, Lifeline};
use book::Book;
use chores::Chores;
use config::Lasting;
use feed::Feed;
use notices::{About, Notices};
use open::OpenConnections;
use private::Asking;
use ratchet::Keeper;
use serde::{Deserialize, Serialize};
use signals::{Signals, Told};
use site::{Content, Site};
use std::borrow::Cow;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, RwLock};
use std::time::Duration;
use tessera::clock;
use tessera::session::{Ring, StoreError, Tickets};
use tessera::wire::ProtocolVersion;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use web_session::WebSessions;

/// How long connections may take to finish after SIGTERM.
const DRAIN: Duration = Duration::from_secs(10);

/// The first line on stdout with `--json`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Listening {
    /// `tessera.serve/1`.
    pub(crate) schema: Cow<'static, str>,
    /// Address and port.
    pub(crate) listening: String,
    /// The authority of the development certificate, for clients.
    pub(crate) ca: Option<String>,
    /// The console's address.
    pub(crate) console: Option<String>,
}

/// Serves until told to stop.
pub(crate) fn run(args: &ServeArgs, global: &Global, talk: Talk) -> Outcome<Exit> {
    if args.console.is_some() {
        return keeper::run(args, global, talk);
    }
    if args.feed {
        feed::die_with_parent()?;
    }
    let plan = ServePlan::new(args, global.timeout)?;
    if matches!(plan.store.url, StoreUrl::Valkey(_)) && args.policy.is_none() {
        talk.say(
            "--policy is drawn for each state directory: servers share sessions only if they are given the same",
        );
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve(plan, global, talk))
}

async fn serve(plan: ServePlan, global: &Global, talk: Talk) -> Outcome<Exit> {
    // Before anything is said: whoever reads the first line may send a signal at once.
    let mut signals = Signals::new()?;
    let tickets = Arc::new(Tickets::new(Ring::empty()));
    let what_for = For::Serving {
        tickets: &tickets,
        deadline: plan.store_deadline,
    };
    let store = store::open(&plan.store, what_for, talk)?;
    let certificates = plan.certificates.read(&plan.state, clock::now(), talk)?;
    config::warn(&certificates, talk);
    if plan.single_use && plan.versions.contains(&ProtocolVersion::TLS1_2) {
        talk.say(
            "--single-use: TLS 1.2 connections resume nothing, for their sessions cannot be spent",
        );
    }
    let ca = certificates.ca.clone();
    let keeper = keeper(&plan, &store)?.map(Arc::new);
    let deployment = keeper.as_ref().map(|keeper| keeper.deployment());
    let open = Arc::new(OpenConnections::new(Arc::clone(&tickets)));
    let channel = plan.feed.then(feed::channel);
    let words = channel.as_ref().map(|(words, _)| words.clone());
    let notices = Notices::new(talk, words);
    let lasting = Lasting {
        deployment: deployment.or(store.deployment).unwrap_or(plan.deployment),
        tickets,
        book: Arc::new(Book::new(&plan, Arc::clone(&open), notices.clone())?),
        key_log: keylog::open(plan.keylog.as_deref(), talk)?,
        process: clock::process_id(),
        store,
    };
    let chores = Chores {
        store: lasting.store.clone(),
        tickets: Arc::clone(&lasting.tickets),
        open: Arc::clone(&open),
        process: lasting.process,
        keeper,
        notices: notices.clone(),
    };
    first_look(&chores).await?;
    if let Some(migration) = &plan.migration {
        migration.warn(&lasting.tickets.ring(), clock::now(), talk);
    }
    let config = config::build(&plan, certificates, &lasting)?;
    let listeners = accept::listen(&plan.listen)
        .await
        .map_err(|(address, error)| cannot_listen(&plan, address, &error))?;
    let house = Arc::new(House {
        config: RwLock::new(config),
        site: Arc::new(site(&plan, &lasting)),
        open,
        starttls: plan.starttls,
        patience: plan.idle_timeout,
        talk,
    });
    let (drain, drained) = watch::channel(false);
    let (alive, mut gone) = mpsc::channel(1);
    let chores = tokio::spawn(chores.look_after());
    Invitation {
        address: address(&listeners)?,
        ca: ca.as_deref(),
        console: None,
        pages: !plan.echo && plan.starttls.is_none(),
    }
    .say(global.json || global.jsonl || plan.feed, talk)?;
    let mut feed = channel
        .map(|channel| Feed::start(Arc::clone(&house.site), channel))
        .transpose()?;
    for listener in listeners {
        let lifeline = Lifeline {
            drain: drained.clone(),
            alive: alive.clone(),
        };
        tokio::spawn(accept::accept(listener, Arc::clone(&house), lifeline));
    }
    drop((alive, drained));

    while told(&mut signals, feed.as_mut()).await == Told::Reload {
        match plan
            .certificates
            .read(&plan.state, clock::now(), talk)
            .and_then(|certificates| {
                config::warn(&certificates, talk);
                config::build(&plan, certificates, &lasting)
            }) {
            Ok(config) => {
                house.set_config(config);
                notices.say(About::Reload, "certificates reloaded; sessions stay");
            }
            Err(failure) => {
                notices.error(About::Reload, format_args!("nothing reloaded: {failure}"));
            }
        }
    }
    talk.detail("draining");
    let _ = drain.send(true);
    let finished = tokio::time::timeout(DRAIN, gone.recv()).await;
    if finished.is_err() {
        talk.warn("some connections did not finish in time and were cut off");
    }
    chores.abort();
    if let Some(feed) = feed {
        feed.finish().await;
    }
    Ok(Exit::Done)
}

/// Ring and revocations, before the first connection. A fleet's store may be away: that costs full handshakes
/// until it answers, and the machine that starts just then is no worse off than the others.
async fn first_look(chores: &Chores) -> Outcome<()> {
    match chores.first_look().await {
        Err(error @ (StoreError::Unavailable(_) | StoreError::Deadline(_)))
            if chores.store.is_of_a_fleet() =>
        {
            chores.notices.trouble(format_args!(
                "{error}; until it answers there are no tickets, and every handshake is a full one"
            ));
            Ok(())
        }
        looked => looked.map_err(Failure::store).and_then(|()| chores.keys()),
    }
}

/// Whoever keeps the chain of ticket keys, where they come from one.
fn keeper(plan: &ServePlan, store: &Store) -> Outcome<Option<Keeper>> {
    let Some(ratchet) = plan.ratchet.clone() else {
        return Ok(None);
    };
    let kept = (plan.store.url != StoreUrl::Memory).then(|| KeptRatchet {
        state: plan.state.clone(),
        vault: store.vault.clone(),
    });
    Keeper::new(ratchet, kept, clock::now()).map(Some)
}

fn cannot_listen(plan: &ServePlan, address: SocketAddr, error: &io::Error) -> Failure {
    let failure = Failure::internal(format_args!(
        "cannot listen on {address} (--listen {}): {error}",
        plan.listen_text
    ));
    if error.kind() == io::ErrorKind::AddrInUse {
        return failure
            .with_hint("somebody listens there already; with port 0 a free one is taken");
    }
    failure
}

fn site(plan: &ServePlan, lasting: &Lasting) -> Site {
    let content = match (&plan.dir, plan.echo) {
        (_, true) => Content::Echo,
        (Some(dir), false) => Content::Files(dir.clone()),
        (None, false) => Content::Pages,
    };
    Site {
        content,
        asking: Asking {
            has_client_ca: plan.certificates.has_client_ca(),
            renegotiation: plan.renegotiation,
            patience: plan.handshake_timeout,
        },
        web: Arc::new(WebSessions::new(plan.sign_in_idle)),
        book: Arc::clone(&lasting.book),
        register: Arc::clone(&lasting.store.register),
    }
}

/// Says where there is something to visit: on one line for programs, and to people also whom to trust and what to try.
pub(super) struct Invitation<'a> {
    address: SocketAddr,
    ca: Option<&'a Path>,
    console: Option<String>,
    /// Whether there are pages to look at.
    pages: bool,
}

impl Invitation<'_> {
    /// Says it, to a program or to people.
    fn say(self, to_program: bool, talk: Talk) -> Outcome<()> {
        let Self { address, ca, .. } = self;
        if to_program {
            return out::json(&Listening {
                schema: Cow::Borrowed("tessera.serve/1"),
                listening: address.to_string(),
                ca: ca.map(|path| path.display().to_string()),
                console: self.console,
            });
        }
        out::line(format_args!("listening https://{address}"))?;
        if let Some(ca) = ca.map(Path::display) {
            talk.say(format_args!(
                "development certificate for localhost; trust {ca}"
            ));
            if self.pages {
                let port = address.port();
                talk.say(format_args!(
                    "  curl --cacert {ca} https://localhost:{port}/"
                ));
            }
        }
        if let Some(console) = self.console {
            talk.say(format_args!("console {console}"));
        }
        Ok(())
    }
}

fn address(listeners: &[TcpListener]) -> Outcome<SocketAddr> {
    let first = listeners
        .first()
        .ok_or_else(|| Failure::internal("nothing to listen on"))?;
    Ok(first.local_addr()?)
}

/// A feed that nobody reads any more is as good as a signal.
async fn told(signals: &mut Signals, feed: Option<&mut Feed>) -> Told {
    match feed {
        Some(feed) => tokio::select! {
            told = signals.next() => told,
            () = feed.unread() => Told::Stop,
        },
        None => signals.next().await,
    }
}
