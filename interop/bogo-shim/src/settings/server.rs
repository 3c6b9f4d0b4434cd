//! A server's settings.

use super::{Algorithms, algorithms, trace};
use crate::credential::{self, Own};
use crate::failure::Failure;
use crate::options::Options;
use crate::world::World;
use std::sync::Arc;
use std::time::Duration;
use tessera_engine::{
    ClientAuth, ExtendedMainSecret, GroupChoice, Renegotiation, SecureRenegotiation, ServerConfig,
    ServerSettings, SessionForms, SuiteChoice, SuiteOrder,
};
use tessera_session::{Alpn, ClientAuthMode, EarlyData, TicketPlan};

/// BoringSSL issues as many.
const TICKETS: u8 = 2;
/// BoringSSL takes as much early data.
const MOST_EARLY_DATA: u32 = 14_336;
/// So far may clocks differ there when it is taken.
const FRESHNESS_WINDOW: Duration = Duration::from_secs(60);
/// A protocol that no client of the runner's speaks.
const NOBODY_S: &str = "nobody's";

pub(crate) fn config(
    options: &Options,
    own: &[Own],
    world: &World,
) -> Result<Arc<ServerConfig>, Failure> {
    let Algorithms {
        versions,
        cipher_suites,
        groups,
        signature_schemes,
    } = algorithms(options)?;
    let tickets = !options.no_ticket && !options.skip_ticket;
    // Without a key no ticket is opened.
    let shared = if options.no_ticket {
        Arc::default()
    } else {
        Arc::clone(&world.tickets)
    };
    let settings = ServerSettings {
        versions,
        cipher_suites,
        suite_order: if options.server_preference || options.policy.is_some() {
            SuiteOrder::Ours
        } else {
            SuiteOrder::Theirs
        },
        // It chooses the suite before it looks at a session.
        suite_choice: SuiteChoice::Best,
        groups,
        // BoringSSL's server would rather have a retry than its second choice.
        group_choice: GroupChoice::Best,
        signature_schemes,
        identities: own.iter().map(|own| own.identity.clone()).collect(),
        external_psks: credential::external_psks(options)?,
        client_auth: ClientAuth {
            mode: client_auth(options),
            authorities: authorities(options)?,
            ..ClientAuth::default()
        },
        alpn: alpn(options)?,
        session_forms: SessionForms { ids: true, tickets },
        tickets: TicketPlan {
            count: if tickets { TICKETS } else { 0 },
            ..TicketPlan::default()
        },
        early_data: if options.early_data {
            EarlyData::Accept {
                up_to: MOST_EARLY_DATA,
            }
        } else {
            EarlyData::Refuse
        },
        early_data_with_identity: true,
        freshness_window: FRESHNESS_WINDOW,
        extended_main_secret: ExtendedMainSecret::Prefer,
        secure_renegotiation: SecureRenegotiation::Prefer,
        renegotiation: Renegotiation::Ask,
        shared,
        trace: trace(options),
        vault: Some(Arc::clone(&world.vault)),
        policy: "bogo".to_owned(),
        ..ServerSettings::default()
    };
    Ok(Arc::new(ServerConfig::try_from(settings)?))
}

fn client_auth(options: &Options) -> ClientAuthMode {
    if options.require_client_certificate {
        ClientAuthMode::Require
    } else if options.verify_peer {
        ClientAuthMode::Request
    } else {
        ClientAuthMode::None
    }
}

fn alpn(options: &Options) -> Result<Vec<Alpn>, Failure> {
    let rejecting = options.reject_alpn.then_some(NOBODY_S);
    let selected = options.select_alpn.as_deref().into_iter().chain(rejecting);
    selected
        .map(|name| Alpn::new(name.as_bytes()))
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::expectation(error.to_string()))
}

/// Names in hexadecimal, with commas between.
fn authorities(options: &Options) -> Result<Vec<Vec<u8>>, Failure> {
    let list = options.client_ca_list.as_deref().unwrap_or_default();
    names(list)
}

/// As flags write a list of them.
pub(crate) fn names(list: &str) -> Result<Vec<Vec<u8>>, Failure> {
    if matches!(list, "" | "<NULL>" | "<EMPTY>") {
        return Ok(Vec::new());
    }
    let names = list
        .split(',')
        .map(|name| data_encoding::HEXLOWER_PERMISSIVE.decode(name.as_bytes()));
    names
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::expectation(error.to_string()))
}
