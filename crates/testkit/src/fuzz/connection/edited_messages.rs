//! Someone in the middle who has the keys: opens records, edits the messages in them and seals them again, so that
//! what each end does with a malicious peer's protected messages is reached. The keys are those of the key logs.

use tessera_wire::codepoint::{ContentType, HandshakeType};
use tessera_wire::extension::Extensions;
use tessera_wire::handshake::{Certificate, Handshake, NewSessionTicket};
use tessera_wire::record::MAX_PLAINTEXT;

use super::edited_hellos::edit_extensions;
use super::edited_records::{record, records};
use super::protection::Protection;
use super::scene::{self, Middle};
use super::script::{Edit, Script};
use crate::Direction;

/// A whole connection in which protected handshake messages are changed, lost, doubled, made up, moved to other
/// types of content and packed into records otherwise.
pub fn edited_messages(data: &[u8]) {
    let Some(script) = Script::read(data) else {
        return;
    };
    let mut editor = Editor {
        script: &script,
        passed: 0,
        to_server: Half::new(["CLIENT_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0"]),
        to_client: Half::new(["SERVER_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0"]),
    };
    scene::play(script.setting, &mut editor);
}

struct Editor<'a> {
    script: &'a Script<'a>,
    passed: usize,
    to_server: Half,
    to_client: Half,
}

/// One direction: as its sender protects it, and as its receiver must find it.
struct Half {
    labels: [&'static str; 2],
    opening: Option<Protection>,
    sealing: Option<Protection>,
    /// Handshake bytes that are no whole message yet.
    partial: Vec<u8>,
    /// A message that comes after the next one.
    held_back: Vec<u8>,
    /// Messages that share a record with the next one.
    joined: Vec<u8>,
}

impl Middle for Editor<'_> {
    const HAS_KEYS: bool = true;

    fn pass(&mut self, direction: Direction, sent: Vec<u8>, key_log: &[String]) -> Vec<u8> {
        let half = match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        };
        let mut arrives = Vec::new();
        for (content_type, fragment) in records(&sent) {
            match half.open(content_type, fragment, key_log) {
                None => arrives.extend(record(content_type, fragment)),
                Some((ContentType::HANDSHAKE, content)) => {
                    half.partial.extend(content);
                    while let Some(message) = half.message(key_log) {
                        let number = self.passed;
                        self.passed += 1;
                        arrives.extend(half.edited(self.script, number, message, key_log));
                    }
                }
                Some((content_type, content)) => {
                    arrives.extend(half.seal(content_type, &content, 0));
                }
            }
        }
        arrives
    }
}

