//! A stream of bytes becomes records: where bytes enter.

use crate::fault::{NotTls, RecordError};
use tessera_wire::codepoint::ContentType;
use tessera_wire::record::{HEADER_LEN, MAX_CIPHERTEXT, MAX_PLAINTEXT, RecordHeader};

/// One whole record at the front of a buffer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) header: RecordHeader,
    /// Header and fragment together.
    pub(crate) len: usize,
}

/// Whether anything of the peer has been recognised as TLS yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Familiarity {
    /// The first record: look closely at what it might be instead.
    Stranger,
    /// It has spoken TLS before.
    Known,
    /// Its records are protected as TLS 1.2 does it: those of every type are longer for that.
    Sealed,
}

/// Looks for one whole record at the front of `buffer`. `None`: not all of it has come yet.
pub(crate) fn deframe(
    buffer: &[u8],
    familiarity: Familiarity,
) -> Result<Option<Frame>, RecordError> {
    if familiarity == Familiarity::Stranger {
        recognise(buffer)?;
    }
    let Some(head) = buffer.first_chunk::<HEADER_LEN>() else {
        return Ok(None);
    };
    let header = RecordHeader::decode(head);
    let longest = match header.content_type {
        ContentType::APPLICATION_DATA => MAX_CIPHERTEXT,
        ContentType::HANDSHAKE | ContentType::ALERT | ContentType::CHANGE_CIPHER_SPEC => {
            match familiarity {
                Familiarity::Sealed => MAX_CIPHERTEXT,
                Familiarity::Stranger | Familiarity::Known => MAX_PLAINTEXT,
            }
        }
        // RFC 9846 §5 (5).
        other => return Err(RecordError::UnexpectedType(other.0)),
    };
    // RFC 9846 §5.1 (15), §5.2 (2).
    let length = usize::from(header.length);
    if length > longest {
        return Err(RecordError::TooLarge);
    }
    let len = HEADER_LEN + length;
    Ok((buffer.len() >= len).then_some(Frame { header, len }))
}

/// RFC 9846 §5.1 tells us to ignore the record's version, so a stranger is known by its first
/// bytes: a good error here saves an hour of looking at a port that speaks something else.
fn recognise(buffer: &[u8]) -> Result<(), RecordError> {
    let [first, rest @ ..] = buffer else {
        return Ok(());
    };
    match *first {
        // RFC 5246 §E.1 (4).
        20..=23 => match rest.first() {
            Some(3) | None => Ok(()),
            Some(_) => Err(RecordError::NotTls(NotTls::Unknown)),
        },
        // SSL 2.0: two bytes of length with the high bit set, then msg_type 1 (RFC 5246 §E.2). It
        // leads to nothing here: RFC 9846 §E.5 (5).
        length if length & 0x80 != 0 => match rest.get(1) {
            Some(1) => Err(RecordError::NotTls(NotTls::Ssl2)),
            Some(_) => Err(RecordError::NotTls(NotTls::Unknown)),
            None => Ok(()),
        },
        _ => not_http_yet(buffer),
    }
}

/// Waits while the bytes may still become HTTP: what a stranger is called must not depend on how they come in.
fn not_http_yet(buffer: &[u8]) -> Result<(), RecordError> {
    const STARTS: [&[u8]; 8] = [
        b"GET ", b"POST", b"HEAD", b"PUT ", b"CONN", b"OPTI", b"PRI ", b"HTTP",
    ];
    if STARTS.iter().any(|start| buffer.starts_with(start)) {
        Err(RecordError::NotTls(NotTls::Http))
    } else if STARTS.iter().any(|start| start.starts_with(buffer)) {
        Ok(())
    } else {
        Err(RecordError::NotTls(NotTls::Unknown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_found_once_its_last_byte_is_there() {
        let whole = [22, 3, 1, 0, 2, 9, 9];
        for cut in 0..whole.len() {
            assert!(
                matches!(deframe(&whole[..cut], Familiarity::Stranger), Ok(None)),
                "cut at {cut}"
            );
        }
        let frame = deframe(&whole, Familiarity::Stranger)
            .ok()
            .flatten()
            .expect("it is whole");
        assert_eq!(frame.len, 7);
    }

    #[test]
    fn a_record_over_the_limit_is_refused_by_its_header_alone() {
        // RFC 9846 §5.1 (15), §5.2 (2).
        assert_eq!(
            deframe(&[23, 3, 3, 0x41, 0x01], Familiarity::Known).err(),
            Some(RecordError::TooLarge)
        );
        assert!(matches!(
            deframe(&[23, 3, 3, 0x41, 0x00], Familiarity::Known),
            Ok(None)
        ));
        assert_eq!(
            deframe(&[22, 3, 3, 0x40, 0x01], Familiarity::Known).err(),
            Some(RecordError::TooLarge)
        );
    }

    #[test]
    fn strangers_are_told_apart() {
        // RFC 9846 §5 (5), §E.5 (5).
        let http = deframe(b"GET / HTTP/1.1", Familiarity::Stranger).err();
        assert_eq!(http, Some(RecordError::NotTls(NotTls::Http)));
        let ssl2 = deframe(&[0x80, 0x2e, 1, 0, 2], Familiarity::Stranger).err();
        assert_eq!(ssl2, Some(RecordError::NotTls(NotTls::Ssl2)));
        assert_eq!(
            deframe(b"SSH-2.0", Familiarity::Stranger).err(),
            Some(RecordError::NotTls(NotTls::Unknown))
        );
        assert_eq!(
            deframe(&[99, 3, 3, 0, 1], Familiarity::Known).err(),
            Some(RecordError::UnexpectedType(99))
        );
    }

    #[test]
    fn a_stranger_is_called_the_same_whatever_comes_first() {
        for (bytes, problem) in [
            (&b"GEOMETRY"[..], NotTls::Unknown),
            (b"GET / HTTP/1.1", NotTls::Http),
        ] {
            let first = (1..=bytes.len())
                .find_map(|len| deframe(&bytes[..len], Familiarity::Stranger).err());
            let whole = deframe(bytes, Familiarity::Stranger).err();
            assert_eq!(first, whole);
            assert_eq!(whole, Some(RecordError::NotTls(problem)));
        }
    }
}
