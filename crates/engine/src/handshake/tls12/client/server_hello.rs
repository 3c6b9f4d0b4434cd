//! Server → ServerHello → us: RFC 5246 §7.4.1.3.

use super::State;
use super::connected::Connected;
use super::finish::{Ending, WaitChangeCipherSpec};
use super::flight::WaitCertificate;
use super::reverify::WaitReverdict;
use crate::config::{ExtendedMainSecret, Renegotiation};
use crate::facts::Kind;
use crate::fault::{Fault, Misbehaviour, Mismatch};
use crate::handshake::current::Current;
use crate::handshake::cx::Cx;
use crate::handshake::hello::alpn;
use crate::handshake::hello::offered12::names_point_formats;
use crate::handshake::hello::sent::Sent;
use crate::handshake::question::{PeerClaim, Question};
use crate::handshake::tls12::agreed::Agreed;
use crate::handshake::tls12::said::Said;
use crate::handshake::tls12::settled::{Settled, Wire, check_renegotiation_info};
use crate::keys::tls12::{MainSecret, Randoms};
use crate::offered_session::{Form, OfferedSession};
use crate::{ClientConfig, Event, Reverification};
use tessera_crypto::{Tls12Suite, tls12_suite};
use tessera_session::policy::LONGEST_LINEAGE_TLS12;
use tessera_session::{Refusal, Resumption};
use tessera_wire::SessionId;
use tessera_wire::codepoint::{ExtensionType, ProtocolVersion};
use tessera_wire::extension::{
    CertificateStatusAck, ExtendedMainSecret as ExtendedMainSecretAck, RenegotiationInfo, SctList,
    SelectedVersion, ServerNameAck,
};
use tessera_wire::handshake::ServerHello;

/// Our ClientHello is out, and the server speaks TLS 1.2.
pub(crate) struct WaitServerHello {
    sent: Sent,
    /// The handshake before, if this is a renegotiation.
    pub(super) before: Option<Box<Settled>>,
}

/// A handshake whose hellos are exchanged.
pub(super) struct Begun {
    pub(super) agreed: Agreed,
    pub(super) said: Said,
    pub(super) before: Option<Box<Settled>>,
    /// The server gave the session an ID.
    pub(super) session_id: SessionId,
    /// The server will send a ticket.
    pub(super) expects_ticket: bool,
}

impl WaitServerHello {
    pub(super) fn first(sent: Sent) -> Self {
        Self { sent, before: None }
    }

    pub(super) fn again(sent: Sent, before: Box<Settled>) -> Self {
        Self {
            sent,
            before: Some(before),
        }
    }

