//! `--learn`: the guided tour. Seven steps, explained, done, and checked by what the server tells of them.

use crate::console::deeds::Deeds;
use crate::exit::{Failure, Outcome};
use crate::report::out;
use crate::report::talk::Talk;
use anstyle::AnsiColor;
use std::io::IsTerminal as _;
use tessera_console::deed::{Check, Deed, Deeds as _, Step};
use tokio::io::{AsyncBufReadExt as _, BufReader};

/// What is about to happen, and what to look at.
const STEPS: [&str; 7] = [
    "
1. A connection begins, and a session with it
   A client that has never been here connects. Both agree keys (X25519MLKEM768), the server shows its certificate and
   proves that it has the key to it: a full handshake. Behind it the server sends tickets, and each of them is the
   session: what both agreed, to be picked up again.
   Look at: kind full, a new lineage.",
    "
2. The connection ends, and the session does not
   The client says close_notify; the TCP connection, its keys and counters are gone. What was agreed is in the client's
   wallet, on disk, and the server can open the ticket that comes back.
   Look at: the line ends, the bar goes on.",
    "
3. A new connection on the old session
   The client shows a ticket. No certificate is needed: only who was there the first time knows the secret in it. Both
   still agree fresh keys, which no other connection has.
   Look at: kind psk, the same lineage, other keys, no certificate among the messages.",
    "
4. Five at once
   A session was never tied to one connection. Five connections, open at the same time, each on a ticket of its own, so
   that nobody can tell by the ticket that they are one client.
   Look at: five lines under one bar, five sets of keys.",
    "
5. The server dies
   The server process is ended by SIGKILL: it cannot save anything. Another process starts on the same state
   directory, where the ring of ticket keys is, sealed; so it opens tickets that a dead process made.
   Look at: all lines end at the restart, the bar crosses it, and the next line hangs under it.",
    "
6. The other way round: one connection, two sessions
   TLS 1.2 can negotiate again on a live connection: new certificate, new secret, new keys, while the TCP connection
   and what is said on it stay. The connection leaves its session for a new one. TLS 1.3 has no such thing: it replaces
   keys, or closes and resumes.
   Look at: one line, first under one bar, then under another.",
    "
7. A session that must not come back
   Somebody revokes the session. Its tickets are with the client, out of reach; every server process knows within a
   second that they are worth nothing. Nobody loses the connection over it: a full handshake follows.
   Look at: kind full, and the reason.",
];

/// Takes the tour; whether everything was as it should be. `step`: wait for a line on stdin before each.
pub(super) async fn tour(deeds: &Deeds, step: bool, talk: Talk) -> Outcome<bool> {
    let waits = step || std::io::stdin().is_terminal();
    let mut lines = BufReader::new(tokio::io::stdin());
    let mut all_as_said = true;
    for (number, text) in (1..).zip(STEPS) {
        out::line(text)?;
        if waits {
            talk.say("   Enter does it");
            lines.read_line(&mut String::new()).await?;
        }
        let step = Step::try_from(number).map_err(Failure::internal)?;
        match deeds.perform(Deed::Tour { step }).await {
            Ok(done) => {
                for check in &done.checks {
                    out::line(shown(check))?;
                    all_as_said &= check.ok;
                }
            }
            Err(not_done) => {
                talk.error(&not_done.text);
                all_as_said = false;
            }
        }
    }
    Ok(all_as_said)
}

fn shown(check: &Check) -> String {
    let (mark, colour) = match check.ok {
        true => ("✓", AnsiColor::Green.on_default()),
        false => ("✗", AnsiColor::Red.on_default()),
    };
    format!(
        "   {colour}{mark}{colour:#} {} ({})",
        check.what, check.found
    )
}
