//! Flags about where and what, and about the hello.

use super::kind::Flag::{self, Number, Switch, Text};
use super::kind::{code, count, name, nothing, text};
use crate::options::{Policy, Renegotiate};
use std::time::Duration;
use tessera_wire::codepoint::AlertDescription;

pub(super) fn flag(flag: &str) -> Option<Flag> {
    Some(match flag {
        "-port" => Number(|o, n| o.port = code(n)),
        "-ipv6" => Switch(|o| o.ipv6 = true),
        "-shim-id" => Number(|o, n| o.shim_id = u64::try_from(n).unwrap_or_default()),
        "-server" => Switch(|o| o.server = true),
        "-resume-count" => Number(|o, n| o.resume_count = count(n)),
        "-resumption-delay" => Number(|o, n| {
            o.resumption_delay = Duration::from_secs(u64::try_from(n).unwrap_or_default());
        }),
        "-is-handshaker-supported" => Switch(|o| o.is_handshaker_supported = true),
        // What BoringSSL's handshaker, a second process, may not know better.
        "-allow-hint-mismatch" => Switch(nothing),
        // What BoringSSL writes for its fuzzers.
        "-write-settings" => Text(|_, _| {}),

        "-min-version" => Number(|o, n| o.min_version = Some(code(n))),
        "-max-version" => Number(|o, n| o.max_version = Some(code(n))),
        "-no-tls13" => Switch(|o| o.excluded_versions.push(0x0304)),
        "-no-tls12" => Switch(|o| o.excluded_versions.push(0x0303)),
        "-no-tls11" => Switch(|o| o.excluded_versions.push(0x0302)),
        "-no-tls1" => Switch(|o| o.excluded_versions.push(0x0301)),
        "-curves" => Number(|o, n| o.curves.push(code(n))),
        "-key-shares" => Number(|o, n| o.key_shares.get_or_insert_default().push(code(n))),
        "-no-key-shares" => Switch(|o| o.key_shares = Some(Vec::new())),
        "-server-supported-groups-hint" => Number(|o, n| o.server_groups.push(code(n))),
        "-cipher" => Text(|o, s| o.cipher = text(s)),
        "-server-preference" => Switch(|o| o.server_preference = true),
        "-fips-202205" => Switch(|o| o.policy = Some(Policy::Fips202205)),
        "-wpa-202304" => Switch(|o| o.policy = Some(Policy::Wpa202304)),
        "-cnsa-202407" => Switch(|o| o.policy = Some(Policy::Cnsa202407)),
        "-cnsa1-202603" => Switch(|o| o.policy = Some(Policy::Cnsa1)),
        "-cnsa2-202603" => Switch(|o| o.policy = Some(Policy::Cnsa2)),

        "-host-name" => Text(|o, s| o.host_name = text(s)),
        "-advertise-alpn" => Text(|o, s| o.advertise_alpn = s.as_bytes().to_vec()),
        "-select-alpn" => Text(|o, s| o.select_alpn = name(s)),
        "-decline-alpn" => Switch(nothing),
        // NPN is not spoken here. To BoringSSL it is a sign, too, that a server bears a false start.
        "-select-next-proto" => Text(|o, _| o.false_start_without_alpn = true),
        "-reject-alpn" => Switch(|o| o.reject_alpn = true),
        "-enable-grease" => Switch(|o| o.grease = true),
        // QUIC has them, and TLS over a stream has not.
        "-quic-transport-params" => Text(|_, _| {}),
        "-quic-use-legacy-codepoint" => Number(|_, _| {}),
        // Records were split for CBC.
        "-cbc-record-splitting" | "-partial-write" => Switch(nothing),
        // It lets every hello pass, unless another flag has it fail.
        "-install-ddos-callback" => Switch(nothing),
        "-fail-ddos-callback" => Switch(|o| o.turns_away = Some(AlertDescription::INTERNAL_ERROR)),
        "-fail-early-callback" => {
            Switch(|o| o.turns_away = Some(AlertDescription::HANDSHAKE_FAILURE))
        }

        "-no-ticket" => Switch(|o| o.no_ticket = true),
        "-skip-ticket" => Switch(|o| o.skip_ticket = true),
        "-use-ticket-callback" | "-use-ticket-aead-callback" => Switch(nothing),
        "-renew-ticket" => Switch(|o| o.renew_ticket = true),
        "-enable-early-data" => Switch(|o| o.early_data = true),

        "-renegotiate-freely" => Switch(|o| o.renegotiation = Renegotiate::Freely),
        "-renegotiate-once" => Switch(|o| o.renegotiation = Renegotiate::Once),
        "-renegotiate-ignore" => Switch(|o| o.renegotiation = Renegotiate::Ignore),
        // Whoever is asked grants it.
        "-renegotiate-explicit" => Switch(|o| o.renegotiation = Renegotiate::Freely),
        "-forbid-renegotiation-after-handshake" => Switch(|o| o.renegotiation = Renegotiate::Never),
        // We connect to no server without secure renegotiation.
        "-no-legacy-server-connect" => Switch(nothing),
        _ => return None,
    })
}
