//! Someone in the middle who reads hellos, edits them and writes them again as a peer would.

use tessera_wire::codepoint::{
    CipherSuite, ContentType, ExtensionType, HandshakeType, NamedGroup, ProtocolVersion,
};
use tessera_wire::extension::{
    Extensions, KeyShareClientHello, OfferedPsks, RawExtension, SupportedVersions,
};
use tessera_wire::handshake::{Handshake, Random, SessionId};

use super::edited_records::{record, records};
use super::scene::{self, Middle};
use super::script::{Edit, Script};
use crate::{Direction, End};

/// A whole connection whose hellos are edited field by field, extension by extension. With the smallest change, the
/// handshake must not be completed at both ends.
pub fn edited_hellos(data: &[u8]) {
    let Some(script) = Script::read(data) else {
        return;
    };
    let editor = Editor {
        script: &script,
        passed: 0,
        changed: false,
    };
    let (link, editor) = scene::play(script.setting, |_| editor);
    scene::agreed(&link);
    scene::nothing_made_up(&link);
    let both = link.client.is_established() && link.server.is_established();
    assert!(!(both && editor.changed), "a changed hello went unnoticed");
    assert!(both || editor.changed, "an unchanged connection failed");
}

struct Editor<'a> {
    script: &'a Script<'a>,
    passed: usize,
    changed: bool,
}

impl Middle for Editor<'_> {
    const HAS_KEYS: bool = false;

    fn pass(&mut self, _: Direction, sent: &[u8], from: &End, to: &End) -> Vec<u8> {
        let done = from.is_established() && to.is_established();
        let edit = |(content_type, fragment): (ContentType, &[u8])| {
            if content_type != ContentType::HANDSHAKE {
                return record(content_type, fragment);
            }
            let mut message = fragment.to_vec();
            for edit in self.script.of(self.passed) {
                match edit_hello(self.script, &message, edit) {
                    Some(edited) => message = edited,
                    None => self.script.alter(&mut message, edit),
                }
            }
            self.passed += 1;
            // What comes afterwards is protected, and another handshake.
            self.changed |= !done && heeded(&message) != heeded(fragment);
            let pieces = message.chunks(1 << 14);
            pieces
                .flat_map(|piece| record(content_type, piece))
                .collect()
        };
        records(sent).map(edit).collect::<Vec<_>>().concat()
    }
}

/// What a client in a TLS 1.2 handshake heeds, and what is in its transcript: RFC 5246 §7.4.1.1 has it ignore any
/// HelloRequest.
fn heeded(mut message: &[u8]) -> &[u8] {
    while let Some(behind) = message.strip_prefix(&[HandshakeType::HELLO_REQUEST.0, 0, 0, 0]) {
        message = behind;
    }
    message
}

/// A hello with one edit; `None` if it is no hello.
pub(super) fn edit_hello(script: &Script<'_>, message: &[u8], edit: Edit) -> Option<Vec<u8>> {
    Some(match Handshake::decode(message).ok()? {
        Handshake::ClientHello(mut hello) => {
            match edit.kind() {
                0 => script.rearrange(&mut hello.cipher_suites, edit),
                1 => hello.cipher_suites.push(CipherSuite(edit.position)),
                2 => hello.legacy_version = ProtocolVersion(edit.position),
                3 => hello.legacy_session_id = session_id(script, edit),
                4 => script.alter(&mut hello.compression_methods, edit),
                5 => edit_random(&mut hello.random, edit),
                6 => edit_key_share(script, &mut hello.extensions, edit),
                7 => edit_psks(script, &mut hello.extensions, edit),
                8 => edit_versions(script, &mut hello.extensions, edit),
                _ => edit_extensions(script, &mut hello.extensions, edit),
            }
            hello.encode()
        }
        Handshake::ServerHello(mut hello) => {
            match edit.kind() {
                0 | 1 => hello.cipher_suite = CipherSuite(edit.position),
                2 => hello.legacy_version = ProtocolVersion(edit.position),
                3 => hello.legacy_session_id_echo = session_id(script, edit),
                4 => hello.legacy_compression_method = edit.value,
                5 => edit_random(&mut hello.random, edit),
                6 => hello.random = Random::HELLO_RETRY_REQUEST,
                _ => edit_extensions(script, &mut hello.extensions, edit),
            }
            hello.encode()
        }
        Handshake::HelloRetryRequest(mut retry) => {
            match edit.kind() {
                0 | 1 => retry.cipher_suite = CipherSuite(edit.position),
                2 => retry.legacy_version = ProtocolVersion(edit.position),
                3 => retry.legacy_session_id_echo = session_id(script, edit),
                4 => retry.legacy_compression_method = edit.value,
                _ => edit_extensions(script, &mut retry.extensions, edit),
            }
            retry.encode()
        }
        _ => return None,
    })
}

