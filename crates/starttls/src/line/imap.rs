//! IMAP (RFC 9051; what is said here is the same in RFC 3501).

use super::{
    Answer, Arguments, ClientTable, Command, Exchange, Heard, Meaning, Said, ServerTable,
    first_word, words,
};
use crate::dialogue::Then;
use crate::limits;

pub(crate) const CLIENT: ClientTable = ClientTable {
    line_limit: limits::IMAP_LINE,
    exchanges: &[
        Exchange {
            say: "",
            expect: "a greeting with * OK",
            read: |line, _| greeting(line),
            needs: None,
        },
        // Asked even where the greeting has a list: one way is enough.
        Exchange {
            say: "a1 CAPABILITY\r\n",
            expect: "a1 OK and what the server can do",
            read: |line, _| answer(line, b"a1"),
            needs: Some("STARTTLS"),
        },
        Exchange {
            say: "a2 STARTTLS\r\n",
            expect: "a2 OK to STARTTLS",
            read: |line, _| answer(line, b"a2"),
            needs: None,
        },
    ],
};

/// RFC 9051 §7.1.4 about PREAUTH: who wants TLS closes the connection. The trick is that of CVE-2014-2567.
fn greeting(line: &[u8]) -> Answer<'_> {
    let meaning = match first_word(line) {
        (b"*", rest) => status(rest).unwrap_or(Meaning::Foreign),
        _ => Meaning::Foreign,
    };
    Answer::only(meaning)
}

/// A line of the answer to the command with this tag. Servers may say other things in between, none of which concern us.
fn answer<'a>(line: &'a [u8], tag: &[u8]) -> Answer<'a> {
    let (first, rest) = first_word(line);
    let (word, list) = first_word(rest);
    let meaning = match first {
        b"*" if word.eq_ignore_ascii_case(b"CAPABILITY") => {
            return Answer {
                meaning: Meaning::More,
                offers: words(list).collect(),
            };
        }
        // A literal: what follows is no line, and nothing that is said here has one (RFC 9051 §4.3).
        b"*" if ends_in_literal(line) => Meaning::Foreign,
        b"*" => match status(rest) {
            Some(meaning @ (Meaning::Refused | Meaning::Preauthenticated)) if !is_no(word) => {
                meaning
            }
            _ => Meaning::More,
        },
        _ if first == tag => match status(rest) {
            Some(meaning @ (Meaning::Agreed | Meaning::Refused)) => meaning,
            _ => Meaning::Foreign,
        },
        _ => Meaning::Foreign,
    };
    Answer::only(meaning)
}

/// The status responses of RFC 9051 §7.1.
fn status(text: &[u8]) -> Option<Meaning> {
    let word = first_word(text).0;
    let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
    if is("OK") {
        Some(Meaning::Agreed)
    } else if is_no(word) || is("BYE") {
        Some(Meaning::Refused)
    } else if is("PREAUTH") {
        Some(Meaning::Preauthenticated)
    } else {
        None
    }
}

/// Untagged, these two are warnings that belong to no command: RFC 9051 §7.1.2 and §7.1.3.
fn is_no(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"NO") || word.eq_ignore_ascii_case(b"BAD")
}

pub(crate) const SERVER: ServerTable = ServerTable {
    line_limit: limits::IMAP_LINE,
    greeting: "* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] {name} ready\r\n",
    read: command,
    commands: &[
        Command {
            verb: "CAPABILITY",
            arguments: Arguments::None,
            answer: "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n{tag} OK CAPABILITY completed\r\n",
            then: Then::Listen,
        },
        Command {
            verb: "NOOP",
            arguments: Arguments::None,
            answer: "{tag} OK NOOP completed\r\n",
            then: Then::Listen,
        },
        Command {
            verb: "STARTTLS",
            arguments: Arguments::None,
            answer: "{tag} OK Begin TLS negotiation now\r\n",
            then: Then::StartTls,
        },
        Command {
            verb: "LOGOUT",
            arguments: Arguments::None,
            answer: "* BYE {name} closing\r\n{tag} OK LOGOUT completed\r\n",
            then: Then::Close,
        },
        login("LOGIN"),
        login("AUTHENTICATE"),
    ],
    bad_arguments: "{tag} BAD This command has no arguments\r\n",
    otherwise: "{tag} BAD Unknown command, or not before STARTTLS and login\r\n",
    unreadable: "* BAD No tag, or no command\r\n",
    farewell: "* BYE Closing, that was not understood\r\n",
};

/// Refused with the code of RFC 5530 §3, whatever the arguments are.
const fn login(verb: &'static str) -> Command {
    Command {
        verb,
        arguments: Arguments::Any,
        answer: "{tag} NO [PRIVACYREQUIRED] Not before STARTTLS\r\n",
        then: Then::Listen,
    }
}

fn command(line: &[u8]) -> Heard<'_> {
    if announces_literal(line) {
        return Heard::Foreign;
    }
    let (tag, rest) = first_word(line);
    let (verb, arguments) = first_word(rest);
    if tag.is_empty() || verb.is_empty() || !tag.iter().copied().all(may_be_in_tag) {
        return Heard::Unreadable;
    }
    Heard::Command(Said {
        tag,
        verb,
        arguments,
    })
}

