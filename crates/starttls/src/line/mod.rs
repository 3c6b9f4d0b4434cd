//! Protocols that talk in lines: each is two tables, one for each side, in a file of its own.

mod client;
pub(crate) mod imap;
mod server;
pub(crate) mod smtp;

pub(crate) use client::{Answer, Client, ClientTable, Exchange, Meaning};
pub(crate) use server::{Arguments, Command, Heard, Said, Server, ServerTable};

use crate::dialogue::Extent;

/// Lines end with CR LF, and neither stands anywhere else (RFC 5321 §2.3.8): where two ends disagree on what ends a line,
/// somebody between them can say something to one of them only. Other control characters belong in no line either;
/// the first byte of a ClientHello is one, so whoever speaks TLS from the start is told at once.
pub(crate) const fn extent(bytes: &[u8]) -> Extent {
    match bytes {
        [.., b'\r', b'\n'] => Extent::Whole,
        [.., b'\r', _] | [.., b'\n'] => Extent::Foreign,
        [.., b'\r' | b'\t' | 0x20..=0x7e | 0x80..=0xff] | [] => Extent::Part,
        [.., _] => Extent::Foreign,
    }
}

/// Puts our name and the command's tag where a table has `{name}` and `{tag}`. What is put in is not looked at again.
fn fill(template: &str, name: &str, tag: &[u8]) -> Vec<u8> {
    let mut filled = Vec::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        filled.extend_from_slice(before.as_bytes());
        match behind.split_once('}') {
            Some(("name", behind)) => {
                filled.extend_from_slice(name.as_bytes());
                rest = behind;
            }
            Some(("tag", behind)) => {
                filled.extend_from_slice(tag);
                rest = behind;
            }
            _ => {
                filled.push(b'{');
                rest = behind;
            }
        }
    }
    filled.extend_from_slice(rest.as_bytes());
    filled
}

/// The words of a line.
fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
}

/// The first word, and what follows it without the white space around it.
fn first_word(text: &[u8]) -> (&[u8], &[u8]) {
    let text = text.trim_ascii_end();
    let end = text.iter().position(|byte| *byte == b' ');
    let (word, rest) = end
        .and_then(|end| text.split_at_checked(end))
        .unwrap_or((text, &[]));
    (word, rest.trim_ascii_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_with_cr_lf_and_has_neither_inside() {
        for (bytes, expected) in [
            (&b""[..], Extent::Part),
            (b"NOOP", Extent::Part),
            (b"NO\tOP \xc3\xa4~", Extent::Part),
            (b"NOOP\r", Extent::Part),
            (b"NOOP\r\n", Extent::Whole),
            (b"\r\n", Extent::Whole),
            (b"NOOP\n", Extent::Foreign),
            (b"\n", Extent::Foreign),
            (b"NOOP\rQ", Extent::Foreign),
            (b"NOOP\r\r", Extent::Foreign),
            (b"\x16", Extent::Foreign),
            (b"NO\0", Extent::Foreign),
            (b"NO\x7f", Extent::Foreign),
        ] {
            assert_eq!(extent(bytes), expected, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_tag_that_looks_like_a_place_for_the_name_stays_as_it_is() {
        let filled = fill("{tag} OK {name} {x} {\r\n", "here", b"{name}");
        assert_eq!(filled, b"{name} OK here {x} {\r\n");
    }

    #[test]
    fn a_line_is_split_into_its_first_word_and_the_rest() {
        for (line, word, rest) in [
            (
                &b"EHLO  client.example \r\n"[..],
                &b"EHLO"[..],
                &b"client.example"[..],
            ),
            (b"STARTTLS \r\n", b"STARTTLS", b""),
            (b"\r\n", b"", b""),
            (b" NOOP\r\n", b"", b"NOOP"),
        ] {
            assert_eq!(first_word(line), (word, rest));
        }
    }
}
