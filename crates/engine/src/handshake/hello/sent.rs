//! A ClientHello that is out, and what a ServerHello may say to it in either version.

use super::offer::Offer;
use crate::Destination;
use crate::fault::{Fault, Misbehaviour};
use crate::keys::transcript::Unhashed;
use tessera_session::Refusal;
use tessera_wire::codepoint::ExtensionType;
use tessera_wire::extension::Extensions;

/// Our ClientHello is out.
pub(crate) struct Sent {
    pub(crate) to: Destination,
    pub(crate) offer: Offer,
    /// What was said before a suite was chosen.
    pub(crate) messages: Unhashed,
    /// Why a session we had was not even offered.
    pub(crate) refusal: Option<Refusal>,
    /// Why no early data goes with the session that is offered, where the settings would have it.
    pub(crate) early_data_withheld: Option<Refusal>,
}

impl Sent {
    /// Whether early data may be under way behind this hello.
    pub(crate) fn offers_early_data(&self) -> bool {
        self.offer.asked_for(ExtensionType::EARLY_DATA)
    }

    /// RFC 9846 §4.3 (4): no answers to what was not asked, a retry's cookie excepted.
    pub(crate) fn check_answers(
        &self,
        extensions: &Extensions,
        excepted: Option<ExtensionType>,
    ) -> Result<(), Fault> {
        match extensions
            .types()
            .find(|kind| !self.offer.asked_for(*kind) && Some(*kind) != excepted)
        {
            Some(kind) => Err(Misbehaviour::UnsolicitedExtension(kind.0).into()),
            None => Ok(()),
        }
    }
}
