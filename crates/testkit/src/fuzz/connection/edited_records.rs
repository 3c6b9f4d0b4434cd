//! Someone in the middle who edits records, whatever is in them.

use tessera_wire::codepoint::{ContentType, ProtocolVersion};
use tessera_wire::record::{HEADER_LEN, MAX_CIPHERTEXT, RecordHeader};

use super::scene::{self, Middle};
use super::script::{Edit, Script};
use crate::{Direction, End};

/// A whole connection whose records are changed, lost, doubled, held back, split and made up on their way.
pub fn edited_records(data: &[u8]) {
    let Some(script) = Script::read(data) else {
        return;
    };
    let editor = Editor {
        script: &script,
        passed: 0,
        held_back: [Vec::new(), Vec::new()],
    };
    let (link, _) = scene::play(script.setting, |_| editor);
    scene::agreed(&link);
    scene::nothing_made_up(&link);
}

struct Editor<'a> {
    script: &'a Script<'a>,
    passed: usize,
    /// What comes after the next record of its direction.
    held_back: [Vec<u8>; 2],
}

impl Middle for Editor<'_> {
    const HAS_KEYS: bool = false;

    fn pass(&mut self, direction: Direction, sent: &[u8], _: &End, _: &End) -> Vec<u8> {
        let mut arrives = Vec::new();
        for (content_type, fragment) in records(sent) {
            let held_back = match direction {
                Direction::ToServer => &mut self.held_back[0],
                Direction::ToClient => &mut self.held_back[1],
            };
            let late = std::mem::take(held_back);
            let mut edited = record(content_type, fragment);
            for edit in self.script.of(self.passed) {
                edited = edit_record(self.script, edited, edit, held_back);
            }
            self.passed += 1;
            arrives.extend(edited);
            arrives.extend(late);
        }
        arrives
    }
}

/// What comes instead of a record: nothing, another, or several.
fn edit_record(
    script: &Script<'_>,
    whole: Vec<u8>,
    edit: Edit,
    held_back: &mut Vec<u8>,
) -> Vec<u8> {
    let Some((content_type, fragment)) = records(&whole).next() else {
        return whole;
    };
    let mut fragment = fragment.to_vec();
    match edit.kind() {
        0..=5 => {
            script.alter(&mut fragment, edit);
            record(content_type, &fragment)
        }
        6 => {
            let mut header = whole[..HEADER_LEN].to_vec();
            script.alter(&mut header, edit);
            [header, fragment].concat()
        }
        7 => {
            let mut whole = whole;
            script.alter(&mut whole, edit);
            whole
        }
        8 => Vec::new(),
        9 => [whole.as_slice(), &whole].concat(),
        10 => {
            held_back.extend(whole);
            Vec::new()
        }
        11 | 12 => {
            let at = usize::from(edit.position) % (fragment.len() + 1);
            let (front, back) = fragment.split_at(at);
            [record(content_type, front), record(content_type, back)].concat()
        }
        13 => record(ContentType(edit.value), &fragment),
        14 => {
            let [content_type, _] = edit.position.to_be_bytes();
            [
                record(ContentType(content_type), &script.material(edit)),
                whole,
            ]
            .concat()
        }
        _ => {
            let many = [record(content_type, &script.material(edit)), whole];
            many.concat().repeat(usize::from(edit.value % 8))
        }
    }
}

/// The records of a stream that is made of whole ones.
pub(super) fn records(mut stream: &[u8]) -> impl Iterator<Item = (ContentType, &[u8])> {
    std::iter::from_fn(move || {
        let (header, rest) = stream.split_first_chunk::<HEADER_LEN>()?;
        let header = RecordHeader::decode(header);
        let (fragment, rest) = rest.split_at_checked(usize::from(header.length))?;
        stream = rest;
        Some((header.content_type, fragment))
    })
}

/// One record, of as much as fits into one.
pub(super) fn record(content_type: ContentType, fragment: &[u8]) -> Vec<u8> {
    let fragment = &fragment[..fragment.len().min(MAX_CIPHERTEXT)];
    let header = RecordHeader {
        content_type,
        legacy_version: ProtocolVersion::TLS1_2,
        length: u16::try_from(fragment.len()).unwrap_or(u16::MAX),
    };
    [header.encode().as_slice(), fragment].concat()
}
