//! `--session-in` and `--session-out`: sessions in OpenSSL's files.

use super::Run;
use super::offer::plain;
use crate::exit::{Failure, Outcome};
use crate::plan::connect::ConnectPlan;
use crate::secret_file;
use tessera::engine::OfferedSession;
use tessera::interchange::openssl;

/// The session of the file, if one is named. To name it is an act of trust: what OpenSSL verified
/// counts as verified, if it is for the name connected to.
pub(super) fn load(plan: &ConnectPlan) -> Outcome<Option<OfferedSession>> {
    let Some(path) = &plan.session_in else {
        return Ok(None);
    };
    let failed = |error: &dyn std::fmt::Display| {
        Failure::internal(format_args!("--session-in {}: {error}", path.display()))
    };
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
    let read = openssl::read_pem(&text).map_err(|error| failed(&error))?;
    let read = read
        .named(&plan.name)
        .map_err(|error| failed(&error))?
        .vouched();
    Ok(Some(OfferedSession {
        ticket: read.wire().to_vec(),
        session: read.session,
    }))
}

/// Takes a ticket out of the wallet into the file, if one is named: a ticket in two places would
/// be used twice.
pub(super) async fn save(run: &Run) -> Outcome<()> {
    let Some(path) = &run.plan.session_out else {
        return Ok(());
    };
    let failed = |error: &dyn std::fmt::Display| {
        Failure::internal(format_args!("--session-out {}: {error}", path.display()))
    };
    let key = run
        .connector
        .config()
        .wallet_key(&run.plan.name, &plain(&run.plan.target));
    let drawn = run.store.wallet.draw(&key).await.map_err(Failure::store)?;
    let stored = drawn
        .ok_or_else(|| failed(&"the server sent no ticket, so there is no session to save"))?;
    let (session, ticket) = run
        .store
        .vault
        .open_from_wallet(&key, &stored)
        .map_err(Failure::store)?;
    let pem = openssl::write_pem(&session, &ticket.unwrap_or_default())
        .map_err(|error| failed(&error))?;
    secret_file::write(path, pem.as_bytes()).map_err(|error| failed(&error))
}
