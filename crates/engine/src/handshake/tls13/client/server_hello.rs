//! Server → ServerHello or HelloRetryRequest → us: RFC 9846 §4.2.3 and §4.2.4.

use super::State;
use super::agreed::Agreed;
use super::early_data::EarlyTerms;
use super::flight::WaitEncryptedExtensions;
use crate::config::PskForm;
use crate::fault::{Fault, LocalError, Misbehaviour};
use crate::handshake::cx::{Cx, Effect};
use crate::handshake::hello::sent::Sent;
use crate::handshake::key_tree::Root;
use crate::keys::tls13::EarlySecret;
use crate::keys::transcript::Transcript;
use crate::{ClientConfig, EarlyDataFate, Event, Half};
use std::sync::Arc;
use tessera_crypto::{Secret, SuiteParameters, kex, tls13_suite};
use tessera_session::{PeerIdentity, Refusal};
use tessera_wire::SessionId;
use tessera_wire::codepoint::{CipherSuite, ExtensionType, NamedGroup, ProtocolVersion};
use tessera_wire::extension::{Extensions, KeyShareServerHello, SelectedIdentity, SelectedVersion};
use tessera_wire::handshake::{HelloRetryRequest, ServerHello};

/// Our ClientHello is out.
pub(crate) struct WaitServerHello {
    sent: Sent,
    retried: Option<Retried>,
}

/// A HelloRetryRequest has come and gone.
pub(super) struct Retried {
    suite: &'static SuiteParameters,
    group: Option<NamedGroup>,
    transcript: Transcript,
    /// Early data followed the first hello, and was for nothing.
    early_data: bool,
}

/// The PSK that a server chose.
enum ChosenPsk {
    Session,
    External(Arc<PskForm>),
}

impl WaitServerHello {
    pub(super) fn new(sent: Sent) -> Self {
        Self {
            sent,
            retried: None,
        }
    }

    pub(crate) fn retry(
        mut self: Box<Self>,
        message: &HelloRetryRequest,
        raw: &[u8],
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        if self.retried.is_some() {
            return Err(Misbehaviour::SecondRetry.into());
        }
        // RFC 9846 §4.2.4 (3).
        selected_version(&message.extensions)?;
        check_version(message.legacy_version)?;
        self.check_echo(
            message.legacy_session_id_echo,
            message.legacy_compression_method,
        )?;
        self.sent
            .check_answers(&message.extensions, Some(ExtensionType::COOKIE))?;
        let suite = self.offered_suite(message.cipher_suite)?;
        let early_data = self.sent.offers_early_data();
        let group = self.sent.offer.retry(message, cx.entropy)?;
        self.sent.offer.drop_psks_unless(suite.hash);

        let messages = std::mem::take(&mut self.sent.messages);
        let mut transcript = messages.hash_with(suite.hash).into_retry();
        transcript.absorb(raw);
        let second = self.sent.offer.encode(Some(&transcript), cx.now)?;
        transcript.absorb(&second);
        // RFC 9846 §E.4: before the second flight, which begins with this hello.
        cx.cause(match early_data {
            true => Effect::AbandonEarlyData,
            false => Effect::SendChangeCipherSpec,
        });
        cx.send(second);
        cx.tell(Event::Retried { group });
        self.retried = Some(Retried {
            suite,
            group,
            transcript,
            early_data,
        });
        Ok(State::WaitServerHello(self))
    }

