//! A handshake whose ServerHello is out.

use super::hello::Hello;
use crate::ServerConfig;
use crate::config::Renegotiation;
use crate::handshake::cx::Cx;
use crate::handshake::tls12::agreed::Agreed;
use crate::handshake::tls12::said::Said;
use crate::handshake::tls12::settled::{Settled, Wire};
use crate::keys::transcript::Unhashed;
use tessera_wire::codepoint::{EcPointFormat, ProtocolVersion};
use tessera_wire::extension::{
    EcPointFormats, ExtendedMainSecret, Extensions, ProtocolNameList, RenegotiationInfo,
};
use tessera_wire::handshake::ServerHello;
use tessera_wire::{Random, SessionId};

/// What has been agreed and said, and what the client can take afterwards.
pub(crate) struct Begun {
    pub(super) agreed: Agreed,
    pub(super) said: Said,
    pub(super) before: Option<Box<Settled>>,
    /// Which of our identities.
    pub(super) identity: usize,
    /// What will stand for a new session, or stands for the one that is resumed.
    pub(super) wire: Option<Wire>,
    /// ServerHello announced a ticket.
    pub(super) owes_ticket: bool,
}

impl Begun {
    pub(super) fn send(&mut self, message: Vec<u8>, cx: &mut Cx<'_, ServerConfig>) {
        self.said.absorb(&message);
        cx.send(message);
    }
}

/// Our random. A server that could have spoken TLS 1.3 says so in it (RFC 9846 §4.2.3 (3, 14)), in
/// abbreviated handshakes too; a renegotiation decides nothing about versions.
pub(super) fn random(hello: &Hello, cx: &mut Cx<'_, ServerConfig>) -> Random {
    let random = Random(cx.entropy.public_array());
    let versions = &cx.config.settings().versions;
    if hello.before.is_none() && versions.contains(&ProtocolVersion::TLS1_3) {
        random.with_downgrade(Random::DOWNGRADE_TLS12)
    } else {
        random
    }
}

/// The extensions of every ServerHello, which answer what was asked: RFC 5246 §7.4.1.4 (1).
/// `renegotiation_info` to whoever has said that it can read it, if only by the SCSV: RFC 5746 §3.6 (5).
pub(super) fn extensions(hello: &Hello) -> Extensions {
    let mut extensions = Extensions::new();
    let before = hello.before.as_ref();
    let info = before.map_or_else(Vec::new, |before| before.finished.both().to_vec());
    if hello.choice.secure_renegotiation {
        extensions.push(&RenegotiationInfo(info));
    }
    // RFC 7627 §5.2 (2, 3), §5.3 (4).
    if hello.choice.extended_main_secret {
        extensions.push(&ExtendedMainSecret);
    }
    // RFC 8422 §5.2 (1).
    if hello.offered.ec_point_formats {
        extensions.push(&EcPointFormats(vec![EcPointFormat::UNCOMPRESSED]));
    }
    let alpn = hello.choice.alpn.as_ref();
    if let Some(alpn) = alpn.filter(|alpn| hello.offered.alpn.contains(alpn)) {
        extensions.push(&ProtocolNameList(vec![alpn.as_bytes().to_vec()]));
    }
    extensions
}

/// Sends ServerHello, with the version where TLS 1.2 has it (RFC 9846 §4.3.1 (9, 10)); the transcript
/// begins.
pub(super) fn server_hello(
    raw: &[u8],
    agreed: &Agreed,
    session_id: SessionId,
    extensions: Extensions,
    cx: &mut Cx<'_, ServerConfig>,
) -> Said {
    let mut messages = Unhashed::default();
    messages.absorb(raw);
    let mut said = Said::begin(messages, agreed.suite.hash);
    let message = ServerHello {
        legacy_version: ProtocolVersion::TLS1_2,
        random: agreed.randoms.server,
        legacy_session_id_echo: session_id,
        cipher_suite: agreed.suite.suite,
        legacy_compression_method: 0,
        extensions,
    }
    .encode();
    said.absorb(&message);
    cx.send(message);
    said
}

/// Whether this server may have a handshake on a connection that has one; `asked`: it wanted it.
pub(super) fn may_renegotiate(asked: bool, cx: &Cx<'_, ServerConfig>) -> bool {
    match cx.config.settings().renegotiation {
        Renegotiation::Never => false,
        Renegotiation::Server => asked,
        Renegotiation::Any | Renegotiation::Ask => true,
    }
}