impl Half {
    fn new(labels: [&'static str; 2]) -> Self {
        Self {
            labels,
            opening: None,
            sealing: None,
            partial: Vec::new(),
            held_back: Vec::new(),
            joined: Vec::new(),
        }
    }

    /// What is in a protected record; `None` if it is not protected.
    fn open(
        &mut self,
        content_type: ContentType,
        fragment: &[u8],
        key_log: &[String],
    ) -> Option<(ContentType, Vec<u8>)> {
        if content_type != ContentType::APPLICATION_DATA {
            return None;
        }
        if self.opening.is_none() {
            self.opening = Protection::logged(key_log, self.labels[0]);
            self.sealing = Protection::logged(key_log, self.labels[0]);
        }
        self.opening.as_mut()?.open(fragment)
    }

    /// The next whole message of the sender, who goes on with other keys behind some.
    fn message(&mut self, key_log: &[String]) -> Option<Vec<u8>> {
        let [_, a, b, c] = *self.partial.first_chunk()?;
        let end = 4 + usize::try_from(u32::from_be_bytes([0, a, b, c])).ok()?;
        let behind = (self.partial.len() >= end).then(|| self.partial.split_off(end))?;
        let message = std::mem::replace(&mut self.partial, behind);
        if let Some(keys) = after(&message, self.opening.as_ref(), self.labels[1], key_log) {
            self.opening = Some(keys);
        }
        Some(message)
    }

    /// The records that arrive for one message.
    fn edited(
        &mut self,
        script: &Script<'_>,
        number: usize,
        mut message: Vec<u8>,
        key_log: &[String],
    ) -> Vec<u8> {
        let mut arrives = Vec::new();
        let mut packing = Packing::default();
        for edit in script.of(number) {
            match edit.kind() {
                0..=7 => message = edit_message(script, message, edit),
                8 => message.clear(),
                9 => packing.times = 1 + usize::from(edit.value % 40),
                10 => packing.hold_back = true,
                11 => packing.split_at = 1 + usize::from(edit.position) % (1 << 14),
                12 => packing.content_type = ContentType(edit.value),
                13 => packing.padding = usize::from(edit.position) % (1 << 14),
                14 => packing.join = true,
                _ => {
                    let [content_type, _] = edit.position.to_be_bytes();
                    let content_type = ContentType(content_type);
                    arrives.extend(self.seal(content_type, &script.material(edit), 0));
                }
            }
        }
        let late = std::mem::take(&mut self.held_back);
        if packing.hold_back {
            self.held_back = message;
        } else {
            for _ in 0..packing.times {
                arrives.extend(self.pack(&message, packing, key_log));
            }
        }
        if !late.is_empty() {
            arrives.extend(self.pack(&late, Packing::default(), key_log));
        }
        arrives
    }

    fn pack(&mut self, message: &[u8], packing: Packing, key_log: &[String]) -> Vec<u8> {
        self.joined.extend_from_slice(message);
        if packing.join {
            return Vec::new();
        }
        let content = std::mem::take(&mut self.joined);
        let mut arrives = Vec::new();
        for piece in content.chunks(packing.split_at) {
            arrives.extend(self.seal(packing.content_type, piece, packing.padding));
        }
        if let Some(keys) = after(message, self.sealing.as_ref(), self.labels[1], key_log) {
            self.sealing = Some(keys);
        }
        arrives
    }

    fn seal(&mut self, content_type: ContentType, content: &[u8], padding: usize) -> Vec<u8> {
        match self.sealing.as_mut() {
            Some(sealing) => sealing.seal(content_type, content, padding),
            None => Vec::new(),
        }
    }
}

/// How a message is put into records.
#[derive(Clone, Copy)]
struct Packing {
    content_type: ContentType,
    split_at: usize,
    padding: usize,
    times: usize,
    hold_back: bool,
    join: bool,
}

impl Default for Packing {
    fn default() -> Self {
        Self {
            content_type: ContentType::HANDSHAKE,
            split_at: MAX_PLAINTEXT,
            padding: 0,
            times: 1,
            hold_back: false,
            join: false,
        }
    }
}

/// The keys behind a message, if it changes them.
fn after(
    message: &[u8],
    keys: Option<&Protection>,
    label: &str,
    key_log: &[String],
) -> Option<Protection> {
    match message.first().map(|msg_type| HandshakeType(*msg_type)) {
        Some(HandshakeType::FINISHED) => Protection::logged(key_log, label),
        Some(HandshakeType::KEY_UPDATE) => keys?.next(),
        _ => None,
    }
}

/// A message with one edit.
fn edit_message(script: &Script<'_>, mut message: Vec<u8>, edit: Edit) -> Vec<u8> {
    match (edit.kind(), Handshake::decode(&message)) {
        (0..=3, Ok(decoded)) => {
            let edited = edit_decoded(script, decoded, edit);
            edited.map_or(message, |edited| edited.encode())
        }
        (6, _) => {
            let made_up = with_header(edit.finer().wrapping_mul(2), &script.material(edit));
            [made_up, message].concat()
        }
        (7, _) => {
            script.alter(&mut message, edit);
            message
        }
        _ => {
            let msg_type = message.first().copied().unwrap_or_default();
            let mut body = message.get(4..).unwrap_or_default().to_vec();
            script.alter(&mut body, edit);
            with_header(msg_type, &body)
        }
    }
}

fn with_header(msg_type: u8, body: &[u8]) -> Vec<u8> {
    let [_, a, b, c] = u32::try_from(body.len()).unwrap_or_default().to_be_bytes();
    [&[msg_type, a, b, c], body].concat()
}

/// Edits by the message's own structure; `None` where it has none to speak of.
fn edit_decoded(script: &Script<'_>, mut message: Handshake, edit: Edit) -> Option<Handshake> {
    let extensions: &mut Extensions = match &mut message {
        Handshake::EncryptedExtensions(message) => &mut message.extensions,
        Handshake::CertificateRequest(message) => match edit.value % 4 {
            0 => {
                message.certificate_request_context = script.material(edit);
                return Some(Handshake::CertificateRequest(message.clone()));
            }
            _ => &mut message.extensions,
        },
        Handshake::Certificate(message) => match edit.value % 4 {
            0..=2 => {
                edit_certificate(script, message, edit);
                return Some(Handshake::Certificate(message.clone()));
            }
            _ => &mut message.certificate_list.first_mut()?.extensions,
        },
        Handshake::NewSessionTicket(message) => match edit.value % 4 {
            0..=2 => {
                edit_ticket(script, message, edit);
                return Some(Handshake::NewSessionTicket(message.clone()));
            }
            _ => &mut message.extensions,
        },
        _ => return None,
    };
    edit_extensions(script, extensions, edit);
    Some(message)
}

fn edit_certificate(script: &Script<'_>, message: &mut Certificate, edit: Edit) {
    match edit.value % 3 {
        0 => script.rearrange(&mut message.certificate_list, edit),
        1 => message.certificate_request_context = script.material(edit),
        _ => {
            if let Some(entry) = message.certificate_list.first_mut() {
                script.alter(&mut entry.cert_data, edit);
            }
        }
    }
}

fn edit_ticket(script: &Script<'_>, message: &mut NewSessionTicket, edit: Edit) {
    match edit.finer() % 4 {
        0 => message.ticket_lifetime = u32::from(edit.position) << (edit.value % 17),
        1 => message.ticket_nonce = script.material(edit),
        2 => message.ticket = script.material(edit),
        _ => script.alter(&mut message.ticket, edit),
    }
}
