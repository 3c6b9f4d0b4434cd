//! The ClientHello of a renegotiation: TLS 1.2 on a connection that has it, and nothing else may
//! change (RFC 5746 §3.5).

use super::offer::Offer;
use crate::config::{ClientSettings, GreaseValues};
use crate::fault::Fault;
use crate::offered_session::OfferedSession;
use tessera_crypto::Entropy;
use tessera_session::ServerName;
use tessera_wire::codepoint::ProtocolVersion;
use tessera_wire::extension::RenegotiationInfo;

/// What every handshake of a connection keeps.
pub(crate) struct Kept<'a> {
    pub(crate) name: &'a ServerName,
    /// Our `verify_data` of the handshake before.
    pub(crate) verify_data: &'a [u8],
}

impl Offer {
    pub(crate) fn again(
        settings: &ClientSettings,
        kept: &Kept<'_>,
        session: Option<OfferedSession>,
        entropy: &mut Entropy,
    ) -> Result<Self, Fault> {
        let settings = ClientSettings {
            versions: vec![ProtocolVersion::TLS1_2],
            // The protocol was chosen once.
            alpn: Vec::new(),
            grease: GreaseValues::Omit,
            ..settings.clone()
        };
        let mut offer = Self::build(&settings, kept.name, session, entropy)?;
        let extensions = &mut offer.hello.extensions;
        // RFC 5746 §3.5 (1, 2).
        extensions.replace(&RenegotiationInfo(kept.verify_data.to_vec()));
        Ok(offer)
    }
}
