//! Us → ServerHello, NewSessionTicket, ChangeCipherSpec, Finished → client: RFC 5246 §7.3.

use super::State;
use super::begun::{self, Begun};
use super::finish::{Ending, WaitChangeCipherSpec};
use super::hello::Hello;
use super::resume::Resumed;
use super::tickets;
use crate::ServerConfig;
use crate::fault::Fault;
use crate::handshake::cx::Cx;
use crate::handshake::tls12::agreed::Agreed;
use crate::handshake::tls12::settled::Wire;
use crate::keys::tls12::{MainSecret, Randoms};
use tessera_wire::extension::SessionTicket;

/// No certificates and no key exchange, and no answers to names or statuses (RFC 6066 §1.1 (2));
/// identity, taint and the lineage's end are inherited.
pub(super) fn begin(
    hello: Hello,
    resumed: Resumed,
    cx: &mut Cx<'_, ServerConfig>,
) -> Result<State, Fault> {
    let Resumed {
        session,
        suite,
        current,
        wire,
        renew,
    } = resumed;
    let randoms = Randoms {
        client: hello.random,
        server: begun::random(&hello, cx),
    };
    let mut extensions = begun::extensions(&hello);
    let main = MainSecret::resumed(suite.hash, session.secret.secret());
    let identity = hello.choice.identity;
    let session_id = match &wire {
        Wire::SessionId(id) => *id,
        // RFC 5077 §3.4 (1): the client's own bytes say that its ticket was taken.
        Wire::Ticket(_) => hello.offered.session_id,
    };
    let agreed = Agreed {
        shown: false,
        suite,
        group: session.group,
        server_signature: None,
        client_signature: None,
        server_name: hello.choice.server_name,
        alpn: hello.choice.alpn,
        scope: hello.choice.scope,
        peer: session.binding.peer.clone(),
        randoms,
        extended_main_secret: hello.choice.extended_main_secret,
        secure_renegotiation: hello.choice.secure_renegotiation,
        current,
        refusal: None,
        epoch: hello.before.as_ref().map_or(0, |b| b.agreed.epoch + 1),
    };
    // A ticket under an old key is replaced, and only its envelope is new. Nobody counts on it before
    // the client's Finished: RFC 5077 §3.3 (5).
    let renewed = renew.then(|| tickets::renew(&agreed, &main, cx)).flatten();
    if renewed.is_some() {
        extensions.push(&SessionTicket(Vec::new()));
    }
    let mut said = begun::server_hello(&hello.raw, &agreed, session_id, extensions, cx);
    said.forget_whole();
    let mut begun = Begun {
        agreed,
        said,
        before: hello.before,
        identity,
        wire: Some(wire),
        owes_ticket: false,
    };
    if let Some((message, ticket)) = renewed {
        begun.send(message, cx);
        begun.wire = Some(Wire::Ticket(ticket));
    }
    cx.log("CLIENT_RANDOM", &randoms.client, main.secret());
    cx.derived(("main", None), main.secret().as_bytes());
    let keys = main.key_block(suite, &randoms);
    cx.derived(("key_block", Some("main")), keys.as_bytes());
    // RFC 5246 §7.3 (4).
    let mut ending = Ending::new(begun, main, keys);
    ending.send_finished(cx)?;
    let wait = WaitChangeCipherSpec { ending };
    Ok(State::WaitChangeCipherSpec(Box::new(wait)))
}