/// `tag` in RFC 9051 §9: no control characters, nothing that means something elsewhere.
const fn may_be_in_tag(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(byte, b'(' | b')' | b'{' | b'%' | b'*' | b'"' | b'\\' | b'+')
}

/// Whether a server's line ends in `{17}`.
fn ends_in_literal(line: &[u8]) -> bool {
    literal(line).is_some_and(|count| count.iter().all(u8::is_ascii_digit))
}

/// Whether a client's line ends in `{17+}`: then what follows comes unasked and is no line (RFC 9051 §4.3). Of the plain `{17}` a
/// client waits to hear whether we want it, and our refusal says no.
fn announces_literal(line: &[u8]) -> bool {
    literal(line).is_some_and(|count| match count {
        [digits @ .., b'+'] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    })
}

/// What stands in the braces at the end of a line.
fn literal(line: &[u8]) -> Option<&[u8]> {
    let line = line.trim_ascii_end().strip_suffix(b"}")?;
    let open = line.iter().rposition(|byte| *byte == b'{')?;
    line.get(open + 1..).filter(|count| !count.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_is_ok_or_the_end() {
        for (line, expected) in [
            (
                &b"* OK [CAPABILITY IMAP4rev1] ready\r\n"[..],
                Meaning::Agreed,
            ),
            (b"* ok\r\n", Meaning::Agreed),
            (b"* PREAUTH welcome back\r\n", Meaning::Preauthenticated),
            (b"* preauth\r\n", Meaning::Preauthenticated),
            (b"* BYE too many connections\r\n", Meaning::Refused),
            (b"* OKAY\r\n", Meaning::Foreign),
            (b"OK\r\n", Meaning::Foreign),
            (b"220 mail.example ESMTP\r\n", Meaning::Foreign),
            (b"\r\n", Meaning::Foreign),
        ] {
            assert_eq!(greeting(line).meaning, expected, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn an_answer_ends_with_its_tag_and_what_comes_before_changes_nothing() {
        for (line, expected) in [
            (&b"a1 OK done\r\n"[..], Meaning::Agreed),
            (b"a1 NO not now\r\n", Meaning::Refused),
            (b"a1 BAD what\r\n", Meaning::Refused),
            (b"a1 BYE\r\n", Meaning::Refused),
            (b"a1 PREAUTH\r\n", Meaning::Foreign),
            (b"a1 EH\r\n", Meaning::Foreign),
            (b"A1 OK done\r\n", Meaning::Foreign),
            (b"a2 OK done\r\n", Meaning::Foreign),
            (b"+ go on\r\n", Meaning::Foreign),
            (b"* OK still here\r\n", Meaning::More),
            (b"* NO disk is nearly full\r\n", Meaning::More),
            (b"* BAD what was that\r\n", Meaning::More),
            (b"* 23 EXISTS\r\n", Meaning::More),
            (b"* BYE shutting down\r\n", Meaning::Refused),
            (b"* PREAUTH now we are\r\n", Meaning::Preauthenticated),
            (b"* 1 FETCH (BODY[] {12}\r\n", Meaning::Foreign),
        ] {
            assert_eq!(
                answer(line, b"a1").meaning,
                expected,
                "{}",
                line.escape_ascii()
            );
        }
    }

    #[test]
    fn capabilities_are_the_words_of_their_line() {
        let line = b"* CAPABILITY IMAP4rev1  SASL-IR STARTTLS\r\n";
        let offers: [&[u8]; 3] = [b"IMAP4rev1", b"SASL-IR", b"STARTTLS"];
        assert_eq!(answer(line, b"a1").offers, offers);
        // What is said of them elsewhere is not the answer to the question.
        assert!(
            answer(b"* OK [CAPABILITY STARTTLS]\r\n", b"a1")
                .offers
                .is_empty()
        );
    }

    #[test]
    fn a_command_has_a_tag_that_can_be_repeated() {
        let said = Said {
            tag: b".",
            verb: b"CAPABILITY",
            arguments: b"",
        };
        assert_eq!(command(b". CAPABILITY\r\n"), Heard::Command(said));
        for line in [
            &b"\r\n"[..],
            b"CAPABILITY\r\n",
            b"* CAPABILITY\r\n",
            b"+ CAPABILITY\r\n",
            b"{tag} NOOP\r\n",
            b"\xffa NOOP\r\n",
            b" a NOOP\r\n",
        ] {
            assert_eq!(command(line), Heard::Unreadable, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn a_literal_that_comes_unasked_is_not_taken_for_commands() {
        for (line, foreign) in [
            (&b"a LOGIN {5+}\r\n"[..], true),
            (b"a LOGIN {5-}\r\n", false),
            (b"a LOGIN {5}\r\n", false),
            (b"a LOGIN {+}\r\n", true),
            (b"a LOGIN {x+}\r\n", false),
            (b"a LOGIN 5+}\r\n", false),
        ] {
            assert_eq!(
                command(line) == Heard::Foreign,
                foreign,
                "{}",
                line.escape_ascii()
            );
        }
    }
}
