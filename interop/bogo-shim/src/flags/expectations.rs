//! Flags about what should come of it.

use super::kind::Flag::{self, Base64, Number, Switch, Text};
use super::kind::{code, name, nothing, text};

pub(super) fn flag(flag: &str) -> Option<Flag> {
    Some(match flag {
        "-expect-version" => Number(|o, n| o.expect.version = Some(code(n))),
        // This machine is one with AES instructions, or does as if it were.
        "-expect-cipher" | "-expect-cipher-aes" => Number(|o, n| o.expect.cipher = Some(code(n))),
        "-expect-cipher-no-aes" => Number(|_, _| {}),
        "-expect-curve-id" => Number(|o, n| o.expect.curve = Some(code(n))),
        "-expect-peer-signature-algorithm" => {
            Number(|o, n| o.expect.peer_signature = Some(code(n)))
        }
        "-expect-peer-verify-pref" => Number(|o, n| o.expect.peer_verify_prefs.push(code(n))),
        "-expect-client-ca-list" => Text(|o, s| o.expect.client_ca_list = text(s)),
        "-expect-alpn" => Text(|o, s| o.expect.alpn = name(s)),
        "-expect-advertised-alpn" => {
            Text(|o, s| o.expect.advertised_alpn = Some(s.as_bytes().to_vec()))
        }
        "-expect-server-name" => Text(|o, s| o.expect.server_name = text(s)),
        "-expect-no-server-name" => Switch(|o| o.expect.no_server_name = true),
        "-expect-session-miss" => Switch(|o| o.expect.session_miss = true),
        "-expect-no-session" => Switch(|o| o.expect.no_session = true),
        "-expect-session-id" => Switch(|o| o.expect.session_id = true),
        "-expect-no-session-id" => Switch(|o| o.expect.no_session_id = true),
        "-expect-ticket-renewal" => Switch(|o| o.expect.ticket_renewal = true),
        "-expect-ticket-supports-early-data" => Switch(|o| o.expect.ticket_for_early_data = true),
        "-expect-ticket-age-skew" => Number(|o, n| o.expect.ticket_age_skew = Some(n)),
        // No session resumes under another name here.
        "-expect-not-resumable-across-names" => Switch(nothing),
        "-expect-accept-early-data" => Switch(|o| o.expect.early_data_accepted = true),
        "-expect-reject-early-data" => Switch(|o| o.expect.early_data_rejected = true),
        "-expect-no-offer-early-data" => Switch(|o| o.expect.early_data_not_offered = true),
        "-expect-early-data-reason" => Text(|o, s| o.expect.early_data_reason = text(s)),
        "-expect-hrr" => Switch(|o| o.expect.retry = true),
        "-expect-no-hrr" => Switch(|o| o.expect.no_retry = true),
        "-expect-extended-master-secret" => Switch(|o| o.expect.extended_main_secret = true),
        // There is no connection without.
        "-expect-secure-renegotiation" => Switch(nothing),
        "-expect-total-renegotiations" => {
            Number(|o, n| o.expect.renegotiations = u32::try_from(n).unwrap_or_default())
        }
        "-expect-no-peer-cert" => Switch(|o| o.expect.no_peer_certificate = true),
        "-expect-peer-cert-file" => Text(|o, s| o.expect.peer_certificate_file = text(s)),
        "-expect-verify-result" => Switch(|o| o.expect.verify_result = true),
        "-expect-ocsp-response" => Base64(|o, b| o.expect.ocsp_response = Some(b)),
        "-expect-signed-cert-timestamps" => Base64(|o, b| o.expect.scts = Some(b)),
        "-expect-selected-credential" => {
            Number(|o, n| o.expect.selected_credential = i32::try_from(n).ok())
        }
        "-handshake-never-done" => Switch(|o| o.expect.handshake_never_done = true),
        _ => return None,
    })
}
