//! `session convert`: a session file in another format, or one server's ticket as another's.

use super::file::{self, Output, Reading};
use super::plan;
use crate::args::{ConvertArgs, ReadFormat, Sink, Source, WrittenFormat};
use crate::exit::{Exit, Failure, Outcome};
use crate::plan::foreign::{self, Carrier};
use crate::random;
use crate::report::talk::Talk;
use tessera::Timestamp;
use tessera::interchange::ticket::carry;
use tessera::session::{Dialect, ForeignKey, ForeignRole, SessionIdContext};

/// Sessions to sessions, tickets to tickets.
pub(super) fn run(args: &ConvertArgs, talk: Talk) -> Outcome<Exit> {
    match (format(args.from), format_to(args.to)) {
        (Of::Session(from), To::Session(to)) => session(args, from, to),
        (Of::Ticket(from), To::Ticket(to)) => ticket(args, from, to, talk),
        (Of::Session(_), To::Ticket(to)) => Err(Failure::usage(format_args!(
            "a ticket for {to} is made of another server's ticket: say whose with --from and --from-keys"
        ))),
        (Of::Ticket(from), To::Session(_)) => Err(Failure::usage(format_args!(
            "a ticket of {from} holds a server's half of a session, which no client can offer: \
             it becomes another server's ticket (--to nginx, haproxy or apache)"
        ))),
    }
}

enum Of {
    Session(ReadFormat),
    Ticket(Dialect),
}

enum To {
    Session(WrittenFormat),
    Ticket(Dialect),
}

const fn format(from: Source) -> Of {
    match from {
        Source::Auto => Of::Session(ReadFormat::Auto),
        Source::Openssl => Of::Session(ReadFormat::Openssl),
        Source::Boringssl => Of::Session(ReadFormat::Boringssl),
        Source::Curl => Of::Session(ReadFormat::Curl),
        Source::Botan => Of::Session(ReadFormat::Botan),
        Source::Tessera => Of::Session(ReadFormat::Tessera),
        Source::Nginx => Of::Ticket(Dialect::Nginx),
        Source::Haproxy => Of::Ticket(Dialect::HaProxy),
        Source::Apache => Of::Ticket(Dialect::Apache),
        Source::Envoy => Of::Ticket(Dialect::Envoy),
    }
}

const fn format_to(to: Sink) -> To {
    match to {
        Sink::Openssl => To::Session(WrittenFormat::Openssl),
        Sink::Tessera => To::Session(WrittenFormat::Tessera),
        Sink::Nginx => To::Ticket(Dialect::Nginx),
        Sink::Haproxy => To::Ticket(Dialect::HaProxy),
        Sink::Apache => To::Ticket(Dialect::Apache),
    }
}

fn session(args: &ConvertArgs, from: ReadFormat, to: WrittenFormat) -> Outcome<Exit> {
    let vault = || file::vault(&args.file_key, || plan(&args.state));
    let reading = Reading {
        format: from,
        botan: &args.botan,
        vault: &vault,
        name: None,
    };
    let mut sessions = reading.read(&args.file)?;
    let several = sessions.len();
    let one = sessions.pop().filter(|_| several == 1).ok_or_else(|| {
        Failure::usage(format_args!(
            "{}: there are {several} sessions in it, and one goes into a file: import them",
            args.file.display()
        ))
    })?;
    // A conversion vouches for nothing: what the file said of its peer stays said.
    let one = one.vouched();
    let bytes = file::write(to, &one.session, one.wire(), vault)?;
    Output::open(args.output.as_deref())?.write(&bytes)?;
    Ok(Exit::Done)
}

fn ticket(args: &ConvertArgs, from: Dialect, to: Dialect, talk: Talk) -> Outcome<Exit> {
    let carrier = Carrier::read(&args.file)?;
    // Nobody keeps these keys, so they need no end.
    let keys = |dialect, flag: &str, paths: &[_]| match paths {
        [] => Err(Failure::usage(format_args!(
            "name the ticket keys of {dialect} with {flag}"
        ))),
        paths => foreign::keys(dialect, paths, Timestamp::from_millis(u64::MAX), talk),
    };
    let from = keys(from, "--from-keys", &args.from_keys)?;
    let to = keys(to, "--to-keys", &args.to_keys)?;
    let context = context(args, &to)?;
    let sealing = to
        .iter()
        .find(|key| key.role == ForeignRole::Seals)
        .ok_or_else(|| Failure::internal("none of the keys seals"))?;
    let ticket = carry(
        carrier.ticket(),
        &from,
        sealing,
        &context,
        &mut random::entropy(),
    );
    let failed = |error: &dyn std::fmt::Display| foreign::failed(&args.file, error);
    let ticket = ticket.map_err(|error| failed(&error))?;
    let bytes = carrier.with(&ticket).map_err(|error| failed(&error))?;
    Output::open(args.output.as_deref())?.write(&bytes)?;
    Ok(Exit::Done)
}

/// What the other server binds its sessions to, given or learned.
fn context(args: &ConvertArgs, keys: &[ForeignKey]) -> Outcome<SessionIdContext> {
    match (&args.to_context, &args.to_like) {
        (Some(hex), _) => foreign::context("--to-context", hex),
        (None, Some(path)) => foreign::context_like(path, keys),
        (None, None) => Err(Failure::usage(
            "the other server takes tickets with its own session id context only: \
             give it with --to-context HEX, or a session of that server with --to-like FILE",
        )),
    }
}