    pub(crate) fn server_hello(
        mut self: Box<Self>,
        message: &ServerHello,
        raw: &[u8],
        cx: &mut Cx<'_, ClientConfig>,
    ) -> Result<State, Fault> {
        selected_version(&message.extensions)?;
        check_version(message.legacy_version)?;
        self.check_echo(
            message.legacy_session_id_echo,
            message.legacy_compression_method,
        )?;
        self.sent.check_answers(&message.extensions, None)?;
        let suite = self.offered_suite(message.cipher_suite)?;
        let chosen = self.chosen_psk(&message.extensions, suite)?;
        let resumes = matches!(chosen, Some(ChosenPsk::Session));
        let (group, shared) = self.key_exchange(&message.extensions, chosen.is_some())?;
        let external = match chosen {
            Some(ChosenPsk::External(form)) => Some(form),
            Some(ChosenPsk::Session) => None,
            // No key of ours, and nothing else will do.
            None if !cx.config.settings().takes_certificates() => {
                return Err(Misbehaviour::MissingExtension("pre_shared_key").into());
            }
            None => None,
        };

        let retried = self.retried.is_some();
        let early_data = self.sent.offers_early_data();
        let offered_early_data = early_data
            || self
                .retried
                .as_ref()
                .is_some_and(|retried| retried.early_data);
        // RFC 9846 §4.2.4 (9).
        let mut transcript = match self.retried.take() {
            Some(retried) if retried.suite.suite != suite.suite => {
                return Err(Misbehaviour::SuiteChangedAfterRetry.into());
            }
            Some(retried) => retried.transcript,
            None => self.sent.messages.hash_with(suite.hash),
        };
        transcript.absorb(raw);

        let offered = self.sent.offer.session.take();
        let refusal = match &offered {
            Some(session) if !session.is_tls13() => Some(Refusal::DifferentVersion),
            Some(_) if !resumes => Some(Refusal::DeclinedByServer),
            _ => None,
        };
        if let Some(refusal) = refusal {
            cx.tell(Event::Refused(refusal));
        }
        let refusal = refusal.or(self.sent.refusal);
        let session = offered.filter(|_| resumes);
        let psk = session
            .as_ref()
            .map(|session| session.session.secret.secret())
            .or_else(|| external.as_ref().map(|form| &form.secret));
        let root = match (psk, &external) {
            (None, _) => Root::Nothing,
            (Some(_), Some(_)) => Root::External,
            (Some(psk), None) => Root::Session(psk),
        };
        let early = EarlySecret::new(suite.hash, psk);
        cx.early_derived(root, &early);
        let secret = early.into_handshake(&shared);
        let traffic = secret.traffic(&transcript.current());
        cx.handshake_derived(root, &secret, &traffic);
        let client_random = self.sent.offer.hello.random;
        cx.log(
            "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            &client_random,
            traffic.client.secret(),
        );
        cx.log(
            "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            &client_random,
            traffic.server.secret(),
        );
        if !retried && !early_data {
            cx.cause(Effect::SendChangeCipherSpec);
        }
        // While early data may still be accepted, it goes on under its own keys.
        let early_terms = session
            .as_ref()
            .filter(|_| early_data)
            .map(|offered| EarlyTerms::of(&offered.session));
        if early_terms.is_none() {
            cx.install(Half::Sending, &traffic.client, suite)?;
        }
        cx.install(Half::Receiving, &traffic.server, suite)?;
        let agreed = Agreed::new((suite, group), self.sent.to, client_random, session, cx);
        let agreed = Agreed {
            retried,
            // A resumption, but for a full one by an external key, knows the peer from its session.
            peer: match &external {
                Some(form) => Some(PeerIdentity::by_external_psk(
                    &form.name,
                    agreed.current.lifetime.lineage_ends_at,
                )),
                None => agreed.peer.clone(),
            },
            external_psk: external.map(|form| form.name.clone()),
            refusal,
            early_data: match (offered_early_data, self.sent.early_data_withheld) {
                (true, _) => EarlyDataFate::Rejected(Refusal::DeclinedByServer),
                (false, Some(refusal)) => EarlyDataFate::Withheld(refusal),
                (false, None) => EarlyDataFate::NotOffered,
            },
            ..agreed
        };
        Ok(State::WaitEncryptedExtensions(Box::new(
            WaitEncryptedExtensions {
                offer: self.sent.offer,
                agreed,
                transcript,
                secret,
                traffic,
                early_terms,
            },
        )))
    }

