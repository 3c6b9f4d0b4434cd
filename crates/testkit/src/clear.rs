//! What of a stream of records is in the clear, message by message: somebody in the middle of a
//! handshake of TLS 1.2 sees all of it up to the ChangeCipherSpec, and may change it.

use tessera_wire::codepoint::{ContentType, ProtocolVersion};
use tessera_wire::record::{HEADER_LEN, RecordHeader};

/// One handshake message, or one record of anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its type.
    pub content_type: ContentType,
    /// A message with its header, or a record without.
    pub bytes: Vec<u8>,
}

impl Piece {
    /// A piece of this type.
    pub fn new(content_type: ContentType, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            content_type,
            bytes: bytes.into(),
        }
    }

    /// A handshake message.
    pub fn message(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(ContentType::HANDSHAKE, bytes)
    }

    /// A ChangeCipherSpec.
    pub fn change_cipher_spec() -> Self {
        Self::new(ContentType::CHANGE_CIPHER_SPEC, [1])
    }
}

/// Hands whole records over piece by piece to be changed, and puts what is left into records, each
/// piece into one of its own. What comes behind a ChangeCipherSpec is sealed and left as it is.
pub fn edit(stream: &mut Vec<u8>, edit: impl FnOnce(&mut Vec<Piece>)) {
    let mut pieces = pieces(stream);
    edit(&mut pieces);
    stream.clear();
    for piece in pieces {
        let header = RecordHeader {
            content_type: piece.content_type,
            legacy_version: ProtocolVersion::TLS1_2,
            length: u16::try_from(piece.bytes.len()).unwrap_or(u16::MAX),
        };
        stream.extend(header.encode());
        stream.extend(piece.bytes);
    }
}

fn pieces(mut stream: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut sealed = false;
    while let Some((header, rest)) = stream.split_first_chunk::<HEADER_LEN>() {
        let header = RecordHeader::decode(header);
        let length = usize::from(header.length).min(rest.len());
        let (mut fragment, rest) = rest.split_at(length);
        stream = rest;
        if header.content_type == ContentType::HANDSHAKE && !sealed {
            while let Some(message) = first_message(fragment) {
                pieces.push(Piece::message(message));
                fragment = fragment.get(message.len()..).unwrap_or_default();
            }
        }
        if !fragment.is_empty() {
            pieces.push(Piece::new(header.content_type, fragment));
        }
        sealed |= header.content_type == ContentType::CHANGE_CIPHER_SPEC;
    }
    pieces
}

fn first_message(fragment: &[u8]) -> Option<&[u8]> {
    let [_, a, b, c] = *fragment.first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes([0, a, b, c])).ok()?;
    fragment.get(..4 + length)
}
