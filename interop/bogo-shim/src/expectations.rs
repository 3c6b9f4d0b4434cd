//! What should have come of a connection, compared with what did.

mod asked;
mod early_data;
mod peer;
mod session;

pub(crate) use early_data::early;

use crate::failure::Failure;
use crate::options::Options;
use crate::stream::Stream;
use tessera_engine::Facts;

/// `Err` with the name of what is not so.
fn expect(what: &str, holds: bool) -> Result<(), Failure> {
    if holds {
        Ok(())
    } else {
        Err(Failure::expectation(what))
    }
}

/// A value that was asked for is the value; one that was not is not looked at.
fn same<T: PartialEq + std::fmt::Debug + ?Sized>(
    what: &str,
    wanted: Option<&T>,
    got: Option<&T>,
) -> Result<(), Failure> {
    if wanted.is_none() || wanted == got {
        Ok(())
    } else {
        Err(Failure::expectation(format!(
            "{what} {wanted:?}, got {got:?}"
        )))
    }
}

fn facts<'a>(stream: &'a Stream<'_>) -> Result<&'a Facts, Failure> {
    let facts = stream.facts();
    facts.ok_or_else(|| Failure::expectation("a completed handshake"))
}

/// As soon as data may be sent: a full handshake of a client that may start falsely is not complete then, and any
/// other is.
pub(crate) fn at_start(
    options: &Options,
    resumes: bool,
    stream: &Stream<'_>,
) -> Result<(), Failure> {
    if options.false_start && !resumes {
        return expect("a false start", stream.facts().is_none());
    }
    after_handshake(options, resumes, stream)
}

/// As soon as the handshake is complete.
fn after_handshake(options: &Options, resumes: bool, stream: &Stream<'_>) -> Result<(), Failure> {
    let facts = facts(stream)?;
    let wanted = &options.expect;
    expect("an unfinished handshake", !wanted.handshake_never_done)?;
    same("version", wanted.version.as_ref(), Some(&facts.version.0))?;
    same(
        "cipher",
        wanted.cipher.as_ref(),
        Some(&facts.cipher_suite.0),
    )?;
    let group = facts.group.map(|group| group.0);
    same("curve", wanted.curve.as_ref(), group.as_ref())?;
    expect("a retry", facts.retried || !wanted.retry)?;
    expect("no retry", !facts.retried || !wanted.no_retry)?;
    let is_bound = facts.extended_main_secret;
    expect(
        "the extended main secret",
        is_bound || !wanted.extended_main_secret,
    )?;
    names(options, facts, stream)?;
    early_data::after_handshake(options, facts)?;
    asked::after_handshake(options, facts, stream.told.asked.as_deref())?;
    peer::after_handshake(options, facts, &stream.answers)?;
    let noted = &stream.answers.noted;
    session::after_handshake(options, (resumes, is_bound), facts, noted)
}

fn names(options: &Options, facts: &Facts, stream: &Stream<'_>) -> Result<(), Failure> {
    let wanted = if options.server {
        &options.select_alpn
    } else {
        &options.expect.alpn
    };
    let alpn = facts.alpn.as_ref().map(ToString::to_string);
    expect("another protocol", alpn == *wanted)?;
    let hello = stream.told.hello.as_ref();
    let advertised = hello.map(|hello| {
        let names = hello.alpn.iter().map(tessera_session::Alpn::as_bytes);
        names
            .flat_map(|name| u8::try_from(name.len()).into_iter().chain(name.to_vec()))
            .collect()
    });
    same(
        "advertised protocols",
        options.expect.advertised_alpn.as_ref(),
        advertised.as_ref(),
    )?;
    let name = facts.server_name.as_ref().map(ToString::to_string);
    expect(
        "no server name",
        name.is_none() || !options.expect.no_server_name,
    )?;
    same(
        "server name",
        options.expect.server_name.as_ref(),
        name.as_ref(),
    )
}

/// When nothing more is to be said.
pub(crate) fn before_close(
    options: &Options,
    resumes: bool,
    stream: &Stream<'_>,
) -> Result<(), Failure> {
    if options.false_start && !resumes {
        after_handshake(options, resumes, stream)?;
    }
    session::before_close(options, facts(stream)?, &stream.answers.noted)
}

/// When everything is said.
pub(crate) fn at_end(options: &Options, stream: &Stream<'_>) -> Result<(), Failure> {
    same(
        "renegotiations",
        Some(&options.expect.renegotiations),
        Some(&stream.told.renegotiations),
    )
}
