//! A server's store, verifier and register.

use super::{Done, Errand, Occasion, Response};
use crate::config::{Kept, ServerConfig};
use crate::{Asked, Trouble};
use tessera_engine::{
    Answer, Facts, Found, IdentityError, IdentityProblem, Keep, PeerClaim, SessionFacts, Verdict,
};
use tessera_session::session::Lineage;
use tessera_session::store::RegisteredConnection;
use tessera_session::{OpenFailure, Side, Spend, Summary, TicketId, TicketKind, Timestamp};
use tessera_wire::codepoint::ProtocolVersion;

/// A look-up: any failure is `Unavailable`, and a full handshake follows.
pub(super) fn find(config: &ServerConfig, id: TicketId) -> Response {
    let Some(Kept { store, vault }) = config.kept.clone() else {
        return Response::Now(Answer::Session(Found::Nothing));
    };
    Response::Later(Errand::ask(
        Asked::Find,
        config.store_deadline,
        async move {
            let asked = Asked::Find;
            let stored = match store.find(id).await {
                Ok(Some(stored)) => stored,
                Ok(None) => return Done::answer(Answer::Session(Found::Nothing)),
                Err(error) => {
                    return Done::answer(Answer::Session(Found::Unavailable))
                        .with(Trouble::Store { asked, error });
                }
            };
            // A store is not trusted to give what it was asked for; the scope is policy's to compare.
            let opened = if stored.id == id {
                vault.open_session(&stored, Side::Server)
            } else {
                Err(OpenFailure::Inconsistent)
            };
            match opened {
                Ok((session, _)) => {
                    Done::answer(Answer::Session(Found::Session(Box::new(session))))
                }
                Err(OpenFailure::OnlySummary) => Done::answer(Answer::Session(Found::Nothing)),
                Err(failure) => Done::answer(Answer::Session(Found::Nothing))
                    .with(Trouble::Record { asked, failure }),
            }
        },
    ))
}

/// A claim that fails or comes too late counts as lost.
pub(super) fn claim(config: &ServerConfig, spend: Spend) -> Response {
    let Some(Kept { store, .. }) = config.kept.clone() else {
        return Response::Now(Answer::Claim(None));
    };
    Response::Later(Errand::ask(
        Asked::Claim,
        config.store_deadline,
        async move {
            match store.claim(spend).await {
                Ok(claim) => Done::answer(Answer::Claim(Some(claim))),
                Err(error) => Done::answer(Answer::Claim(None)).with(Trouble::Store {
                    asked: Asked::Claim,
                    error,
                }),
            }
        },
    ))
}

/// The ticket goes out only once its session is in the store. In TLS 1.2 it is the end of the
/// handshake that waits for that, and no longer than for any other answer of the store.
pub(super) fn keep(config: &ServerConfig, keep: Keep) -> Response {
    let Some(Kept { store, vault }) = config.kept.clone() else {
        return Response::Now(Answer::Kept(false));
    };
    let deadline = match keep.session.version {
        ProtocolVersion::TLS1_2 => config.store_deadline,
        _ => config.keep_deadline,
    };
    Response::Later(Errand::ask(Asked::Keep, deadline, async move {
        let asked = Asked::Keep;
        let stored = match vault.seal_session(&keep.session, None, Side::Server, keep.id) {
            Ok(stored) => stored,
            Err(error) => {
                return Done::answer(Answer::Kept(false)).with(Trouble::Unsealable {
                    asked,
                    why: error.to_string(),
                });
            }
        };
        match store.insert(stored).await {
            Ok(()) => Done::answer(Answer::Kept(true)),
            Err(error) => Done::answer(Answer::Kept(false)).with(Trouble::Store { asked, error }),
        }
    }))
}

/// Nobody is accepted where nobody can vouch.
pub(super) fn verify(config: &ServerConfig, claim: &PeerClaim, now: Timestamp) -> Response {
    let verdict = match &config.verifier {
        Some(verifier) => verifier.verify(claim, now),
        None => Verdict::Rejected(IdentityError {
            certificate: 0,
            subject: String::new(),
            problem: IdentityProblem::UnknownIssuer,
        }),
    };
    Response::Now(Answer::Verdict(verdict))
}

/// Nobody is let in where nobody can say.
pub(super) fn authorise(config: &ServerConfig, facts: Box<Facts>) -> Response {
    let Some(authorise) = config.authorise.clone() else {
        return Response::Now(Answer::Authorised(false));
    };
    Response::Later(Errand::ask(
        Asked::Authorise,
        config.authorisation_deadline,
        async move { Done::answer(Answer::Authorised(authorise.authorise(&facts).await)) },
    ))
}

/// A line in the listing for the self-encrypted tickets of a lineage, when it begins or first comes here, and one in the
/// register for the connection.
pub(super) fn established(
    config: &ServerConfig,
    facts: &Facts,
    occasion: &Occasion<'_>,
) -> Vec<Errand> {
    summarise(config, facts, occasion)
        .into_iter()
        .chain(register(config, facts, occasion))
        .collect()
}

