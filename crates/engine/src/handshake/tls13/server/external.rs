//! A client offers an external key: RFC 9846 §2.2, §4.3.11.

use super::State;
use super::agreed::Agreed;
use super::decide::{Choice, choose_suite};
use super::flight::{self, Psk};
use super::hello::Hello;
use crate::config::PskForm;
use crate::fault::{Fault, Mismatch};
use crate::handshake::current::Current;
use crate::handshake::cx::Cx;
use crate::handshake::hello::offered::Offered;
use crate::{Event, ServerConfig};
use std::sync::Arc;
use tessera_crypto::SuiteParameters;
use tessera_session::{ClientAuthMode, PeerIdentity, Refusal};

/// A key of ours that the client offers, and a suite that goes with it.
pub(super) struct External {
    pub(super) form: Arc<PskForm>,
    pub(super) suite: &'static SuiteParameters,
    pub(super) position: usize,
}

/// Our best key that the client offers, in a form that goes with a suite of both; in a mode that we
/// have. Its age is not looked at: RFC 9846 §4.3.11 (1, 3).
pub(super) fn choose(offered: &Offered, config: &ServerConfig) -> Option<External> {
    let psks = offered.psks.as_ref()?;
    if !offered.resumes_with_key_exchange() {
        return None;
    }
    config.psks().iter().find_map(|form| {
        let mut identities = psks.identities.iter();
        let position = identities.position(|offered| offered.identity == form.identity)?;
        let suite = choose_suite(offered, config, Some(form.hash)).ok()?;
        Some(External {
            form: Arc::clone(form),
            suite,
            position,
        })
    })
}

/// A full handshake that the key authenticates both ways: no certificates, nor a request for one
/// (RFC 9846 §4.4.2 (7), §F.1 (1)), and a new lineage.
pub(super) fn authenticated(
    mut choice: Choice,
    external: &External,
    hello: &Hello,
    refusal: Option<Refusal>,
    cx: &mut Cx<'_, ServerConfig>,
) -> Result<State, Fault> {
    let form = &external.form;
    hello.verify_binder(external.position, form.hash, (&form.secret, form.origin))?;
    if let Some(refusal) = refusal {
        cx.tell(Event::Refused(refusal));
    }
    choice.suite = external.suite;
    let plan = &cx.config.settings().tickets;
    let current = Current::founded(cx.now, plan.lineage_lifetime);
    let until = current.lifetime.lineage_ends_at;
    let mut agreed = Agreed {
        refusal,
        peer: Some(PeerIdentity::by_external_psk(&form.name, until)),
        external_psk: Some(form.name.clone()),
        scheme: None,
        can_be_asked: false,
        ..Agreed::new(choice, hello, current, plan)
    };
    if let Some(refusal) = refusal {
        agreed.settle_early_data(Err(refusal));
    }
    let psk = Psk {
        secret: &form.secret,
        // There are fewer identities in a hello than a number of two bytes counts.
        selected_identity: external.position as u16,
        early_data: None,
    };
    flight::begin(agreed, hello, Some(&psk), cx)?.finished(ClientAuthMode::None, cx)
}

/// Nobody is let in without a key, and this client has none of ours.
pub(super) fn unknown(offered: &Offered) -> Fault {
    match &offered.psks {
        Some(_) if offered.resumes_with_key_exchange() => Mismatch::ExternalPsk.into(),
        _ => Mismatch::PskMode.into(),
    }
}
