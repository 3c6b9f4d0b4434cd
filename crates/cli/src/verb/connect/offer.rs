//! Which session is offered: the file's, or a ticket from the wallet.

use super::{Run, session_file};
use crate::exit::Outcome;
use crate::plan::target::Target;
use std::time::Duration;
use tessera::engine::OfferedSession;
use tessera::{ConnectOptions, Resume, WhenDropped};

/// A wallet that does not answer costs a full handshake and not the connection.
const DEADLINE: Duration = Duration::from_secs(1);

/// Options that offer a session, and the id of the one they offer. Drawn here and not by the
/// connector, so that it can be told.
pub(super) async fn options(run: &Run, round: u32) -> Outcome<(ConnectOptions, Option<String>)> {
    let from_file = if round == 0 {
        session_file::load(&run.plan)?
    } else {
        None
    };
    let offered = match from_file {
        Some(session) => Some(session),
        None => draw(run).await,
    };
    let id = offered.as_ref().map(|offered| offered.id().to_string());
    let resume = offered.map_or(Resume::Never, |offered| Resume::With(Box::new(offered)));
    Ok((
        ConnectOptions {
            resume,
            early_data: run.plan.early_data.clone(),
            when_dropped: WhenDropped::SayAgain,
            ..plain(&run.plan.target)
        },
        id,
    ))
}

/// Options that say where the connection goes, and so which tickets belong to it.
pub(super) fn plain(target: &Target) -> ConnectOptions {
    ConnectOptions {
        host: Some(target.host.clone()),
        ..ConnectOptions::port(target.port)
    }
}

async fn draw(run: &Run) -> Option<OfferedSession> {
    let key = run
        .connector
        .config()
        .wallet_key(&run.plan.name, &plain(&run.plan.target));
    let drawn = tokio::time::timeout(DEADLINE, run.store.wallet.draw(&key)).await;
    let stored = match drawn {
        Ok(Ok(stored)) => stored?,
        Ok(Err(error)) => {
            run.talk.warn(format_args!("no session is drawn: {error}"));
            return None;
        }
        Err(_) => {
            run.talk.warn(format_args!(
                "no session is drawn: the wallet did not answer within {DEADLINE:?}"
            ));
            return None;
        }
    };
    match run.store.vault.open_from_wallet(&key, &stored) {
        Ok((session, Some(ticket))) => Some(OfferedSession { session, ticket }),
        Ok((_, None)) => None,
        Err(failure) => {
            run.talk.warn(format_args!(
                "a session of the wallet does not open: {failure}"
            ));
            None
        }
    }
}