fn summarise(config: &ServerConfig, facts: &Facts, occasion: &Occasion<'_>) -> Option<Errand> {
    let Kept { store, vault } = config.kept.clone()?;
    let settings = config.engine().settings();
    let travels = match facts.version {
        ProtocolVersion::TLS1_2 => !occasion.stored && !settings.single_use,
        _ => {
            let kind = config.engine().ticket_kind(facts.peer.as_ref());
            kind != TicketKind::Stored && settings.tickets.count > 0
        }
    };
    // A lineage that began at another server comes here by a ticket nobody has resumed.
    let may_be_foreign =
        facts.resumed && facts.session.generation == 0 && settings.migration.is_some();
    let begins = !facts.resumed && travels;
    if !begins && !may_be_foreign {
        return None;
    }
    let summary = lineage_summary(facts);
    let scope = config.engine().scope(facts.server_name.as_ref());
    Some(Errand::ask(
        Asked::Summarise,
        config.keep_deadline,
        async move {
            let asked = Asked::Summarise;
            if may_be_foreign && matches!(store.find(summary.id).await, Ok(Some(_))) {
                return Done::nothing();
            }
            let stored = match vault.seal_listing(&summary, scope) {
                Ok(stored) => stored,
                Err(error) => {
                    return Done::nothing().with(Trouble::Unsealable {
                        asked,
                        why: error.to_string(),
                    });
                }
            };
            match store.insert(stored).await {
                Ok(()) => Done::nothing(),
                Err(error) => Done::nothing().with(Trouble::Store { asked, error }),
            }
        },
    ))
}

fn lineage_summary(facts: &Facts) -> Summary {
    let SessionFacts {
        lineage,
        generation,
        authenticated_at,
        issued_at,
        lineage_ends_at,
        taint,
        ..
    } = facts.session;
    Summary {
        id: TicketId::of_lineage(lineage),
        lineage: Lineage {
            id: lineage,
            generation,
        },
        side: Side::Server,
        version: facts.version,
        cipher_suite: facts.cipher_suite,
        group: facts.group,
        server_name: facts.server_name.clone(),
        peer: facts.peer.as_ref().map(|peer| peer.subject.clone()),
        alpn: facts.alpn.clone(),
        authenticated_at,
        issued_at,
        expires_at: lineage_ends_at,
        lineage_ends_at,
        tainted: taint.is_some(),
        kind: TicketKind::Lineage,
    }
}

fn register(config: &ServerConfig, facts: &Facts, occasion: &Occasion<'_>) -> Option<Errand> {
    let registration = config.register.clone()?;
    let connection = RegisteredConnection {
        connection: occasion.connection,
        process: registration.process,
        session: facts.session.id,
        lineage: facts.session.lineage,
        peer: occasion.peer.unwrap_or_default().to_owned(),
        opened_at: occasion.now,
        closed_at: None,
        seen_at: occasion.now,
    };
    Some(Errand::ask(
        Asked::Register,
        config.keep_deadline,
        async move { registered(registration.register.opened(connection).await) },
    ))
}

/// A connection that was registered has ended.
pub(super) fn closed(config: &ServerConfig, occasion: &Occasion<'_>) -> Option<Errand> {
    let registration = config.register.clone()?;
    let (connection, at) = (occasion.connection, occasion.now);
    Some(Errand::ask(
        Asked::Register,
        config.keep_deadline,
        async move { registered(registration.register.closed(connection, at).await) },
    ))
}

fn registered(reply: Result<(), tessera_session::StoreError>) -> Done {
    match reply {
        Ok(()) => Done::nothing(),
        Err(error) => Done::nothing().with(Trouble::Store {
            asked: Asked::Register,
            error,
        }),
    }
}

/// Stored sessions of a connection that ended badly are forgotten; a self-encrypted ticket that is
/// out cannot be. TLS 1.2 may have stored one whatever the tickets are: it has session IDs, too.
pub(super) fn discard(
    config: &ServerConfig,
    tickets: &[TicketId],
    facts: Option<&Facts>,
) -> Option<Errand> {
    let Kept { store, .. } = config.kept.clone()?;
    let settings = config.engine().settings();
    let peer = facts.and_then(|facts| facts.peer.as_ref());
    let is_tls12 = facts.is_some_and(|facts| facts.version == ProtocolVersion::TLS1_2);
    let stores = config.engine().ticket_kind(peer) == TicketKind::Stored
        || (settings.session_forms.ids && is_tls12);
    if tickets.is_empty() || !stores {
        return None;
    }
    let tickets = tickets.to_vec();
    Some(Errand::ask(
        Asked::Discard,
        config.store_deadline,
        async move {
            for id in tickets {
                if let Err(error) = store.remove(id).await {
                    return Done::nothing().with(Trouble::Store {
                        asked: Asked::Discard,
                        error,
                    });
                }
            }
            Done::nothing()
        },
    ))
}
