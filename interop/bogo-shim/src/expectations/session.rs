//! Which session it should be, and whether there should be a new one.

use super::{expect, same};
use crate::answers::Noted;
use crate::failure::Failure;
use crate::options::Options;
use std::time::Duration;
use tessera_engine::Facts;
use tessera_wire::codepoint::ProtocolVersion;

/// A client's new session is there in TLS 1.2, if the secret is bound to its handshake; in TLS 1.3 it
/// comes later.
pub(super) fn after_handshake(
    options: &Options,
    (resumes, is_bound): (bool, bool),
    facts: &Facts,
    noted: &Noted,
) -> Result<(), Failure> {
    let wanted = &options.expect;
    let (what, should) = if resumes && !wanted.session_miss {
        ("a resumption", true)
    } else {
        ("no resumption", false)
    };
    expect(what, facts.resumed == should)?;
    if let Some(age) = facts.ticket_age.filter(|_| resumes) {
        let seconds = |age: Duration| i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
        let skew = seconds(age.told) - seconds(age.seen);
        same("skew", wanted.ticket_age_skew.as_ref(), Some(&skew))?;
    }
    let has_new = noted.sessions > 0;
    if !options.server && facts.version == ProtocolVersion::TLS1_2 {
        let renewed = !facts.resumed || wanted.ticket_renewal;
        let should = renewed && is_bound && !wanted.no_session;
        expect("a new session, or none", has_new == should)?;
    }
    if options.server && !resumes {
        expect("a session in the store", has_new || !wanted.session_id)?;
        expect("no session in the store", !has_new || !wanted.no_session_id)?;
    }
    Ok(())
}

/// When nothing more is to be said.
pub(super) fn before_close(options: &Options, facts: &Facts, noted: &Noted) -> Result<(), Failure> {
    if !options.server && facts.version == ProtocolVersion::TLS1_3 {
        let should = !options.expect.no_session && !options.shim_shuts_down;
        expect("a ticket, or none", (noted.sessions > 0) == should)?;
        let early = noted.ticket_for_early_data == options.expect.ticket_for_early_data;
        expect("a ticket for early data, or none", early || !should)?;
    }
    Ok(())
}
