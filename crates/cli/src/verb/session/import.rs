//! `session import`: sessions of a file go into the wallet, for `connect` to draw.

use super::file::{self, Reading};
use super::plan;
use crate::args::{Global, ImportArgs};
use crate::exit::{Exit, Failure, Outcome};
use crate::plan::connect::ConnectPlan;
use crate::plan::target::Target;
use crate::report::out;
use crate::report::talk::Talk;
use crate::store::{self, For};
use crate::verb::connect;
use serde::Serialize;
use tessera::interchange::ForeignSession;
use tessera::session::{Taint, TicketId, WalletKey};
use tessera::{ServerName, Vault, clock};
use tessera_observe::Time;

/// `tessera.session-import/1`.
#[derive(Serialize)]
struct Imported {
    schema: &'static str,
    sessions: Vec<One>,
}

#[derive(Serialize)]
struct One {
    id: String,
    lineage: String,
    version: String,
    cipher_suite: String,
    server_name: Option<String>,
    expires_at: Time,
    tainted: bool,
}

/// Keeps the sessions under what `connect` will draw them by.
pub(super) async fn run(args: &ImportArgs, global: &Global, talk: Talk) -> Outcome<Exit> {
    let plan = plan(&args.state)?;
    let target = args.destination.as_deref().map(Target::parse).transpose()?;
    let host = target.as_ref().map(|target| target.host.as_str());
    let asked = args.sni.as_deref().or(host);
    let name = asked.map(name).transpose()?;
    let vault = || file::vault(&args.file_key, || Ok(plan.clone()));
    let reading = Reading {
        format: args.format,
        botan: &args.botan,
        vault: &vault,
        name: name.as_ref(),
    };
    let sessions = reading.read(&args.file)?;
    let store = store::open(&plan, For::Once, talk)?;
    let mut imported = Vec::new();
    for file in sessions {
        let found = file.session.binding.server_name.clone();
        let name = name.clone().or(found).ok_or_else(|| {
            Failure::usage(
                "the file does not say whom the session is for: say it with --for HOST:PORT",
            )
        })?;
        let file = file.named(&name).map_err(Failure::usage)?;
        let file = if args.trust { file.vouched() } else { file };
        let destination = args.destination.clone().unwrap_or_else(|| bracketed(&name));
        let connecting = ConnectPlan::new(&args.connecting_to(destination), talk)?;
        let key = connect::wallet_key(&connecting)?;
        let one = one(&file);
        say(&one, &file, args.trust, talk);
        let stored = sealed(&store.vault, &key, &file)?;
        store
            .wallet
            .keep(&key, stored)
            .await
            .map_err(Failure::store)?;
        imported.push(one);
    }
    if global.json || global.jsonl {
        out::json(&Imported {
            schema: "tessera.session-import/1",
            sessions: imported,
        })?;
    }
    Ok(Exit::Done)
}

fn name(text: &str) -> Outcome<ServerName> {
    ServerName::new(text).map_err(|error| Failure::usage(format_args!("{text}: {error}")))
}

/// A name as a target has it.
fn bracketed(name: &ServerName) -> String {
    let text = name.as_str();
    if text.contains(':') {
        format!("[{text}]")
    } else {
        text.to_owned()
    }
}

fn sealed(
    vault: &Vault,
    key: &WalletKey,
    file: &ForeignSession,
) -> Outcome<tessera::session::StoredSession> {
    let id = TicketId::of_wire(file.wire());
    vault
        .seal_for_wallet(key, &file.session, Some(file.wire()), id)
        .map_err(Failure::internal)
}

fn one(file: &ForeignSession) -> One {
    let session = &file.session;
    One {
        id: TicketId::of_wire(file.wire()).to_string(),
        lineage: session.lineage.id.to_string(),
        version: session.version.to_string(),
        cipher_suite: session.cipher_suite.to_string(),
        server_name: session
            .binding
            .server_name
            .as_ref()
            .map(ToString::to_string),
        expires_at: session.lifetime.expires_at.into(),
        tainted: session.taint.is_some(),
    }
}

fn say(one: &One, file: &ForeignSession, trust: bool, talk: Talk) {
    let id = &one.id[..8];
    let name = one.server_name.as_deref().unwrap_or_default();
    talk.say(format_args!(
        "session {id} for {name}, {} {}",
        one.version, one.cipher_suite
    ));
    match file.session.taint {
        Some(Taint::Imported) => talk.warn(format_args!(
            "session {id} is tainted: a file's word is not enough for it to resume into a verified connection; --trust takes it"
        )),
        Some(Taint::Unverified) if trust => talk.warn(format_args!(
            "session {id} stays tainted: the file itself says that the peer was not verified"
        )),
        Some(Taint::Unverified) => talk.warn(format_args!(
            "session {id} is tainted: the file says that the peer was not verified"
        )),
        None => {}
    }
    if file.session.lifetime.expires_at <= clock::now() {
        talk.warn(format_args!("session {id} has expired: {}", one.expires_at));
    }
}
