//! A client's settings.

use super::{Algorithms, algorithms, protocols, trace};
use crate::credential::{self, Own};
use crate::failure::Failure;
use crate::options::Options;
use std::sync::Arc;
use tessera_engine::{
    ClientConfig, ClientSettings, EarlyDataOffer, ExtendedMainSecret, FalseStart, GreaseValues,
    KeyShares, Renegotiation, Reverification, SessionForms, Unsuited, WithoutPsk,
};
use tessera_session::{ServerName, Verification};
use tessera_wire::codepoint::NamedGroup;

/// Where a client goes that was not told a name.
const UNNAMED: &str = "test";

pub(crate) fn config(options: &Options, own: &[Own]) -> Result<Arc<ClientConfig>, Failure> {
    let Algorithms {
        versions,
        cipher_suites,
        groups,
        signature_schemes,
    } = algorithms(options)?;
    let settings = ClientSettings {
        versions,
        cipher_suites,
        key_shares: key_shares(options, &groups),
        groups,
        signature_schemes,
        identities: own.iter().map(|own| own.identity.clone()).collect(),
        // BoringSSL goes on without a certificate only where none was given.
        unsuited: Unsuited::End,
        external_psks: credential::external_psks(options)?,
        without_psk: if verifies(options) {
            WithoutPsk::Certificates
        } else {
            WithoutPsk::End
        },
        alpn: protocols(&options.advertise_alpn)?,
        send_server_name: options.host_name.is_some(),
        verification: if verifies(options) {
            Verification::Verified
        } else {
            Verification::Insecure
        },
        extended_main_secret: ExtendedMainSecret::Prefer,
        reverification: if options.reverify {
            Reverification::Always
        } else {
            Reverification::Never
        },
        session_forms: SessionForms {
            ids: true,
            tickets: !options.no_ticket,
        },
        false_start: false_start(options),
        renegotiation: Renegotiation::Ask,
        early_data: if options.early_data {
            EarlyDataOffer::WherePossible
        } else {
            EarlyDataOffer::Never
        },
        trace: trace(options),
        grease: if options.grease {
            GreaseValues::Send
        } else {
            GreaseValues::Omit
        },
        ..ClientSettings::default()
    };
    Ok(Arc::new(ClientConfig::try_from(settings)?))
}

/// What a client knows of its server's groups outweighs what it was set to.
fn key_shares(options: &Options, groups: &[NamedGroup]) -> KeyShares {
    let hint = &options.server_groups;
    let predicted = groups.iter().find(|group| hint.contains(&group.0));
    match (predicted, &options.key_shares) {
        (Some(group), _) => KeyShares::Of(vec![*group]),
        (None, Some(codes)) => KeyShares::Of(codes.iter().copied().map(NamedGroup).collect()),
        (None, None) => KeyShares::Likely,
    }
}

fn false_start(options: &Options) -> FalseStart {
    match (options.false_start, options.false_start_without_alpn) {
        (false, _) => FalseStart::Never,
        (true, false) => FalseStart::WithAlpn,
        (true, true) => FalseStart::Always,
    }
}

/// Whether a bad certificate is the end.
pub(crate) fn verifies(options: &Options) -> bool {
    options.verify_peer || options.require_client_certificate
}

pub(crate) fn name(options: &Options) -> Result<ServerName, Failure> {
    let name = options.host_name.as_deref().unwrap_or(UNNAMED);
    ServerName::new(name).map_err(|error| Failure::expectation(error.to_string()))
}
