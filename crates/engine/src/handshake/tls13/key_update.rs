//! KeyUpdate, alike for both ends: RFC 9846 §4.7.3.

use crate::handshake::cx::{Cx, Effect};
use crate::keys::tls13::TrafficSecret;
use crate::{Event, Fault, Half};
use tessera_crypto::SuiteParameters;
use tessera_session::Side;
use tessera_wire::codepoint::KeyUpdateRequest;
use tessera_wire::handshake::KeyUpdate;

/// The traffic secrets in use on an established connection.
pub(crate) struct Traffic {
    /// Which end we are.
    side: Side,
    pub(crate) suite: &'static SuiteParameters,
    pub(crate) sending: TrafficSecret,
    pub(crate) receiving: TrafficSecret,
    /// We asked the peer for new keys and it has not answered: never ask twice.
    asked: bool,
    /// How often our sending keys were replaced.
    updates: u64,
    /// How often the peer's were.
    peer_updates: u64,
}

/// More updates than that, and keys may come again: RFC 9846 §4.7.3 (9).
const MOST_UPDATES: u64 = (1 << 48) - 1;

impl Traffic {
    pub(crate) fn new(
        side: Side,
        suite: &'static SuiteParameters,
        sending: TrafficSecret,
        receiving: TrafficSecret,
    ) -> Self {
        Self {
            side,
            suite,
            sending,
            receiving,
            asked: false,
            updates: 0,
            peer_updates: 0,
        }
    }

    /// The peer's sending keys are replaced, so our receiving ones are, and by nothing else:
    /// RFC 9846 §4.7.3 (3, 8).
    pub(crate) fn received<C>(
        &mut self,
        update: KeyUpdate,
        cx: &mut Cx<'_, C>,
    ) -> Result<(), Fault> {
        self.receiving = self.receiving.next();
        self.peer_updates = self.peer_updates.saturating_add(1);
        let what = name(self.side, Half::Receiving);
        cx.update_derived(what, self.peer_updates, self.receiving.secret());
        self.asked = false;
        cx.install(Half::Receiving, &self.receiving, self.suite)?;
        cx.tell(Event::KeysUpdated(Half::Receiving));
        if update.request_update == KeyUpdateRequest::UpdateRequested {
            cx.cause(Effect::OweKeyUpdate);
        }
        Ok(())
    }

    /// Our sending keys are replaced, behind the message that says so: RFC 9846 §4.7.3 (2, 6, 7).
    pub(crate) fn update<C>(
        &mut self,
        request: KeyUpdateRequest,
        cx: &mut Cx<'_, C>,
    ) -> Result<(), Fault> {
        // Then these are the last keys, whoever wants others (RFC 9846 §4.7.3 (11)), and the
        // connection ends when they are worn out.
        if self.updates == MOST_UPDATES {
            return Ok(());
        }
        self.updates += 1;
        let request_update = match request {
            KeyUpdateRequest::UpdateRequested if self.asked => KeyUpdateRequest::UpdateNotRequested,
            other => other,
        };
        self.asked |= request_update == KeyUpdateRequest::UpdateRequested;
        cx.send(KeyUpdate { request_update }.encode());
        self.sending = self.sending.next();
        let what = name(self.side, Half::Sending);
        cx.update_derived(what, self.updates, self.sending.secret());
        cx.install(Half::Sending, &self.sending, self.suite)?;
        cx.tell(Event::KeysUpdated(Half::Sending));
        Ok(())
    }
}

/// What the key tree calls the traffic secret of a half.
fn name(side: Side, half: Half) -> &'static str {
    match (side, half) {
        (Side::Client, Half::Sending) | (Side::Server, Half::Receiving) => "client_traffic",
        (Side::Server, Half::Sending) | (Side::Client, Half::Receiving) => "server_traffic",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Trace;
    use crate::handshake::cx::Effects;
    use crate::keys::keylog::KeyLog;
    use crate::keys::tls13::{EarlySecret, TrafficPair};
    use tessera_crypto::{Entropy, HashAlgorithm, Secret, tls13_suite};
    use tessera_session::Timestamp;
    use tessera_wire::codepoint::CipherSuite;

    fn traffic(updates: u64) -> Traffic {
        let suite = tls13_suite(CipherSuite::TLS_AES_128_GCM_SHA256).expect("it is one of ours");
        let shared = Secret::new(&[1; 32]).expect("32 bytes");
        let handshake = EarlySecret::new(HashAlgorithm::Sha256, None).into_handshake(&shared);
        let TrafficPair { client, server } = handshake.traffic(&HashAlgorithm::Sha256.hash(b""));
        Traffic {
            updates,
            ..Traffic::new(Side::Client, suite, client, server)
        }
    }

    /// What comes of a wish for other keys, and of the peer's.
    fn effects(traffic: &mut Traffic) -> [usize; 2] {
        let request_update = KeyUpdateRequest::UpdateRequested;
        [0, 1].map(|received| {
            let mut effects = Effects::new(KeyLog::Off, Trace::Off);
            let mut cx = Cx {
                config: &(),
                now: Timestamp::from_unix_secs(0),
                entropy: &mut Entropy::from_seed([0; 32]),
                effects: &mut effects,
            };
            let done = match received {
                0 => traffic.update(request_update, &mut cx),
                _ => traffic.received(KeyUpdate { request_update }, &mut cx),
            };
            done.expect("keys can be made");
            effects.into_list().len()
        })
    }

    #[test]
    fn our_keys_are_replaced_so_often_and_no_more_and_the_peer_s_as_it_likes() {
        // RFC 9846 §4.7.3 (9, 10, 11).
        let mut traffic = traffic(MOST_UPDATES - 1);
        let (message_keys_event, keys_event_debt) = (3, 3);
        assert_eq!(effects(&mut traffic), [message_keys_event, keys_event_debt]);
        assert_eq!(effects(&mut traffic), [0, keys_event_debt]);
        assert_eq!(effects(&mut traffic), [0, keys_event_debt]);
    }
}
