//! Us → ClientHello → server: RFC 9846 §4.2.2.

use super::offer::Offer;
use super::sent::Sent;
use crate::fault::Fault;
use crate::handshake::cx::Cx;
use crate::keys::transcript::Unhashed;
use crate::offered_session::OfferedSession;
use crate::{ClientConfig, Destination, Event};
use tessera_session::{Refusal, Revoked, RevokedSerials, Ruling, Verification, suite_hash};
use tessera_wire::codepoint::CipherSuite;

/// Sends the first ClientHello, which is the first message there is (RFC 9846 §4.2.2 (1)), offering
/// `session` if policy allows it.
pub(crate) fn start(
    to: Destination,
    session: Option<OfferedSession>,
    cx: &mut Cx<'_, ClientConfig>,
) -> Result<Sent, Fault> {
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
    Ok(Sent {
        to,
        offer,
        messages,
        refusal,
    })
}

/// The client's end judges, too: a session that is over, tainted, or of another name stays home:
/// RFC 9846 §4.3.11.1 (1), §4.7.1 (3, 6).
fn judge(
    session: OfferedSession,
    to: &Destination,
    cx: &Cx<'_, ClientConfig>,
) -> Result<OfferedSession, Refusal> {
    let settings = cx.config.settings();
    let version = session.session.version;
    if !settings.versions.contains(&version) {
        return Err(Refusal::DifferentVersion);
    }
    let hash = session.hash();
    // TLS 1.3 keeps the hash, TLS 1.2 the suite itself: RFC 5246 §7.4.1.2 (3).
    let fits = |suite: &&CipherSuite| match session.is_tls13() {
        true => suite_hash(version, **suite) == Some(hash),
        false => **suite == session.session.cipher_suite,
    };
    let suite = settings.cipher_suites.iter().find(fits);
    let suite = suite.copied().ok_or(Refusal::DifferentCipherSuite)?;
    let (nothing_revoked, no_serials) = (Revoked::default(), RevokedSerials::default());
    let offer = tessera_session::Offer {
        version,
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
