//! Keying material for the application: RFC 9846 §7.5, RFC 5705, and the channel binding of RFC 9266.

use crate::keys::tls12::{MainSecret, Randoms};
use tessera_crypto::{HashAlgorithm, Secret, hkdf};
use tessera_session::{LineageId, TicketId};

/// Derives keying material that both ends, and nobody else, can compute.
pub(crate) enum Exporter {
    Tls13 {
        algorithm: HashAlgorithm,
        secret: Secret,
    },
    /// From the main secret and both randoms: RFC 5705 §4.
    Tls12 { main: MainSecret, randoms: Randoms },
}

/// More was asked for than HKDF can give, or by a label or context longer than it can take.
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
    /// RFC 9846 §7.5 (1): there is no other exporter secret here.
    pub(crate) fn export(
        &self,
        label: &[u8],
        context: Option<&[u8]>,
        out: &mut [u8],
    ) -> Result<(), ExportTooLong> {
        if out.len() > 255 * self.algorithm().output_len() || label.len() > LONGEST_LABEL {
            return Err(ExportTooLong);
        }
        match self {
            Self::Tls13 { algorithm, secret } => {
                // None is an empty one here: RFC 9846 §7.5.
                let context = context.unwrap_or_default();
                export_tls13(*algorithm, secret, (label, context), out);
            }
            // A context's length stands before it in two bytes, and without one there is neither:
            // RFC 5705 §4.
            Self::Tls12 { main, randoms } => match context {
                None => main.export(label, randoms, &[b"", b""], out),
                Some(context) => {
                    let len = u16::try_from(context.len()).map_err(|_| ExportTooLong)?;
                    main.export(label, randoms, &[&len.to_be_bytes(), context], out);
                }
            },
        }
        Ok(())
    }

    fn algorithm(&self) -> HashAlgorithm {
        match self {
            Self::Tls13 { algorithm, .. } => *algorithm,
            Self::Tls12 { main, .. } => main.algorithm(),
        }
    }

    /// What a full handshake calls its session and its lineage. Both ends derive the same names,
    /// nobody else can, and they tell nothing of the secrets they come from.
    pub(crate) fn names(&self) -> (TicketId, LineageId) {
        let mut names = [0; 32 + 16];
        // 48 bytes are never too long.
        let _ = self.export(b"EXPERIMENTAL tessera names", Some(b""), &mut names);
        let (id, lineage) = names.split_at(32);
        (
            TicketId(id.try_into().unwrap_or_default()),
            LineageId(lineage.try_into().unwrap_or_default()),
        )
    }

    /// `tls-exporter`, long enough to be one of a kind: RFC 9266 §4.2, RFC 9846 §F.1 (2).
    pub(crate) fn channel_binding(&self) -> [u8; 32] {
        let mut binding = [0; 32];
        // 32 bytes are never too long.
        let _ = self.export(b"EXPORTER-Channel-Binding", Some(b""), &mut binding);
        binding
    }
}

/// `HKDF-Expand-Label(Derive-Secret(secret, label, ""), "exporter", Hash(context), length)`.
fn export_tls13(
    algorithm: HashAlgorithm,
    secret: &Secret,
    (label, context): (&[u8], &[u8]),
    out: &mut [u8],
) {
    let (nothing, context) = (algorithm.hash(b""), algorithm.hash(context));
    let length = algorithm.output_len();
    let secret = hkdf::expand_label(algorithm, secret, label, nothing.as_bytes(), length);
    hkdf::expand_label_into(algorithm, &secret, b"exporter", context.as_bytes(), out);
}
