//! Flags about who we are, and whom we take.

use super::kind::Flag::{self, Base64, Number, Switch, Text};
use super::kind::{code, nothing, text};
use crate::options::CredentialFiles;

pub(super) fn flag(name: &str) -> Option<Flag> {
    Some(match name {
        "-new-x509-credential" => Switch(|o| o.credentials.push(CredentialFiles::default())),
        "-new-psk-credential" => Switch(|o| {
            o.credentials.push(CredentialFiles::default());
            o.psk();
        }),
        "-psk-importer-key" => Base64(|o, b| o.psk().key = b),
        "-psk-importer-identity" => Base64(|o, b| o.psk().identity = b),
        "-psk-importer-context" => Base64(|o, b| o.psk().context = b),
        "-psk-importer-sha256" => Switch(|o| o.psk().sha384 = false),
        "-psk-importer-sha384" => Switch(|o| o.psk().sha384 = true),
        "-cert-file" => Text(|o, s| o.credential().certificate = text(s)),
        "-key-file" => Text(|o, s| o.credential().key = text(s)),
        "-signing-prefs" => Number(|o, n| o.credential().signing_prefs.push(code(n))),
        "-must-match-issuer" => Switch(|o| o.credential().must_match_issuer = true),
        "-ocsp-response" => Base64(|o, b| o.credential().ocsp_response = Some(b)),
        "-signed-cert-timestamps" => Base64(|o, b| o.credential().scts = Some(b)),
        // Certificates are chosen by the config: when a callback would do so does not matter.
        "-use-old-client-cert-callback" | "-use-early-callback" => Switch(nothing),
        // What a callback would staple, or refuse to.
        "-use-ocsp-callback" | "-set-ocsp-in-callback" => Switch(nothing),
        "-decline-ocsp-callback" => Switch(|o| o.decline_ocsp = true),
        "-fail-ocsp-callback" => Switch(|o| o.fail_ocsp = true),

        // The verifier of this shim takes what it can read, as BoringSSL's shim does.
        "-trust-cert" => Text(|_, _| {}),
        "-verify-prefs" => Number(|o, n| o.verify_prefs.push(code(n))),
        "-require-any-client-certificate" => Switch(|o| o.require_client_certificate = true),
        "-use-client-ca-list" => Text(|o, s| o.client_ca_list = text(s)),
        "-verify-peer" => Switch(|o| o.verify_peer = true),
        "-verify-fail" => Switch(|o| o.verify_fail = true),
        "-use-custom-verify-callback" => Switch(|o| o.custom_verify = true),
        "-reverify-on-resume" => Switch(|o| o.reverify = true),
        // They are asked for always, and our verifier is always told of them.
        "-enable-ocsp-stapling" | "-enable-signed-cert-timestamps" => Switch(nothing),
        _ => return None,
    })
}
