//! Us → ClientHello → server: RFC 9846 §4.2.2.

use super::offer::Offer;
use super::sent::Sent;
use crate::fault::Fault;
use crate::handshake::cx::{Cx, Effect};
use crate::handshake::key_tree::Root;
use crate::keys::tls13::EarlySecret;
use crate::keys::transcript::Unhashed;
use crate::offered_session::{Form, OfferedSession};
use crate::{ClientConfig, Destination, Event, Half};
use tessera_crypto::tls13_suite;
use tessera_session::{
    Refusal, Revoked, RevokedSerials, Ruling, Timestamp, Verification, suite_hash,
};
use tessera_wire::codepoint::CipherSuite;

/// Sends the first ClientHello, which is the first message there is (RFC 9846 §4.2.2 (1)), offering
/// `session` if policy allows it.
pub(crate) fn start(
    to: Destination,
    session: Option<OfferedSession>,
    cx: &mut Cx<'_, ClientConfig>,
) -> Result<Sent, Fault> {
    let (session, early_data, refusal) = match session.map(|session| judge(session, &to, cx)) {
        Some(Ok((session, early_data))) => (Some(session), Some(early_data), None),
        Some(Err(refusal)) => (None, None, Some(refusal)),
        None => (None, None, None),
    };
    let early_data_withheld = early_data
        .and_then(Result::err)
        .filter(|refusal| *refusal != Refusal::EarlyDataOff);
    let early_data = early_data.and_then(Result::ok);
    if let Some(refusal) = &refusal {
        cx.tell(Event::Refused(*refusal));
    }
    let mut offer = Offer::build(cx.config.settings(), &to.name, session, cx.entropy)?;
    offer.psks = cx.config.psks().to_vec();
    if early_data.is_some() {
        offer.announce_early_data();
    }
    let message = offer.encode(None, cx.now)?;
    let mut messages = Unhashed::default();
    messages.absorb(&message);
    cx.send(message.clone());
    if let Some(limit) = early_data {
        begin_early_data(&offer, &message, limit, cx)?;
    }
    Ok(Sent {
        to,
        offer,
        messages,
        refusal,
        early_data_withheld,
    })
}

/// The first keys, which come from the ticket alone, the one that is offered: RFC 9846 §4.3.10 (2), §7.1.
fn begin_early_data(
    offer: &Offer,
    message: &[u8],
    limit: u32,
    cx: &mut Cx<'_, ClientConfig>,
) -> Result<(), Fault> {
    let Some(session) = &offer.session else {
        return Ok(());
    };
    let Some(suite) = tls13_suite(session.session.cipher_suite) else {
        return Ok(());
    };
    let psk = session.session.secret.secret();
    let secret = EarlySecret::new(suite.hash, Some(psk));
    let traffic = secret.traffic(&suite.hash.hash(message));
    cx.early_derived(Root::Session(psk), &secret);
    let branch = ("client_early_traffic", Some("early"));
    cx.derived(branch, traffic.secret().as_bytes());
    cx.log(
        "CLIENT_EARLY_TRAFFIC_SECRET",
        &offer.hello.random,
        traffic.secret(),
    );
    // RFC 9846 §E.4: with early data it stands behind the first hello.
    cx.cause(Effect::SendChangeCipherSpec);
    cx.install(Half::Sending, &traffic, suite)?;
    cx.cause(Effect::OfferEarlyData(limit));
    Ok(())
}

/// The client's end judges, too: a session that is over, tainted, or of another name stays home, and
/// early data with what is not good for it: RFC 9846 §4.3.11.1 (1), §4.7.1 (3, 6).
fn judge(
    session: OfferedSession,
    to: &Destination,
    cx: &Cx<'_, ClientConfig>,
) -> Result<(OfferedSession, Result<u32, Refusal>), Refusal> {
    let settings = cx.config.settings();
    let version = session.session.version;
    if !settings.versions.contains(&version) {
        return Err(Refusal::DifferentVersion);
    }
    let is_on = match session.form() {
        Form::Psk => true,
        Form::Ticket => settings.session_forms.tickets,
        Form::SessionId(_) => settings.session_forms.ids,
    };
    if !is_on {
        return Err(Refusal::FormOff);
    }
    let hash = session.hash();
    // TLS 1.3 keeps the hash, TLS 1.2 the suite itself: RFC 5246 §7.4.1.2 (3).
    let fits = |suite: &&CipherSuite| match session.is_tls13() {
        true => suite_hash(version, **suite) == Some(hash),
        false => **suite == session.session.cipher_suite,
    };
    // Early data needs the very suite, so that one first.
    let own = |suite: &&CipherSuite| **suite == session.session.cipher_suite;
    let suites = &settings.cipher_suites;
    let suite = suites.iter().find(own).or_else(|| suites.iter().find(fits));
    let suite = suite.copied().ok_or(Refusal::DifferentCipherSuite)?;
    let alpn = session.session.binding.alpn.as_ref();
    let (nothing_revoked, no_serials) = (Revoked::default(), RevokedSerials::default());
    let offer = tessera_session::Offer {
        version,
        cipher_suite: suite,
        cipher_suite_hash: hash,
        server_name: Some(&to.name),
        scope: &to.scope,
        alpn: alpn.filter(|alpn| settings.alpn.contains(alpn)),
        requires_identity: false,
        accepts_tainted: settings.verification == Verification::Insecure,
        revocations: &nothing_revoked,
        revoked_serials: &no_serials,
        extended_main_secret: true,
        early_data: true,
        ticket_age: cx.now.since(session.session.lifetime.issued_at),
        // What was used is the server's to remember.
        recording_since: Some(Timestamp::from_millis(0)),
    };
    match cx.config.policy().judge(&session.session, &offer, cx.now) {
        Ruling::Resume { early_data, .. } => Ok((session, early_data)),
        Ruling::FullHandshake(refusal) => Err(refusal),
        Ruling::Abort(_) => Err(Refusal::DifferentVersion),
    }
}
