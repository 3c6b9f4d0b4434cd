//! Someone in the middle who has the keys: opens records, edits the messages in them and seals them again, so that
//! what each end does with a malicious peer's protected messages is reached.

use tessera_session::Side;
use tessera_wire::codepoint::{ContentType, HandshakeType, ProtocolVersion};
use tessera_wire::record::MAX_PLAINTEXT;

use super::edited_records::{record, records};
use super::message_edits::{TYPES, edit_structure, frame, framed};
use super::proofs::{Proofs, Receiver, is_proof};
use super::protection::{Epoch, Protection};
use super::scene::{self, Middle};
use super::script::{Edit, Script};
use super::view::View;
use crate::fuzz::handshake::with_header;
use crate::{Direction, End};

/// A whole connection in which handshake messages are changed, lost, doubled, made up, moved to other types of content
/// and packed into records otherwise, by someone who has the traffic keys and no others: two ends that are both
/// established have had the same handshake.
pub fn edited_messages(data: &[u8]) {
    if let Some(script) = Script::read(data) {
        let (link, _) = scene::play(script.setting, |_| Editor::new(&script, None));
        scene::agreed(&link);
    }
}

/// The same at the hands of both peers themselves, each with its certificate's key and the session's secret: what is
/// changed is signed, authenticated and bound again, so that each end is told another story and goes on with it.
/// No end accepts a proof that is not the one an honest peer would have made.
pub fn mutating_peer(data: &[u8]) {
    if let Some(script) = Script::read(data) {
        let (link, editor) = scene::play(script.setting, |scene| {
            let proofs = Proofs::new(script.setting.version(), scene.world, scene.psk.clone());
            Editor::new(&script, Some(proofs))
        });
        editor.to_server.nothing_forged(&link.server);
        editor.to_client.nothing_forged(&link.client);
    }
}

struct Editor<'a> {
    script: &'a Script<'a>,
    proofs: Option<Proofs>,
    passed: usize,
    to_server: Half,
    to_client: Half,
    client: View,
    server: View,
}

impl<'a> Editor<'a> {
    fn new(script: &'a Script<'a>, proofs: Option<Proofs>) -> Self {
        let version = script.setting.version();
        Self {
            script,
            proofs,
            passed: 0,
            to_server: Half::new(Side::Client, version),
            to_client: Half::new(Side::Server, version),
            client: View::new(version),
            server: View::new(version),
        }
    }
}

impl Middle for Editor<'_> {
    const HAS_KEYS: bool = true;

    fn pass(&mut self, direction: Direction, sent: &[u8], from: &End, to: &End) -> Vec<u8> {
        let (half, sender, receiver) = match direction {
            Direction::ToServer => (&mut self.to_server, &mut self.client, &mut self.server),
            Direction::ToClient => (&mut self.to_client, &mut self.server, &mut self.client),
        };
        let mut way = Way {
            script: self.script,
            proofs: self.proofs.as_ref(),
            half,
            sender,
            receiver,
            from,
            to,
        };
        let mut arrives = Vec::new();
        for (content_type, fragment) in records(sent) {
            for item in way.open(content_type, fragment) {
                match item.content_type {
                    ContentType::HANDSHAKE | ContentType::CHANGE_CIPHER_SPEC => {
                        arrives.extend(way.edited(self.passed, item));
                        self.passed += 1;
                    }
                    _ => arrives.extend(way.seal(item.content_type, &item.content, 0)),
                }
            }
        }
        arrives
    }
}

/// One direction: as its sender protects it, and as its receiver must find it.
struct Half {
    sender: Side,
    version: ProtocolVersion,
    opening: Option<Protection>,
    sealing: Option<Protection>,
    /// TLS 1.3: whether the sender's Finished is behind us.
    finished: bool,
    /// Keys the receiver may not have yet when the ones before them have had their last record.
    next_sealing: Option<Epoch>,
    /// Handshake bytes that are no whole message yet.
    partial: Vec<u8>,
    /// An item that comes after the next one.
    held_back: Option<Item>,
    /// Items that share a record with the next one.
    joined: Vec<u8>,
    /// How many handshakes the receiver had completed when a false proof was on its way to it.
    forged_at: Option<Completed>,
}

