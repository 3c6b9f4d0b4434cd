//! Tickets of servers over OpenSSL, for a listener of ours that takes them.

use tessera_crypto::Entropy;
use tessera_session::ticket::{ForeignForm, ForeignOpened, SessionIdContext};
use tessera_session::{Dialect, ForeignKey, Session};

use super::{Opened, open, seal};
use crate::openssl::{State, StateError, read_state, write_state};

/// What nginx, HAProxy and Apache httpd have in their tickets. Those of Envoy are of BoringSSL: they do not say for
/// which name they are, and are not read.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenSslTickets;

impl ForeignForm for OpenSslTickets {
    fn open<'k>(&self, ticket: &[u8], keys: &[&'k ForeignKey]) -> ForeignOpened<'k> {
        let (der, key) = match open(ticket, keys.iter().copied()) {
            Opened::State { der, key } => (der, key),
            Opened::UnknownKey | Opened::Forged => return ForeignOpened::Forged,
        };
        if key.dialect == Dialect::Envoy {
            return ForeignOpened::Unreadable;
        }
        match read_state(&der, ticket) {
            Ok(State {
                session,
                context,
                is_carried,
            }) => ForeignOpened::Session {
                session: Box::new(session),
                key,
                context: (!is_carried).then_some(context),
            },
            Err(StateError::HasPeer) => ForeignOpened::Identity,
            Err(StateError::Read(_)) => ForeignOpened::Unreadable,
        }
    }

    fn seal(
        &self,
        session: &Session,
        key: &ForeignKey,
        context: &SessionIdContext,
        entropy: &mut Entropy,
    ) -> Option<Vec<u8>> {
        if key.dialect == Dialect::Envoy {
            return None;
        }
        seal(&write_state(session, context)?, key, entropy)
    }
}
