//! Client → ClientHello → us: RFC 9846 §4.2.2.

use super::State;
use super::decide::{Decision, decide};
use super::{flight, resume, retry};
use crate::fault::{Fault, Misbehaviour};
use crate::handshake::cx::Cx;
use crate::handshake::hello::offered::Offered;
use crate::keys::tls13::{EarlySecret, PskOrigin};
use crate::keys::transcript::Transcript;
use crate::{Event, ServerConfig};
use tessera_crypto::{HashAlgorithm, Secret};
use tessera_wire::handshake::ClientHello;
use tessera_wire::{Random, SessionId};

/// Nothing has come yet.
pub(crate) struct WaitClientHello;

/// The ClientHello that will be answered with a ServerHello, and all that came before it.
pub(super) struct Hello {
    pub(super) raw: Vec<u8>,
    pub(super) offered: Offered,
    pub(super) random: Random,
    pub(super) session_id: SessionId,
    /// What a retry left in the transcript, on the hash it fixed.
    pub(super) before: Option<Transcript>,
    /// Early data followed this hello, or the one before the retry.
    pub(super) early_data: bool,
}

impl Hello {
    pub(super) fn new(message: &ClientHello, offered: Offered, raw: Vec<u8>) -> Self {
        Self {
            raw,
            early_data: offered.early_data,
            offered,
            random: message.random,
            session_id: message.legacy_session_id,
            before: None,
        }
    }
}

impl Hello {
    /// RFC 9846 §4.3.11 (4, 5): over everything before the binders, the retry included.
    pub(super) fn verify_binder(
        &self,
        position: usize,
        hash: HashAlgorithm,
        (secret, origin): (&Secret, PskOrigin),
    ) -> Result<(), Fault> {
        let psks = self.offered.psks.as_ref();
        let binder = psks
            .and_then(|psks| psks.binders.get(position))
            .ok_or(Misbehaviour::BinderCount)?;
        let cut = ClientHello::binders_offset(&self.raw).ok_or(Misbehaviour::BadBinder)?;
        let truncated = self.raw.get(..cut).unwrap_or_default();
        let digest = match &self.before {
            Some(transcript) => transcript.with(truncated),
            None => hash.hash(truncated),
        };
        let key = EarlySecret::new(hash, Some(secret)).binder_key(origin);
        if key.verifies(&digest, binder) {
            Ok(())
        } else {
            Err(Misbehaviour::BadBinder.into())
        }
    }
}

impl WaitClientHello {
    pub(crate) fn client_hello(
        self,
        message: ClientHello,
        raw: Vec<u8>,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let offered = Offered::read(&message)?;
        cx.tell(Event::HelloReceived {
            server_name: offered.server_name.clone(),
        });
        match decide(&offered, cx.config)? {
            Decision::Retry(asked) => retry::ask(asked, message, offered.early_data, &raw, cx),
            Decision::Full(choice) => {
                flight::full(choice, &Hello::new(&message, offered, raw), None, cx)
            }
            Decision::Resume(choice) => {
                resume::begin(choice, Hello::new(&message, offered, raw), cx)
            }
        }
    }
}