    pub(crate) fn server_hello(
        mut self: Box<Self>,
        message: &ServerHello,
        raw: &[u8],
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        let suite = self.check(message)?;
        let extended = message
            .extensions
            .contains(ExtensionType::EXTENDED_MAIN_SECRET);
        let alpn = alpn::chosen(&cx.config.settings().alpn, &message.extensions)?;
        self.check_kept(extended)?;
        // The protocol was chosen once, and a renegotiation does not ask for it.
        let kept = self.before.as_ref();
        let alpn = alpn.or_else(|| kept.and_then(|before| before.agreed.alpn.clone()));
        let offered = self.sent.offer.session.take();
        let session = self.resumed(message, offered, cx);
        if let Some(session) = &session {
            check_session(session, suite, extended)?;
        } else if !extended && requires_extended(cx) {
            return Err(Mismatch::ExtendedMainSecret.into());
        }
        let mut said = Said::begin(std::mem::take(&mut self.sent.messages), suite.hash);
        said.absorb(raw);
        let randoms = Randoms {
            client: self.sent.offer.hello.random,
            server: message.random,
        };
        let lineage_lifetime = cx.config.settings().lineage_lifetime;
        let founded = || Current::founded(cx.now, lineage_lifetime.min(LONGEST_LINEAGE_TLS12));
        let epoch = self.before.as_ref().map_or(0, |b| b.agreed.epoch + 1);
        let Self { sent, before } = *self;
        let shown = before.as_ref().is_some_and(|before| before.agreed.shown);
        let agreed = Agreed {
            shown,
            suite,
            group: session.as_ref().and_then(|offered| offered.session.group),
            server_signature: None,
            client_signature: None,
            server_name: Some(sent.to.name),
            alpn,
            scope: sent.to.scope,
            peer: session
                .as_ref()
                .and_then(|offered| offered.session.binding.peer.clone()),
            randoms,
            extended_main_secret: extended,
            secure_renegotiation: true,
            current: session.as_ref().map_or_else(founded, current),
            refusal: sent.refusal,
            epoch,
        };
        let extensions = &message.extensions;
        let begun = Begun {
            agreed,
            said,
            before,
            session_id: message.legacy_session_id_echo,
            expects_ticket: extensions.contains(ExtensionType::SESSION_TICKET),
        };
        let Some(session) = session else {
            let may_staple = extensions.contains(ExtensionType::STATUS_REQUEST);
            let scts = extensions.find::<SctList>()?;
            let wait = WaitCertificate {
                begun,
                may_staple,
                scts: scts.map(|SctList(list)| list).unwrap_or_default(),
            };
            return Ok(State::WaitCertificate(Box::new(wait)));
        };
        let main = MainSecret::resumed(suite.hash, session.session.secret.secret());
        cx.log("CLIENT_RANDOM", &randoms.client, main.secret());
        cx.derived(("main", None), main.secret().as_bytes());
        let keys = main.key_block(suite, &randoms);
        cx.derived(("key_block", Some("main")), keys.as_bytes());
        let resumed_by = match session.form() {
            Form::SessionId(id) => Wire::SessionId(id),
            Form::Ticket | Form::Psk => Wire::Ticket(session.ticket),
        };
        let ending = Ending::abbreviated(begun, main, keys, resumed_by);
        let again = cx.config.settings().reverification == Reverification::Always;
        let agreed = &ending.begun.agreed;
        if let Some(peer) = agreed.peer.as_ref().filter(|_| again) {
            let claim = PeerClaim::remembered(peer, agreed.server_name.as_ref());
            cx.ask(Question::VerifyPeer(Box::new(claim)));
            return Ok(State::WaitReverdict(Box::new(WaitReverdict { ending })));
        }
        let wait = WaitChangeCipherSpec { ending };
        Ok(State::WaitChangeCipherSpec(Box::new(wait)))
    }