/// Handshakes an end has completed: none, or one and so many renegotiations.
type Completed = Option<u32>;

/// A handshake message, a ChangeCipherSpec, or what else a record held.
struct Item {
    content_type: ContentType,
    content: Vec<u8>,
}

impl Half {
    const fn new(sender: Side, version: ProtocolVersion) -> Self {
        Self {
            sender,
            version,
            opening: None,
            sealing: None,
            finished: false,
            next_sealing: None,
            partial: Vec::new(),
            held_back: None,
            joined: Vec::new(),
            forged_at: None,
        }
    }

    /// A receiver of a false proof has not completed the handshake it was for.
    fn nothing_forged(&self, receiver: &End) {
        if let Some(completed) = self.forged_at {
            assert_eq!(
                completed,
                scene::completed(receiver),
                "a false proof was accepted"
            );
        }
    }
}

/// One direction, for as long as a record is on its way.
struct Way<'a> {
    script: &'a Script<'a>,
    proofs: Option<&'a Proofs>,
    half: &'a mut Half,
    sender: &'a mut View,
    receiver: &'a mut View,
    from: &'a End,
    to: &'a End,
}

impl Way<'_> {
    /// What is in a record: whole messages, or whatever else it holds.
    fn open(&mut self, content_type: ContentType, fragment: &[u8]) -> Vec<Item> {
        let tls13 = self.half.version == ProtocolVersion::TLS1_3;
        if tls13 && content_type == ContentType::APPLICATION_DATA && self.half.opening.is_none() {
            self.sender_goes_on(Epoch::Handshake);
        }
        // TLS 1.3 has its ChangeCipherSpec in the clear, where it means nothing.
        let protected = !tls13 || content_type == ContentType::APPLICATION_DATA;
        let opened = match &mut self.half.opening {
            Some(opening) if protected => opening.open(content_type, fragment),
            _ => Some((content_type, fragment.to_vec())),
        };
        match opened {
            Some((ContentType::HANDSHAKE, content)) => {
                self.half.partial.extend(content);
                std::iter::from_fn(|| self.message()).collect()
            }
            Some((content_type, content)) => {
                if content_type == ContentType::CHANGE_CIPHER_SPEC && !tls13 {
                    self.sender_goes_on(Epoch::Latest);
                }
                vec![Item {
                    content_type,
                    content,
                }]
            }
            None => panic!("a sender's record does not open under its own keys"),
        }
    }

    /// The next whole message of the sender.
    fn message(&mut self) -> Option<Item> {
        let end = frame(&self.half.partial)?;
        let behind = (self.half.partial.len() >= end).then(|| self.half.partial.split_off(end))?;
        let content = std::mem::replace(&mut self.half.partial, behind);
        self.sender.note(self.half.sender, &content);
        if self.half.version == ProtocolVersion::TLS1_3 {
            match content.first().map(|msg_type| HandshakeType(*msg_type)) {
                Some(HandshakeType::FINISHED) if !self.half.finished => {
                    self.half.finished = true;
                    self.sender_goes_on(Epoch::Application);
                }
                Some(HandshakeType::KEY_UPDATE) => {
                    let next = self.half.opening.as_ref().and_then(Protection::next);
                    self.half.opening = next;
                }
                _ => {}
            }
        }
        Some(Item {
            content_type: ContentType::HANDSHAKE,
            content,
        })
    }

    fn sender_goes_on(&mut self, epoch: Epoch) {
        self.half.opening = Protection::of(epoch, self.half.sender, self.from, self.sender);
        if let Epoch::Handshake = epoch {
            self.half.next_sealing = Some(epoch);
        }
    }

    /// The records that arrive for one item.
    fn edited(&mut self, number: usize, mut item: Item) -> Vec<u8> {
        let mut arrives = Vec::new();
        let mut packing = Packing::of(item.content_type);
        let is_message = item.content_type == ContentType::HANDSHAKE;
        if is_message {
            for edit in self.script.of(number).filter(|edit| edit.kind() <= 3) {
                let edited = edit_structure(self.half.version, self.script, &item.content, edit);
                item.content = edited.unwrap_or(item.content);
            }
            item.content = self.renewed(item.content);
        }
        let honest = item.content.clone();
        for edit in self.script.of(number) {
            match edit.kind() {
                0..=3 => {}
                4..=7 => item.content = edit_bytes(self.script, item.content, edit),
                8 => item.content.clear(),
                9 => packing.times = 1 + usize::from(edit.value % 40),
                10 => packing.hold_back = true,
                11 => packing.split_at = 1 + usize::from(edit.position) % (1 << 14),
                12 => packing.content_type = ContentType(edit.value),
                13 => packing.padding = usize::from(edit.position) % (1 << 14),
                14 => packing.join = true,
                _ => {
                    let [content_type, _] = edit.position.to_be_bytes();
                    let content_type = ContentType(content_type);
                    arrives.extend(self.seal(content_type, &self.script.material(edit), 0));
                }
            }
        }
        if is_message && is_proof(&honest) && is_other_body(&honest, &item.content) {
            self.half.forged_at = Some(scene::completed(self.to));
        }
        let late = self.half.held_back.take();
        if packing.hold_back {
            self.half.held_back = Some(item);
        } else {
            for _ in 0..packing.times {
                arrives.extend(self.pack(&item.content, packing));
            }
        }
        if let Some(late) = late {
            arrives.extend(self.pack(&late.content, Packing::of(late.content_type)));
        }
        arrives
    }

    /// The message as the receiver wants it, if there is somebody to make it so.
    fn renewed(&mut self, message: Vec<u8>) -> Vec<u8> {
        let Some(proofs) = self.proofs else {
            return message;
        };
        self.receiver_goes_on();
        let to = Receiver {
            view: self.receiver,
            key_log: &self.to.key_log,
            traffic: self.half.sealing.as_ref().and_then(Protection::secret),
        };
        proofs.renew(self.half.sender, message, &to)
    }

    fn pack(&mut self, content: &[u8], packing: Packing) -> Vec<u8> {
        self.half.joined.extend_from_slice(content);
        if packing.content_type == ContentType::HANDSHAKE {
            let receiver = &mut *self.receiver;
            framed(content).for_each(|message| receiver.note(self.half.sender, message));
        }
        // What is passed off as something else is not put in front of messages: it would become one of them unnoted.
        if packing.join && packing.content_type == ContentType::HANDSHAKE {
            return Vec::new();
        }
        let content = std::mem::take(&mut self.half.joined);
        let mut arrives = Vec::new();
        for piece in content.chunks(packing.split_at) {
            arrives.extend(self.seal(packing.content_type, piece, packing.padding));
        }
        match (self.half.version, packing.content_type) {
            (ProtocolVersion::TLS1_3, ContentType::HANDSHAKE) => {
                framed(&content).for_each(|message| self.changes_keys(message));
            }
            (ProtocolVersion::TLS1_2, ContentType::CHANGE_CIPHER_SPEC) => {
                self.half.next_sealing = Some(Epoch::Latest);
            }
            _ => {}
        }
        arrives
    }

    /// TLS 1.3: what comes behind a message that is on its way is under other keys, if it is one of these.
    fn changes_keys(&mut self, message: &[u8]) {
        match message.first().map(|msg_type| HandshakeType(*msg_type)) {
            // A late authentication ends with one, too, and changes no keys.
            Some(HandshakeType::FINISHED) if scene::completed(self.to).is_none() => {
                self.half.next_sealing = Some(Epoch::Application);
            }
            Some(HandshakeType::KEY_UPDATE) => {
                let next = self.half.sealing.as_ref().and_then(Protection::next);
                self.half.sealing = next;
            }
            _ => {}
        }
    }

    /// Takes the next keys as soon as the receiver has them.
    fn receiver_goes_on(&mut self) {
        let next = self.half.next_sealing;
        let keys =
            next.and_then(|epoch| Protection::of(epoch, self.half.sender, self.to, self.receiver));
        if let Some(keys) = keys {
            (self.half.sealing, self.half.next_sealing) = (Some(keys), None);
        }
    }

    fn seal(&mut self, content_type: ContentType, content: &[u8], padding: usize) -> Vec<u8> {
        // What TLS 1.3 sends in the clear stays so.
        let clear = self.half.version == ProtocolVersion::TLS1_3
            && content_type == ContentType::CHANGE_CIPHER_SPEC;
        self.receiver_goes_on();
        match self.half.sealing.as_mut() {
            Some(sealing) if !clear => sealing.seal(content_type, content, padding),
            _ => record(content_type, content),
        }
    }
}

