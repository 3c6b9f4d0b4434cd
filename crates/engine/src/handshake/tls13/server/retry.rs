//! Us → HelloRetryRequest → client, and its second ClientHello: RFC 9846 §4.2.4.

use super::State;
use super::decide::{Asked, Decision, decide};
use super::external::External;
use super::hello::Hello;
use super::{flight, resume};
use crate::fault::{Fault, Misbehaviour};
use crate::handshake::cx::{Cx, Effect};
use crate::handshake::hello::offered::Offered;
use crate::keys::transcript::Transcript;
use crate::{Event, ServerConfig};
use tessera_wire::codepoint::{ExtensionType, ProtocolVersion};
use tessera_wire::extension::{
    Cookie, Extensions, KeyShareHelloRetryRequest, OfferedPsks, SelectedVersion,
};
use tessera_wire::handshake::{ClientHello, HelloRetryRequest};

/// A HelloRetryRequest is out.
pub(crate) struct WaitSecondClientHello {
    first: ClientHello,
    asked: Asked,
    cookie: Vec<u8>,
    transcript: Transcript,
    early_data: bool,
}

/// Sends the HelloRetryRequest.
pub(super) fn ask(
    asked: Asked,
    first: ClientHello,
    early_data: bool,
    raw: &[u8],
    cx: &mut Cx<'_, ServerConfig>,
) -> Result<State, Fault> {
    let mut transcript = Transcript::new(asked.suite.hash);
    transcript.absorb(raw);
    let mut transcript = transcript.into_retry();

    let cookie = cx.entropy.public_array::<32>().to_vec();
    // RFC 9846 §4.2.4 (1, 2).
    let mut extensions = Extensions::new();
    extensions.push(&SelectedVersion(ProtocolVersion::TLS1_3));
    extensions.push(&KeyShareHelloRetryRequest(asked.group));
    extensions.push(&Cookie(cookie.clone()));
    let request = HelloRetryRequest {
        legacy_version: ProtocolVersion::TLS1_2,
        legacy_session_id_echo: first.legacy_session_id,
        cipher_suite: asked.suite.suite,
        legacy_compression_method: 0,
        extensions,
    }
    .encode();
    transcript.absorb(&request);
    cx.send(request);
    // RFC 9846 §E.4 (1), for whoever can read it.
    cx.cause(Effect::SendChangeCipherSpec);
    if early_data {
        // What the client sent behind its first hello was meant for a handshake that never was.
        cx.cause(Effect::RefuseEarlyData);
    }
    cx.tell(Event::Retried {
        group: Some(asked.group),
    });
    Ok(State::WaitSecondClientHello(Box::new(
        WaitSecondClientHello {
            first,
            asked,
            cookie,
            transcript,
            early_data,
        },
    )))
}

impl WaitSecondClientHello {
    pub(crate) fn client_hello(
        self,
        message: &ClientHello,
        raw: Vec<u8>,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let offered = Offered::read(message)?;
        self.check(message, &offered)?;
        self.check_psks(&offered)?;
        self.check_external(&offered)?;
        // The suite was fixed by the retry, and the transcript is already on its hash: a session
        // of another hash is a full handshake, not another choice.
        let (mut choice, looks_at_sessions) = match decide(&offered, cx.config)? {
            Decision::Retry(_) => return Err(Misbehaviour::WrongRetryShare.into()),
            Decision::Full(choice) => (choice, false),
            Decision::Resume(choice) => (choice, true),
        };
        // RFC 9846 §4.2.4 (8).
        let suite = self.asked.suite;
        choice.suite = suite;
        choice.external = choice
            .external
            .filter(|external| external.form.hash == suite.hash)
            .map(|external| External { suite, ..external });
        let hello = Hello {
            before: Some(self.transcript),
            early_data: self.early_data,
            ..Hello::new(message, offered, raw)
        };
        if looks_at_sessions {
            resume::begin(choice, hello, cx)
        } else {
            flight::full(choice, &hello, None, cx)
        }
    }

    /// RFC 9846 §4.2.2 lists all that a second ClientHello may change.
    fn check(&self, message: &ClientHello, offered: &Offered) -> Result<(), Fault> {
        if offered.cookie.as_deref() != Some(self.cookie.as_slice()) {
            return Err(Misbehaviour::WrongCookie.into());
        }
        match offered.key_shares.as_slice() {
            [share] if share.group == self.asked.group => {}
            _ => return Err(Misbehaviour::WrongRetryShare.into()),
        }
        // After a retry there is no early data.
        if offered.early_data || frozen(message) != frozen(&self.first) {
            return Err(Misbehaviour::ChangedClientHello.into());
        }
        Ok(())
    }
}

impl WaitSecondClientHello {
    /// A session may be left out of the second hello only where the suite of the retry has another
    /// hash, which shows in the length of its binder: RFC 9846 §4.2.2.
    fn check_psks(&self, offered: &Offered) -> Result<(), Fault> {
        let first = self.first.extensions.find::<OfferedPsks>()?;
        let length = self.asked.suite.hash.output_len();
        let fits = |psks: OfferedPsks| psks.binders.iter().any(|binder| binder.len() == length);
        if offered.psks.is_none() && first.is_some_and(fits) {
            return Err(Misbehaviour::MissingExtension("pre_shared_key").into());
        }
        Ok(())
    }

    /// A retry takes away PSKs that do not go with its suite, and the key we were going to use does.
    fn check_external(&self, offered: &Offered) -> Result<(), Fault> {
        let mut offered = offered.psks.iter().flat_map(|psks| &psks.identities);
        match &self.asked.external {
            Some(external) if !offered.any(|psk| psk.identity == *external) => {
                Err(Misbehaviour::ChangedClientHello.into())
            }
            _ => Ok(()),
        }
    }
}

/// The parts of a ClientHello that a retry leaves alone.
fn frozen(hello: &ClientHello) -> impl PartialEq + '_ {
    const MAY_CHANGE: [ExtensionType; 5] = [
        ExtensionType::KEY_SHARE,
        ExtensionType::PRE_SHARED_KEY,
        ExtensionType::COOKIE,
        ExtensionType::EARLY_DATA,
        ExtensionType::PADDING,
    ];
    let extensions: Vec<_> = hello
        .extensions
        .iter()
        .filter(|extension| !MAY_CHANGE.contains(&extension.extension_type))
        .collect();
    (
        hello.legacy_version,
        hello.random,
        hello.legacy_session_id,
        &hello.cipher_suites,
        extensions,
    )
}