    /// Everything that does not depend on a session.
    fn check(&self, message: &ServerHello) -> Result<&'static Tls12Suite, Fault> {
        // In a renegotiation nobody has looked for it yet: RFC 9846 §4.2.3 (18).
        if let Some(SelectedVersion(version)) = message.extensions.find()? {
            let offered = vec![version];
            return Err(Mismatch::Version { offered }.into());
        }
        if message.legacy_version != ProtocolVersion::TLS1_2 {
            return Err(Misbehaviour::UnofferedVersion(message.legacy_version).into());
        }
        if message.legacy_compression_method != 0 {
            return Err(Misbehaviour::BadLegacyField("compression_method").into());
        }
        self.sent.check_answers(&message.extensions, None)?;
        names_point_formats(&message.extensions)?;
        message.extensions.find::<ServerNameAck>()?;
        message.extensions.find::<CertificateStatusAck>()?;
        message.extensions.find::<ExtendedMainSecretAck>()?;
        let info = message.extensions.find::<RenegotiationInfo>()?;
        let expected = self.before.as_ref().map(|before| before.finished.both());
        check_renegotiation_info(
            info.as_ref().map(|RenegotiationInfo(data)| data.as_slice()),
            expected.as_ref().map_or(&[], <[u8; 24]>::as_slice),
        )?;
        if self.echoes(message) && !self.offers_session() {
            return Err(Misbehaviour::WrongSessionIdEcho.into());
        }
        let offered = &self.sent.offer.hello.cipher_suites;
        tls12_suite(message.cipher_suite)
            .filter(|_| offered.contains(&message.cipher_suite))
            .ok_or_else(|| Misbehaviour::UnofferedSuite(message.cipher_suite).into())
    }

    /// Whether the session ID we sent came back.
    fn echoes(&self, message: &ServerHello) -> bool {
        let ours = self.sent.offer.hello.legacy_session_id;
        !ours.is_empty() && message.legacy_session_id_echo == ours
    }

    /// Whether it stood for a session. Bytes that were sent for middleboxes only never come back:
    /// RFC 9846 §4.2.3.
    fn offers_session(&self) -> bool {
        let session = self.sent.offer.session.as_ref();
        session.is_some_and(|session| session.form() != Form::Psk)
    }

    /// What every handshake of a connection keeps.
    fn check_kept(&self, extended: bool) -> Result<(), Fault> {
        let Some(before) = &self.before else {
            return Ok(());
        };
        if before.agreed.extended_main_secret != extended {
            return Err(Misbehaviour::ExtendedMainSecretChanged.into());
        }
        Ok(())
    }

    /// The session, if the server took it, as it need not: RFC 5246 §7.4.1.3 (2). It says so by the
    /// session ID we sent: RFC 5077 §3.4.
    fn resumed(
        &mut self,
        message: &ServerHello,
        offered: Option<OfferedSession>,
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Option<OfferedSession> {
        let (session, refusal) = match offered {
            Some(session) if session.form() == Form::Psk => (None, Some(Refusal::DifferentVersion)),
            Some(session) if self.echoes(message) => return Some(session),
            Some(_) => (None, Some(Refusal::DeclinedByServer)),
            None => (None, None),
        };
        // A renegotiation that asks for a full handshake by its nature declines nothing.
        if let Some(refusal) = refusal.filter(|_| self.before.is_none()) {
            cx.tell(Event::Refused(refusal));
            self.sent.refusal = Some(refusal);
        }
        session
    }

    /// The server declines to renegotiate: the connection goes on as it was.
    pub(crate) fn declined(self: Box<Self>, cx: &mut Cx<'_, ClientConfig>) -> Result<State, Fault> {
        let Some(settled) = self.before else {
            return Err(Fault::Unexpected {
                state: "WaitServerHello",
                came: "no_renegotiation",
            });
        };
        cx.tell(Event::RenegotiationDeclined);
        Ok(State::Connected(Box::new(Connected { settled })))
    }
}

fn requires_extended(cx: &Cx<'_, ClientConfig>) -> bool {
    cx.config.settings().extended_main_secret == ExtendedMainSecret::Require
}

/// RFC 5246 §7.4.1.3: the suite of the session; RFC 7627 §5.3 (5, 6): its extended main secret, too.
fn check_session(
    offered: &OfferedSession,
    suite: &Tls12Suite,
    extended: bool,
) -> Result<(), Fault> {
    if offered.session.cipher_suite != suite.suite {
        return Err(Misbehaviour::ResumedWithOtherSuite.into());
    }
    match offered.session.resumption {
        Resumption::Tls12 {
            extended_main_secret,
            ..
        } if extended_main_secret == extended => Ok(()),
        _ => Err(Misbehaviour::ExtendedMainSecretChanged.into()),
    }
}

fn current(offered: &OfferedSession) -> Current {
    let kind = match offered.form() {
        Form::SessionId(_) => Kind::SessionId,
        Form::Ticket | Form::Psk => Kind::Ticket,
    };
    Current::resumed(offered.id(), &offered.session, kind)
}

/// Whether this client may have a handshake on a connection that has one.
pub(super) fn may_renegotiate(cx: &Cx<'_, ClientConfig>) -> bool {
    cx.config.settings().renegotiation != Renegotiation::Never
}
