//! What the flags ask of one connection, as they came. Nothing is decided here.

use std::time::Duration;
use tessera_wire::codepoint::AlertDescription;

/// Everything the runner can ask of one connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    // Where and what.
    pub(crate) port: u16,
    pub(crate) ipv6: bool,
    pub(crate) shim_id: u64,
    pub(crate) server: bool,
    pub(crate) resume_count: usize,
    pub(crate) resumption_delay: Duration,
    pub(crate) is_handshaker_supported: bool,

    // What is offered or accepted.
    pub(crate) min_version: Option<u16>,
    pub(crate) max_version: Option<u16>,
    pub(crate) excluded_versions: Vec<u16>,
    pub(crate) curves: Vec<u16>,
    pub(crate) key_shares: Option<Vec<u16>>,
    pub(crate) server_groups: Vec<u16>,
    pub(crate) cipher: Option<String>,
    pub(crate) server_preference: bool,
    pub(crate) verify_prefs: Vec<u16>,
    pub(crate) policy: Option<Policy>,
    pub(crate) host_name: Option<String>,
    pub(crate) advertise_alpn: Vec<u8>,
    pub(crate) select_alpn: Option<String>,
    pub(crate) reject_alpn: bool,
    pub(crate) grease: bool,
    pub(crate) renegotiation: Renegotiate,
    pub(crate) no_ticket: bool,
    pub(crate) skip_ticket: bool,
    pub(crate) renew_ticket: bool,
    pub(crate) early_data: bool,
    /// Nobody is let in, and is told this.
    pub(crate) turns_away: Option<AlertDescription>,

    // Who we are, and whom we take.
    pub(crate) default_credential: CredentialFiles,
    pub(crate) credentials: Vec<CredentialFiles>,
    pub(crate) require_client_certificate: bool,
    pub(crate) verify_peer: bool,
    pub(crate) verify_fail: bool,
    pub(crate) custom_verify: bool,
    pub(crate) reverify: bool,
    pub(crate) fail_ocsp: bool,
    pub(crate) decline_ocsp: bool,
    pub(crate) client_ca_list: Option<String>,

    // How the exchange goes.
    pub(crate) asynchronous: bool,
    pub(crate) implicit_handshake: bool,
    pub(crate) extra_handshake: bool,
    pub(crate) false_start: bool,
    pub(crate) false_start_without_alpn: bool,
    pub(crate) shim_writes_first: bool,
    pub(crate) shim_initial_write: Option<String>,
    pub(crate) repeat_initial_write: Option<usize>,
    pub(crate) read_with_unfinished_write: bool,
    pub(crate) early_write_after: Option<u8>,
    pub(crate) shim_shuts_down: bool,
    pub(crate) check_close_notify: bool,
    pub(crate) read_size: Option<usize>,
    pub(crate) peek_then_read: bool,
    pub(crate) key_update: bool,
    pub(crate) key_update_before_read: bool,
    pub(crate) write_different_record_sizes: bool,
    pub(crate) export_keying_material: usize,
    pub(crate) export_label: String,
    pub(crate) export_context: String,
    pub(crate) use_export_context: bool,
    pub(crate) export_between_reads: bool,

    // What should come of it.
    pub(crate) expect: Expected,
}

/// What should come of a connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expected {
    pub(crate) version: Option<u16>,
    pub(crate) cipher: Option<u16>,
    pub(crate) curve: Option<u16>,
    pub(crate) peer_signature: Option<u16>,
    pub(crate) peer_verify_prefs: Vec<u16>,
    pub(crate) client_ca_list: Option<String>,
    pub(crate) alpn: Option<String>,
    pub(crate) advertised_alpn: Option<Vec<u8>>,
    pub(crate) server_name: Option<String>,
    pub(crate) no_server_name: bool,
    pub(crate) session_miss: bool,
    pub(crate) no_session: bool,
    pub(crate) session_id: bool,
    pub(crate) no_session_id: bool,
    pub(crate) ticket_renewal: bool,
    pub(crate) ticket_for_early_data: bool,
    pub(crate) ticket_age_skew: Option<i64>,
    pub(crate) early_data_accepted: bool,
    pub(crate) early_data_rejected: bool,
    pub(crate) early_data_not_offered: bool,
    pub(crate) early_data_reason: Option<String>,
    pub(crate) retry: bool,
    pub(crate) no_retry: bool,
    pub(crate) extended_main_secret: bool,
    pub(crate) no_peer_certificate: bool,
    pub(crate) verify_result: bool,
    pub(crate) selected_credential: Option<i32>,
    pub(crate) renegotiations: u32,
    pub(crate) ocsp_response: Option<Vec<u8>>,
    pub(crate) scts: Option<Vec<u8>>,
    pub(crate) peer_certificate_file: Option<String>,
    pub(crate) handshake_never_done: bool,
}

/// A fixed list of algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    Fips202205,
    Wpa202304,
    Cnsa202407,
    Cnsa1,
    Cnsa2,
}

/// How the peer's wish to renegotiate is taken; one that is not granted ends the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Renegotiate {
    #[default]
    Never,
    Once,
    Freely,
    Ignore,
}

/// A certificate and its key, as files, and how to use them.
#[derive(Clone, Debug, Default)]
pub(crate) struct CredentialFiles {
    pub(crate) certificate: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) signing_prefs: Vec<u16>,
    pub(crate) must_match_issuer: bool,
    pub(crate) ocsp_response: Option<Vec<u8>>,
    pub(crate) scts: Option<Vec<u8>>,
    pub(crate) psk: Option<Psk>,
}

/// An external key that is imported.
#[derive(Clone, Debug, Default)]
pub(crate) struct Psk {
    pub(crate) key: Vec<u8>,
    pub(crate) identity: Vec<u8>,
    pub(crate) context: Vec<u8>,
    pub(crate) sha384: bool,
}

impl Options {
    /// The credential that credential flags are about: the newest, or the default one.
    pub(crate) fn credential(&mut self) -> &mut CredentialFiles {
        self.credentials
            .last_mut()
            .unwrap_or(&mut self.default_credential)
    }

    /// The same, which is an external key.
    pub(crate) fn psk(&mut self) -> &mut Psk {
        self.credential().psk.get_or_insert_default()
    }
}

impl Expected {
    /// Whether something is about what the peer says it takes.
    pub(crate) fn asks_what_is_taken(&self) -> bool {
        !self.peer_verify_prefs.is_empty() || self.client_ca_list.is_some()
    }
}
