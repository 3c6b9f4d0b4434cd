//! Us → ClientHello → server: RFC 9846 §4.2.2.

use super::State;
use super::server_hello::WaitServerHello;
use crate::fault::Fault;
use crate::handshake::cx::Cx;
use crate::handshake::hello::offer::Offer;
use crate::keys::transcript::Unhashed;
use crate::offered_session::OfferedSession;
use crate::{ClientConfig, Destination, Event};
use tessera_crypto::tls13_suite;
use tessera_session::{Refusal, Revoked, RevokedSerials, Ruling, Verification};
use tessera_wire::codepoint::ProtocolVersion;

/// Sends the first ClientHello, offering `session` if policy allows it.
pub(crate) fn start(
    to: Destination,
    session: Option<OfferedSession>,
    cx: &mut Cx<'_, ClientConfig>,
) -> Result<State, Fault> {
    let (session, refusal) = match session.map(|session| judge(session, &to, cx)) {
        Some(Ok(session)) => (Some(session), None),
        Some(Err(refusal)) => (None, Some(refusal)),
        None => (None, None),
    };
    if let Some(refusal) = &refusal {
        cx.tell(Event::Refused(*refusal));
    }
    let offer = Offer::build(cx.config.settings(), &to.name, session, cx.entropy)?;
    let message = offer.encode(None, cx.now)?;
    let mut messages = Unhashed::default();
    messages.absorb(&message);
    cx.send(message);
    Ok(State::WaitServerHello(Box::new(WaitServerHello {
        to,
        offer,
        messages,
        retried: None,
        refusal,
    })))
}

/// The client's end judges, too: a session that is over, tainted, or of another name stays home.
fn judge(
    session: OfferedSession,
    to: &Destination,
    cx: &Cx<'_, ClientConfig>,
) -> Result<OfferedSession, Refusal> {
    let settings = cx.config.settings();
    let hash = session.hash();
    let suite = settings
        .cipher_suites
        .iter()
        .find(|suite| tls13_suite(**suite).is_some_and(|suite| suite.hash == hash));
    let suite = suite.copied().ok_or(Refusal::DifferentCipherSuite)?;
    let (nothing_revoked, no_serials) = (Revoked::default(), RevokedSerials::default());
    let offer = tessera_session::Offer {
        version: ProtocolVersion::TLS1_3,
        cipher_suite: suite,
        cipher_suite_hash: hash,
        server_name: Some(&to.name),
        scope: &to.scope,
        alpn: None,
        requires_identity: false,
        accepts_tainted: settings.verification == Verification::Insecure,
        revocations: &nothing_revoked,
        revoked_serials: &no_serials,
        extended_main_secret: true,
        early_data: false,
        ticket_age: None,
        recording_since: None,
    };
    match cx.config.policy().judge(&session.session, &offer, cx.now) {
        Ruling::Resume { .. } => Ok(session),
        Ruling::FullHandshake(refusal) => Err(refusal),
        Ruling::Abort(_) => Err(Refusal::DifferentVersion),
    }
}
