//! `--learn`: each step explained before it happens.

use super::report::Step;

/// What is about to happen, and what to look at.
pub(super) fn about(step: Step) -> &'static str {
    match step {
        Step::Full => {
            "
1. First contact
   A server starts, and a client that has never met it connects. Both agree keys (X25519MLKEM768), the server
   shows its certificate and proves that it has its key: a full handshake. Behind it the server sends tickets.
   Each ticket is a session: what both agreed, to be picked up again. The connection closes; the tickets stay in
   the client's wallet, on disk.
   Look at: kind `full`, generation 0, a new lineage."
        }
        Step::Resumed => {
            "
2. Somebody comes back
   Another client process draws a ticket from the wallet and shows it. No certificate is needed: only who was
   there the first time knows the secret in it. Both still agree fresh keys.
   Look at: kind `resumed`, the same lineage, generation 1, other keys."
        }
        Step::AtOnce => {
            "
3. Five at once
   One session was never tied to one connection. Five connections, open at the same time, each on a ticket of
   its own (so that nobody can tell by the ticket that they are one client), all of one lineage.
   Look at: five rows, one lineage, five sets of keys."
        }
        Step::FromDisk => {
            "
4. The server dies
   The server process is ended by SIGKILL: it cannot save anything. Another process starts on the same state
   directory. The ring of ticket keys is there, sealed, and so it opens tickets that a dead process made.
   Look at: another server process, still the same lineage."
        }
        Step::Carried => {
            "
5. A ticket in a file
   A ticket was taken out of the wallet into a file (OpenSSL's format; `openssl s_client -sess_in` reads it, too).
   A client without a wallet uses it.
   Look at: `resumed`, the same lineage."
        }
        Step::Refused => {
            "
6. The same file again
   This server was started with --single-use: a ticket resumes once, across all processes. The copy is refused,
   which costs nobody the connection: a full handshake follows, and the server says why.
   Look at: kind `full`, refusal `already_used`, a new lineage."
        }
        Step::SessionId => {
            "
7. TLS 1.2: a session ID
   In the old version a session has a name, and both ends keep it: the server in its store, the client in its
   wallet. A server without tickets starts; a client meets it and comes back. The name goes over the wire in the
   clear and may be used again and again, and every connection derives its whole key block from the one secret.
   Look at: `full`, then `resumed`, one session on two connections, two sets of keys."
        }
        Step::Ticket => {
            "
8. TLS 1.2: a ticket
   Another server seals the session and gives it to the client to carry, as TLS 1.3 does. It comes within the
   handshake here, so everybody who watches sees it.
   Look at: `full`, then `resumed`, again one session."
        }
        Step::Renegotiated => {
            "
9. TLS 1.2: a new session, and the connection goes on
   A connection resumed from the ticket negotiates again, encrypted, in full: new certificate, new secret, new
   keys, while the TCP connection and what is said on it stay. The connection leaves its session for a new one.
   TLS 1.3 has no such thing: it updates keys, or closes and resumes.
   Look at: two rows of one connection, the second `renegotiated`, on a new lineage."
        }
    }
}
