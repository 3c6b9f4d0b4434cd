//! SMTP (RFC 3207, RFC 5321), and LMTP (RFC 2033), which is the same with another hello.

use super::{
    Answer, Arguments, ClientTable, Command, Exchange, Heard, Meaning, Said, ServerTable,
    first_word,
};
use crate::dialogue::Then;
use crate::limits;

pub(crate) const CLIENT: ClientTable = ClientTable {
    line_limit: limits::SMTP_REPLY,
    exchanges: &[GREETING, hello("EHLO {name}\r\n"), STARTTLS],
};

pub(crate) const LMTP_CLIENT: ClientTable = ClientTable {
    line_limit: limits::SMTP_REPLY,
    exchanges: &[GREETING, hello("LHLO {name}\r\n"), STARTTLS],
};

const GREETING: Exchange = Exchange {
    say: "",
    expect: "a greeting with 220",
    read: |line, _| Answer::only(reply(line, b"220").0),
    needs: None,
};

const fn hello(say: &'static str) -> Exchange {
    Exchange {
        say,
        expect: "250 and what the server can do",
        read: extensions,
        needs: Some("STARTTLS"),
    }
}

const STARTTLS: Exchange = Exchange {
    say: "STARTTLS\r\n",
    expect: "220 to STARTTLS",
    read: |line, _| Answer::only(reply(line, b"220").0),
    needs: None,
};

/// A line of a reply: what it means where `hoped` is hoped for, and its text (RFC 5321 §4.2).
///
/// All lines of a reply have the same code, so the first that has another decides: no need to wait for the last.
fn reply<'a>(line: &'a [u8], hoped: &[u8; 3]) -> (Meaning, &'a [u8]) {
    let line = line.trim_ascii_end();
    let Some((code, rest)) = line.split_first_chunk::<3>() else {
        return (Meaning::Foreign, &[]);
    };
    let (meaning, text) = match rest {
        [b'-', text @ ..] => (Meaning::More, text),
        [b' ', text @ ..] => (Meaning::Agreed, text),
        [] => (Meaning::Agreed, rest),
        _ => return (Meaning::Foreign, &[]),
    };
    match code {
        _ if code == hoped => (meaning, text),
        [b'4' | b'5', b'0'..=b'9', b'0'..=b'9'] => (Meaning::Refused, text),
        _ => (Meaning::Foreign, text),
    }
}

/// The first line of the answer to a hello is the server's name, whatever it looks like; the others are a keyword and its
/// parameters each: RFC 5321 §4.1.1.1.
fn extensions(line: &[u8], nth: usize) -> Answer<'_> {
    let (meaning, text) = reply(line, b"250");
    let offers = match (nth, meaning) {
        (1.., Meaning::More | Meaning::Agreed) => vec![first_word(text).0],
        _ => Vec::new(),
    };
    Answer { meaning, offers }
}

pub(crate) const SERVER: ServerTable = ServerTable {
    line_limit: limits::SMTP_COMMAND,
    greeting: "220 {name} ESMTP\r\n",
    read: command,
    commands: &[ehlo("EHLO"), NOOP, START, QUIT],
    bad_arguments: "501 Syntax error in parameters or arguments\r\n",
    otherwise: "530 Must issue a STARTTLS command first\r\n",
    unreadable: "500 Syntax error, command unrecognized\r\n",
    farewell: "421 {name} Closing, that was not understood\r\n",
};

pub(crate) const LMTP_SERVER: ServerTable = ServerTable {
    greeting: "220 {name} LMTP\r\n",
    commands: &[
        ehlo("LHLO"),
        // So that two ends that take each other for something else notice: RFC 2033 §4.1.
        unknown("HELO"),
        unknown("EHLO"),
        NOOP,
        START,
        QUIT,
    ],
    ..SERVER
};

const fn ehlo(verb: &'static str) -> Command {
    Command {
        verb,
        arguments: Arguments::Some,
        answer: "250-{name}\r\n250 STARTTLS\r\n",
        then: Then::Listen,
    }
}

const fn unknown(verb: &'static str) -> Command {
    Command {
        verb,
        arguments: Arguments::Any,
        answer: "500 This is LMTP, say LHLO\r\n",
        then: Then::Listen,
    }
}

const NOOP: Command = Command {
    verb: "NOOP",
    arguments: Arguments::Any,
    answer: "250 OK\r\n",
    then: Then::Listen,
};

/// Without parameters: RFC 3207 §4.
const START: Command = Command {
    verb: "STARTTLS",
    arguments: Arguments::None,
    answer: "220 Ready to start TLS\r\n",
    then: Then::StartTls,
};

const QUIT: Command = Command {
    verb: "QUIT",
    arguments: Arguments::None,
    answer: "221 {name} Closing\r\n",
    then: Then::Close,
};

/// A verb is a word of letters: RFC 5321 §4.1.1.
fn command(line: &[u8]) -> Heard<'_> {
    let (verb, arguments) = first_word(line);
    if verb.is_empty() || !verb.iter().all(u8::is_ascii_alphabetic) {
        return Heard::Unreadable;
    }
    Heard::Command(Said {
        tag: b"",
        verb,
        arguments,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_goes_on_after_a_hyphen_and_ends_after_a_space_or_nothing() {
        for (line, expected) in [
            (&b"220-mail.example\r\n"[..], Meaning::More),
            (b"220 mail.example\r\n", Meaning::Agreed),
            (b"220\r\n", Meaning::Agreed),
            (b"220 \r\n", Meaning::Agreed),
            (b"421 busy\r\n", Meaning::Refused),
            (b"554-no\r\n", Meaning::Refused),
            (b"250 OK\r\n", Meaning::Foreign),
            (b"2201\r\n", Meaning::Foreign),
            (b"22\r\n", Meaning::Foreign),
            (b"5x0 no\r\n", Meaning::Foreign),
            (b"\r\n", Meaning::Foreign),
            (b"* OK IMAP\r\n", Meaning::Foreign),
        ] {
            assert_eq!(reply(line, b"220").0, expected, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn a_server_called_starttls_does_not_offer_it() {
        assert!(extensions(b"250-STARTTLS hello\r\n", 0).offers.is_empty());
        assert_eq!(extensions(b"250-starttls\r\n", 1).offers, [b"starttls"]);
        assert_eq!(extensions(b"250 SIZE 35882577\r\n", 2).offers, [b"SIZE"]);
    }

    #[test]
    fn what_is_no_word_is_no_command() {
        for line in [
            &b"\r\n"[..],
            b" NOOP\r\n",
            b"EHLO\tx\r\n",
            b"G3T /\r\n",
            b"\xff\r\n",
        ] {
            assert_eq!(command(line), Heard::Unreadable, "{}", line.escape_ascii());
        }
    }
}