fn session_id(script: &Script<'_>, edit: Edit) -> SessionId {
    let mut bytes = script.material(edit);
    bytes.truncate(32);
    SessionId::new(&bytes).unwrap_or(SessionId::empty())
}

/// One bit, or the mark of a server that could do better.
fn edit_random(random: &mut Random, edit: Edit) {
    match edit.finer() % 4 {
        0 => random.0[24..].copy_from_slice(b"DOWNGRD\x01"),
        1 => random.0[24..].copy_from_slice(b"DOWNGRD\x00"),
        _ => random.0[usize::from(edit.position) % 32] ^= edit.value.max(1),
    }
}

fn edit_key_share(script: &Script<'_>, extensions: &mut Extensions, edit: Edit) {
    let Ok(Some(KeyShareClientHello(mut shares))) = extensions.find() else {
        return;
    };
    match (edit.value % 3, shares.first_mut()) {
        (0, Some(share)) => script.alter(&mut share.key_exchange, edit),
        (1, Some(share)) => share.group = NamedGroup(edit.position),
        _ => script.rearrange(&mut shares, edit),
    }
    extensions.replace(&KeyShareClientHello(shares));
}

fn edit_psks(script: &Script<'_>, extensions: &mut Extensions, edit: Edit) {
    let Ok(Some(mut psks)) = extensions.find::<OfferedPsks>() else {
        return;
    };
    match (
        edit.value % 5,
        psks.identities.first_mut(),
        psks.binders.first_mut(),
    ) {
        (0, Some(first), _) => script.alter(&mut first.identity, edit),
        (1, Some(first), _) => first.obfuscated_ticket_age ^= u32::from(edit.position) << 8 | 1,
        (2, _, Some(first)) => script.alter(first, edit),
        (3, ..) => script.rearrange(&mut psks.identities, edit),
        _ => script.rearrange(&mut psks.binders, edit),
    }
    extensions.replace(&psks);
}

fn edit_versions(script: &Script<'_>, extensions: &mut Extensions, edit: Edit) {
    if let Ok(Some(SupportedVersions(mut versions))) = extensions.find() {
        match edit.value % 2 {
            0 => versions.insert(0, ProtocolVersion(edit.position)),
            _ => script.rearrange(&mut versions, edit),
        }
        extensions.replace(&SupportedVersions(versions));
    }
}

/// Any list of extensions: one more, one less, in another order, with another body.
pub(super) fn edit_extensions(script: &Script<'_>, extensions: &mut Extensions, edit: Edit) {
    let mut list: Vec<RawExtension> = extensions.iter().cloned().collect();
    let at = usize::from(edit.position) % list.len().max(1);
    match edit.kind() % 4 {
        0 => script.rearrange(&mut list, edit),
        1 => list.insert(
            at,
            RawExtension {
                extension_type: ExtensionType(edit.position),
                data: script.material(edit),
            },
        ),
        2 => {
            if let Some(extension) = list.get_mut(at) {
                extension.extension_type = ExtensionType(edit.value.into());
            }
        }
        _ => {
            // The position says which body; in a body, the value says where.
            let inside = edit.inside();
            if let Some(extension) = list.get_mut(at) {
                script.alter(&mut extension.data, inside);
            }
        }
    }
    *extensions = Extensions::new();
    for extension in list {
        extensions.push_raw(extension.extension_type, extension.data);
    }
}
