//! The retry: the first ClientHello is edited, not rebuilt, so nothing else can change.

use super::offer::{Offer, share_list};
use crate::fault::{Fault, LocalError, Misbehaviour};
use tessera_crypto::kex::{self, KeyShare};
use tessera_crypto::{Entropy, HashAlgorithm};
use tessera_wire::codepoint::{ExtensionType, NamedGroup};
use tessera_wire::extension::{Cookie, KeyShareHelloRetryRequest, SupportedGroups};
use tessera_wire::handshake::HelloRetryRequest;

impl Offer {
    /// Everything a HelloRetryRequest may change: RFC 9846 §4.2.2 (2), §4.2.4 (4, 6). The rest stays, a
    /// wish for tickets too: RFC 9149 §3 (4, 5).
    pub(crate) fn retry(
        &mut self,
        request: &HelloRetryRequest,
        entropy: &mut Entropy,
    ) -> Result<Option<NamedGroup>, Fault> {
        let group = request
            .extensions
            .find::<KeyShareHelloRetryRequest>()?
            .map(|KeyShareHelloRetryRequest(group)| group);
        let cookie = request.extensions.find::<Cookie>()?;
        if group.is_none() && cookie.is_none() {
            return Err(Misbehaviour::PointlessRetry.into());
        }
        // After a retry there is no early data: RFC 9846 §4.3.10 (5).
        self.hello.extensions.remove(ExtensionType::EARLY_DATA);
        if let Some(group) = group {
            self.check_group(group)?;
            let share = KeyShare::generate(group, entropy).map_err(|_| LocalError::Crypto)?;
            // One share, a new one: RFC 9846 §4.3.8 (10).
            self.shares = vec![share];
            self.hello
                .extensions
                .replace(&share_list(&self.shares, None));
        }
        // The only way a cookie gets into a hello: RFC 9846 §4.3.2 (1, 2).
        if let Some(cookie) = cookie {
            self.hello.extensions.push(&cookie);
        }
        Ok(group)
    }

    /// A PSK whose hash the chosen suite does not share cannot be offered again: §4.2.2.
    pub(crate) fn drop_psks_unless(&mut self, hash: HashAlgorithm) {
        self.psks.retain(|form| form.hash == hash);
        if self
            .session
            .as_ref()
            .is_some_and(|session| session.hash() != hash)
        {
            self.session = None;
        }
    }

    /// RFC 9846 §4.3.8 (8, 9): a group we offered, and one we sent no share for.
    fn check_group(&self, group: NamedGroup) -> Result<(), Fault> {
        let offered = self
            .hello
            .extensions
            .find::<SupportedGroups>()?
            .map(|SupportedGroups(groups)| groups);
        if !offered.unwrap_or_default().contains(&group) || !kex::is_supported(group) {
            return Err(Misbehaviour::UnofferedGroup(group).into());
        }
        if self.shares.iter().any(|share| share.group() == group) {
            return Err(Misbehaviour::PointlessRetry.into());
        }
        Ok(())
    }
}