/// How an item is put into records.
#[derive(Clone, Copy)]
struct Packing {
    content_type: ContentType,
    split_at: usize,
    padding: usize,
    times: usize,
    hold_back: bool,
    join: bool,
}

impl Packing {
    const fn of(content_type: ContentType) -> Self {
        Self {
            content_type,
            split_at: MAX_PLAINTEXT,
            padding: 0,
            times: 1,
            hold_back: false,
            join: false,
        }
    }
}

/// An item with one edit that respects no structure but the header.
fn edit_bytes(script: &Script<'_>, mut content: Vec<u8>, edit: Edit) -> Vec<u8> {
    match edit.kind() {
        6 => {
            let msg_type = TYPES[usize::from(edit.finer()) % TYPES.len()];
            [with_header(msg_type, &script.material(edit)), content].concat()
        }
        7 => {
            script.alter(&mut content, edit);
            content
        }
        _ => {
            let msg_type = content.first().copied().unwrap_or_default();
            let mut body = content.get(4..).unwrap_or_default().to_vec();
            script.alter(&mut body, edit);
            with_header(HandshakeType(msg_type), &body)
        }
    }
}

/// Whether the second is a message of the first one's type and says something else.
fn is_other_body(honest: &[u8], sent: &[u8]) -> bool {
    honest.first() == sent.first() && honest != sent && frame(sent) == Some(sent.len())
}

