//! The application's word on a client: asked in this one place, whatever the version and however the
//! handshake went, so that no road to a connection leads past it.

use super::Connection;
use crate::Facts;
use crate::fault::Fault;
use crate::handshake::cx::Effect;
use tessera_wire::codepoint::ProtocolVersion;

impl Connection {
    /// What the application is to judge before this is carried out, where it wants to judge.
    pub(super) fn to_authorise(&self, effect: &Effect) -> Option<Facts> {
        if !self.role.authorises() {
            return None;
        }
        match effect {
            Effect::Establish(established) => Some(established.facts.clone()),
            Effect::Identify(Some(identified)) => {
                let mut facts = self.facts.as_deref()?.clone();
                identified.tell(&mut facts);
                Some(facts)
            }
            _ => None,
        }
    }

    /// Its word has come. What waited for it is carried out, or the connection ends.
    pub(super) fn authorised(&mut self, granted: bool) -> Result<(), Fault> {
        let mut waiting = std::mem::take(&mut self.unauthorised).into_iter();
        let Some(first) = waiting.next() else {
            return Ok(());
        };
        if granted {
            self.perform(first)?;
            return self.carry(waiting.collect());
        }
        if let Effect::Establish(established) = first
            && established.facts.version == ProtocolVersion::TLS1_2
        {
            // RFC 5246 §7.2.2 (1, 2): a fatal alert costs the session the connection is on.
            self.tickets = vec![established.facts.session.id];
        }
        Err(Fault::Denied)
    }

    /// Whether the handshake is complete and the application has yet to say what it thinks of it.
    pub(super) fn awaits_authorisation(&self) -> bool {
        !self.unauthorised.is_empty()
    }

    /// Whether application data goes out now.
    pub(super) fn sends_data(&self) -> bool {
        self.role.sends_data() && !self.awaits_authorisation()
    }
}
