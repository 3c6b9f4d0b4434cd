//! From certificates and a store to the TLS server's config; once at the start, and at each SIGHUP.

use super::book::Book;
use crate::exit::{Failure, Outcome};
use crate::plan::serve::{Certificates, ServePlan};
use crate::report::talk::Talk;
use crate::store::Store;
use std::sync::Arc;
use tessera::engine::Trace;
use tessera::identity::Signer;
use tessera::session::Tickets;
use tessera::session::store::ProcessId;
use tessera::{KeyLogSink, Registration, ServerConfig, ServerSettings, clock};

/// What stays the same when certificates are reloaded.
pub(crate) struct Lasting {
    /// Sessions, ring, register.
    pub(crate) store: Store,
    /// The ring and the revocations of this process.
    pub(crate) tickets: Arc<Tickets>,
    /// Of this server and those it shares sessions with.
    pub(crate) deployment: [u8; 16],
    /// Who is told what happens.
    pub(crate) book: Arc<Book>,
    /// Where traffic secrets go.
    pub(crate) key_log: Option<Arc<dyn KeyLogSink>>,
    /// This process in the register.
    pub(crate) process: ProcessId,
}

/// The config for these certificates.
pub(crate) fn build(
    plan: &ServePlan,
    certificates: Certificates,
    lasting: &Lasting,
) -> Outcome<Arc<ServerConfig>> {
    let defaults = ServerSettings::default();
    let mut settings = ServerSettings {
        versions: plan.versions.clone(),
        session_forms: plan.session_forms,
        renegotiation: plan.renegotiation,
        alpn: plan.alpn.clone(),
        external_psks: certificates.external_psks,
        client_auth: certificates.client_auth,
        client_verifier: certificates.client_verifier,
        tickets: plan.tickets,
        single_use: plan.single_use,
        early_data: plan.early_data,
        store_deadline: plan.store_deadline,
        shared: Some(Arc::clone(&lasting.tickets)),
        migration: plan
            .migration
            .as_ref()
            .map(|migration| Arc::clone(&migration.tickets)),
        store: Some(Arc::clone(&lasting.store.sessions)),
        vault: Some(lasting.store.vault.clone()),
        register: Some(Registration {
            register: Arc::clone(&lasting.store.register),
            process: lasting.process,
        }),
        revocation_lag: Some(plan.revocation_lag),
        deployment: Some(lasting.deployment),
        policy: plan.policy.clone(),
        // What is agreed inside one protocol is not picked up in another.
        protocol: plan
            .starttls
            .map_or(defaults.protocol, |protocol| protocol.name().to_owned()),
        handshake_timeout: Some(plan.handshake_timeout),
        idle_timeout: Some(plan.idle_timeout),
        trace: match plan.feed {
            true => Trace::Messages,
            false => Trace::Off,
        },
        observer: Some(Arc::clone(&lasting.book) as _),
        key_log: lasting.key_log.clone(),
        ..defaults
    };
    if !plan.groups.is_empty() {
        settings.groups.clone_from(&plan.groups);
    }
    match certificates.ocsp {
        None => settings.credentials = certificates.credentials,
        Some(staple) => {
            settings.signers = certificates
                .credentials
                .into_iter()
                .map(|credential| (credential.identity(), credential.key as Arc<dyn Signer>))
                .collect();
            if let Some((identity, _)) = settings.signers.first_mut() {
                identity.ocsp = Some(staple);
            }
        }
    }
    // What the flags allow and TLS does not: too many tickets, too long a lineage.
    ServerConfig::try_from(settings)
        .map(Arc::new)
        .map_err(Failure::usage)
}

/// Says what clients might take offence at.
pub(crate) fn warn(certificates: &Certificates, talk: Talk) {
    let now = clock::now();
    for warning in certificates
        .credentials
        .iter()
        .flat_map(|credential| credential.warnings(now))
    {
        talk.warn(warning);
    }
}