#[cfg(test)]
mod tests {
    use super::super::scene::Setting;
    use super::*;

    fn play(setting: Setting, edits: &[[u8; 6]], proofs: bool) -> crate::Link {
        let data = [&[setting.0, 16], edits.concat().as_slice()].concat();
        let script = Script::read(&data).expect("two bytes and edits");
        let (link, _) = scene::play(setting, |scene| {
            let proofs =
                proofs.then(|| Proofs::new(setting.version(), scene.world, scene.psk.clone()));
            Editor::new(&script, proofs)
        });
        link
    }

    #[test]
    fn whoever_has_the_keys_and_does_nothing_is_not_noticed() {
        for setting in (0..64).map(Setting) {
            for proofs in [false, true] {
                let link = play(setting, &[], proofs);
                scene::agreed(&link);
                for end in [&link.client, &link.server] {
                    assert!(end.is_established(), "{:#b} {:?}", setting.0, end.ending);
                    assert_eq!(end.fault(), None, "{:#b}", setting.0);
                }
            }
        }
    }

    #[test]
    fn a_peer_that_signs_what_it_changes_is_believed_and_others_are_not() {
        // The CertificateRequest with an extension more that nobody knows, or an authority.
        let tls13 = (Setting(Setting::CLIENT_AUTH), [4, 0x11, 0x1a, 0x1a, 4, 1]);
        let tls12 = (
            Setting(Setting::CLIENT_AUTH | Setting::TLS12),
            [4, 0, 0, 0, 4, 3],
        );
        for (setting, edit) in [tls13, tls12] {
            let believed = play(setting, &[edit], true);
            assert!(believed.client.is_established() && believed.server.is_established());
            assert_eq!(believed.client.fault(), None);
            let noticed = play(setting, &[edit], false);
            assert!(!(noticed.client.is_established() && noticed.server.is_established()));
        }
    }

    #[test]
    fn a_false_proof_is_found_out() {
        for (setting, finished) in [(0, 6), (Setting::TLS12, 7)] {
            let link = play(Setting(setting), &[[finished, 5, 0, 3, 0, 1]], true);
            assert!(link.client.fault().is_some() || link.server.fault().is_some());
        }
    }
}
