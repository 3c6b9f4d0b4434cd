//! Keying material for the application: RFC 9846 §7.5, and the channel binding of RFC 9266.

use tessera_crypto::{HashAlgorithm, Secret, hkdf};
use tessera_session::{LineageId, TicketId};

/// Derives keying material that both ends, and nobody else, can compute.
pub(crate) struct Exporter {
    pub(crate) algorithm: HashAlgorithm,
    pub(crate) secret: Secret,
}

/// More was asked for than HKDF can give, or by a label longer than it can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportTooLong;

impl std::fmt::Display for ExportTooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an exporter gives at most 255 hash lengths of keying material, for labels of at most 249 bytes")
    }
}

impl std::error::Error for ExportTooLong {}

/// `opaque label<7..255>` with "tls13 " in front: RFC 9846 §7.1.
const LONGEST_LABEL: usize = 249;

impl Exporter {
    /// `HKDF-Expand-Label(Derive-Secret(secret, label, ""), "exporter", Hash(context), length)`.
    pub(crate) fn export(
        &self,
        label: &[u8],
        context: &[u8],
        out: &mut [u8],
    ) -> Result<(), ExportTooLong> {
        let length = self.algorithm.output_len();
        if out.len() > 255 * length || label.len() > LONGEST_LABEL {
            return Err(ExportTooLong);
        }
        let nothing = self.algorithm.hash(b"");
        let secret = hkdf::expand_label(
            self.algorithm,
            &self.secret,
            label,
            nothing.as_bytes(),
            length,
        );
        let context = self.algorithm.hash(context);
        hkdf::expand_label_into(
            self.algorithm,
            &secret,
            b"exporter",
            context.as_bytes(),
            out,
        );
        Ok(())
    }

    /// What a full handshake calls its session and its lineage. Both ends derive the same names,
    /// nobody else can, and they tell nothing of the secrets they come from.
    pub(crate) fn names(&self) -> (TicketId, LineageId) {
        let mut names = [0; 32 + 16];
        // 48 bytes are never too long.
        let _ = self.export(b"EXPERIMENTAL tessera names", b"", &mut names);
        let (id, lineage) = names.split_at(32);
        (
            TicketId(id.try_into().unwrap_or_default()),
            LineageId(lineage.try_into().unwrap_or_default()),
        )
    }

    /// `tls-exporter`: RFC 9266 §4.2.
    pub(crate) fn channel_binding(&self) -> [u8; 32] {
        let mut binding = [0; 32];
        // 32 bytes are never too long.
        let _ = self.export(b"EXPORTER-Channel-Binding", b"", &mut binding);
        binding
    }
}
