//! Client → ClientHello → us: RFC 5246 §7.4.1.2.

use super::decide::{Choice, decide};
use super::{State, full, resume};
use crate::fault::{Fault, Misbehaviour};
use crate::handshake::Wish;
use crate::handshake::cx::Cx;
use crate::handshake::hello::offered12::Offered12;
use crate::handshake::hello::version;
use crate::handshake::tls12::settled::{Settled, check_renegotiation_info};
use crate::{Event, SecureRenegotiation, ServerConfig};
use tessera_wire::Random;
use tessera_wire::codepoint::ProtocolVersion;
use tessera_wire::handshake::ClientHello;

/// Nothing has come yet.
pub(crate) struct WaitClientHello;

/// A ClientHello, and everything that was chosen for it before a byte is written.
pub(super) struct Hello {
    pub(super) raw: Vec<u8>,
    pub(super) offered: Offered12,
    pub(super) random: Random,
    pub(super) choice: Choice,
    /// The handshake before, if this is a renegotiation.
    pub(super) before: Option<Box<Settled>>,
    /// The client's certificate is wanted in this one, whatever the settings say.
    pub(super) wants_certificate: bool,
}

impl WaitClientHello {
    pub(crate) fn client_hello(
        self,
        message: &ClientHello,
        raw: Vec<u8>,
        cx: &mut Cx<'_, ServerConfig>,
    ) -> Result<State, Fault> {
        let offered = Offered12::read(message)?;
        cx.tell(Event::HelloReceived {
            server_name: offered.server_name.clone(),
        });
        let came = match (&offered.renegotiated_connection, offered.renegotiation_scsv) {
            (Some(info), _) => Some(info.as_slice()),
            // RFC 5746 §3.6 (1, 2): the SCSV says the same as an empty extension.
            (None, true) => Some([].as_slice()),
            (None, false) => None,
        };
        let is_required = cx.config.settings().secure_renegotiation == SecureRenegotiation::Require;
        if is_required || offered.secure_renegotiation() {
            check_renegotiation_info(came, &[])?;
        }
        let hello = Hello {
            raw,
            choice: decide(&offered, cx.config)?,
            offered,
            random: message.random,
            before: None,
            wants_certificate: false,
        };
        resume::begin(hello, cx)
    }
}

/// A ClientHello on a connection that is settled: RFC 5746 §3.7, and everything a connection keeps.
pub(super) fn again(
    message: &ClientHello,
    raw: Vec<u8>,
    (before, asked): (Box<Settled>, Option<Wish>),
    cx: &mut Cx<'_, ServerConfig>,
) -> Result<State, Fault> {
    // RFC 9846 §4.2.2 (4, 5): the version is kept, whatever else the client can do by now.
    version::choose(message, &[ProtocolVersion::TLS1_2])?;
    let offered = Offered12::read(message)?;
    cx.tell(Event::HelloReceived {
        server_name: offered.server_name.clone(),
    });
    // RFC 5746 §3.7 (1, 2).
    if offered.renegotiation_scsv {
        return Err(Misbehaviour::BadRenegotiationInfo.into());
    }
    let came = offered.renegotiated_connection.as_deref();
    check_renegotiation_info(came, &before.finished.client)?;
    let mut choice = decide(&offered, cx.config)?;
    let kept = &before.agreed;
    if offered.server_name != kept.server_name {
        return Err(Misbehaviour::ChangedUnderWay("the server name").into());
    }
    if offered.extended_main_secret != kept.extended_main_secret {
        return Err(Misbehaviour::ExtendedMainSecretChanged.into());
    }
    // The protocol was chosen once: a client may offer it again, or say nothing, as OpenSSL does.
    if kept
        .alpn
        .as_ref()
        .is_some_and(|kept| !offered.alpn.is_empty() && !offered.alpn.contains(kept))
    {
        return Err(Misbehaviour::ChangedUnderWay("the application protocol").into());
    }
    // RFC 7301 §3.2 (2).
    choice.alpn.clone_from(&kept.alpn);
    let hello = Hello {
        raw,
        choice,
        offered,
        random: message.random,
        before: Some(before),
        wants_certificate: asked == Some(Wish::RequestCertificate),
    };
    match asked {
        // What was asked for is a new session.
        Some(Wish::Renegotiate | Wish::RequestCertificate) => full::begin(hello, None, cx),
        Some(Wish::UpdateKeys(_)) | None => resume::begin(hello, cx),
    }
}