    /// RFC 9846 §4.2.3 (6, 9).
    fn check_echo(&self, echo: SessionId, compression: u8) -> Result<(), Fault> {
        if echo.as_slice() != self.sent.offer.hello.legacy_session_id.as_slice() {
            return Err(Misbehaviour::WrongSessionIdEcho.into());
        }
        if compression != 0 {
            return Err(Misbehaviour::BadLegacyField("legacy_compression_method").into());
        }
        Ok(())
    }

    /// RFC 9846 §4.2.3 (7), §4.2.4 (7).
    fn offered_suite(&self, suite: CipherSuite) -> Result<&'static SuiteParameters, Fault> {
        let offered = self.sent.offer.hello.cipher_suites.contains(&suite);
        tls13_suite(suite)
            .filter(|_| offered)
            .ok_or_else(|| Misbehaviour::UnofferedSuite(suite).into())
    }

    /// Which of the PSKs we offered the server chose: RFC 9846 §4.3.11 (6, 7, 9).
    fn chosen_psk(
        &self,
        extensions: &Extensions,
        suite: &SuiteParameters,
    ) -> Result<Option<ChosenPsk>, Fault> {
        let Some(SelectedIdentity(selected)) = extensions.find::<SelectedIdentity>()? else {
            return Ok(None);
        };
        let offer = &self.sent.offer;
        let session = offer.session.iter().filter(|session| session.is_tls13());
        let session = session.map(|session| (session.hash(), ChosenPsk::Session));
        let external = offer
            .psks
            .iter()
            .map(|form| (form.hash, ChosenPsk::External(Arc::clone(form))));
        match session.chain(external).nth(usize::from(selected)) {
            Some((hash, chosen)) if hash == suite.hash => Ok(Some(chosen)),
            Some(_) => Err(Misbehaviour::WrongSuiteForSession.into()),
            None => Err(Misbehaviour::UnofferedPsk.into()),
        }
    }

    fn key_exchange(
        &mut self,
        extensions: &Extensions,
        by_psk: bool,
    ) -> Result<(NamedGroup, Secret), Fault> {
        let share = extensions.find::<KeyShareServerHello>()?;
        // We offer psk_dhe_ke only, so there is a share on every road: RFC 9846 §4.3.9 (7).
        let KeyShareServerHello(theirs) = share.ok_or(match by_psk {
            true => Misbehaviour::UnofferedPskMode,
            false => Misbehaviour::MissingExtension("key_share"),
        })?;
        let asked = self.retried.as_ref().and_then(|retried| retried.group);
        let position = self
            .sent
            .offer
            .shares
            .iter()
            .position(|share| share.group() == theirs.group);
        // RFC 9846 §4.3.8 (14, 15).
        let Some(position) = position.filter(|_| asked.is_none_or(|group| group == theirs.group))
        else {
            return Err(Misbehaviour::UnofferedGroup(theirs.group).into());
        };
        let ours = self.sent.offer.shares.swap_remove(position);
        let shared = ours
            .complete(&theirs.key_exchange)
            .map_err(|error| match error {
                kex::KexError::BadShare => Fault::from(Misbehaviour::BadKeyShare(theirs.group)),
                kex::KexError::Unsupported | kex::KexError::Backend => LocalError::Crypto.into(),
            })?;
        Ok((theirs.group, shared))
    }
}

/// What ServerHello's version field says since it decides nothing: RFC 9846 §4.2.3 (2).
fn check_version(legacy_version: ProtocolVersion) -> Result<(), Fault> {
    if legacy_version == ProtocolVersion::TLS1_2 {
        Ok(())
    } else {
        Err(Misbehaviour::BadLegacyVersion(legacy_version).into())
    }
}

/// TLS 1.3, and nothing else any more: RFC 9846 §4.2.4 (11).
fn selected_version(extensions: &Extensions) -> Result<(), Fault> {
    match extensions.find::<SelectedVersion>()? {
        Some(SelectedVersion(ProtocolVersion::TLS1_3)) => Ok(()),
        Some(SelectedVersion(other)) => Err(Misbehaviour::UnofferedVersion(other).into()),
        None => Err(Misbehaviour::MissingExtension("supported_versions").into()),
    }
}
