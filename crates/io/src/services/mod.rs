//! Answers every question of the engine: store and wallet, verifier, signer.
//!
//! What takes no time is answered at once. Everything else is an [`Errand`]: a reply that is
//! polled by whoever turns the connection's crank, and given up after its deadline.

mod client;
mod errand;
mod server;

pub(crate) use client::ClientServices;
pub(crate) use errand::{Done, Errand, Limit, Work};

use crate::config::ServerConfig;
use crate::{KeyLogSink, Observer, Trouble};
use std::sync::Arc;
use tessera_engine::{Answer, Consent, Ending, Facts, Question};
use tessera_identity::Signer;
use tessera_session::store::ConnectionId;
use tessera_session::{Side, Timestamp};
use tessera_wire::codepoint::SignatureScheme;

/// Those who answer a connection's questions.
pub(crate) enum Services {
    Client(ClientServices),
    Server(Arc<ServerConfig>),
}

/// What becomes of a question.
pub(crate) enum Response {
    Now(Answer),
    Later(Errand),
}

/// Which connection it is about, and when.
pub(crate) struct Occasion<'a> {
    pub(crate) connection: ConnectionId,
    pub(crate) peer: Option<&'a str>,
    pub(crate) now: Timestamp,
    /// TLS 1.2: the session of the handshake that is complete is in the store, under its ID.
    pub(crate) stored: bool,
}

impl Services {
    pub(crate) fn answer(&self, question: Question, now: Timestamp) -> Response {
        match (self, question) {
            (Self::Server(config), Question::FindSession(id)) => server::find(config, id),
            (Self::Server(config), Question::ClaimSession(spend)) => server::claim(config, spend),
            (Self::Server(config), Question::Keep(keep)) => server::keep(config, *keep),
            (Self::Server(config), Question::VerifyPeer(claim)) => {
                server::verify(config, &claim, now)
            }
            (
                Self::Server(config),
                Question::Sign {
                    identity,
                    scheme,
                    message,
                },
            ) => sign(config.signers.get(identity), scheme, message),
            (Self::Client(services), Question::Keep(keep)) => services.keep(*keep),
            (Self::Client(services), Question::VerifyPeer(claim)) => Response::Now(
                Answer::Verdict(services.config.verifier.verify(&claim, now)),
            ),
            (
                Self::Client(services),
                Question::Sign {
                    identity,
                    scheme,
                    message,
                },
            ) => sign(services.config.signers.get(identity), scheme, message),
            // Only a server looks sessions up.
            (Self::Client(_), Question::FindSession(_)) => {
                Response::Now(Answer::Session(tessera_engine::Found::Nothing))
            }
            (Self::Client(_), Question::ClaimSession(_)) => Response::Now(Answer::Claim(None)),
            (Self::Server(config), Question::Authorise(facts)) => server::authorise(config, facts),
            // Only a server asks whom to let in.
            (Self::Client(_), Question::Authorise(_)) => Response::Now(Answer::Authorised(false)),
            // Whoever wants to decide each time drives the engine.
            (_, Question::Renegotiate) => Response::Now(Answer::Consent(Consent::Decline)),
        }
    }

    /// What is to be done once a handshake is complete.
    pub(crate) fn established(&self, facts: &Facts, occasion: &Occasion<'_>) -> Vec<Errand> {
        match self {
            Self::Client(services) => services.established(facts).into_iter().collect(),
            Self::Server(config) => server::established(config, facts, occasion),
        }
    }

    /// What is to be done about an end: a fatal one costs the tickets of this connection
    /// (RFC 9846 §6), a peer that does not verify costs all we have of it.
    pub(crate) fn ended(&self, ending: &Ending, facts: Option<&Facts>) -> Vec<Errand> {
        let Ending::Fault { fault, discard, .. } = ending else {
            return Vec::new();
        };
        match self {
            Self::Client(services) => services.ended(fault, discard),
            Self::Server(config) => {
                let errand = server::discard(config, discard, facts);
                errand.into_iter().collect()
            }
        }
    }

    /// Nobody waits for this one: it is begun, and whoever runs the register finishes it.
    pub(crate) fn closed(&self, occasion: &Occasion<'_>) -> Option<Errand> {
        match self {
            Self::Client(_) => None,
            Self::Server(config) => server::closed(config, occasion),
        }
    }

    pub(crate) fn side(&self) -> Side {
        match self {
            Self::Client(_) => Side::Client,
            Self::Server(_) => Side::Server,
        }
    }

    pub(crate) fn observer(&self) -> Option<&dyn Observer> {
        match self {
            Self::Client(services) => services.config.observer.as_deref(),
            Self::Server(config) => config.observer.as_deref(),
        }
    }

    pub(crate) fn key_log(&self) -> Option<&dyn KeyLogSink> {
        match self {
            Self::Client(services) => services.config.key_log.as_deref(),
            Self::Server(config) => config.key_log.as_deref(),
        }
    }

    pub(crate) fn handshake_timeout(&self) -> Option<std::time::Duration> {
        match self {
            Self::Client(services) => services.config.handshake_timeout(),
            Self::Server(config) => config.handshake_timeout(),
        }
    }

    pub(crate) fn idle_timeout(&self) -> Option<std::time::Duration> {
        match self {
            Self::Client(services) => services.config.idle_timeout(),
            Self::Server(config) => config.idle_timeout(),
        }
    }
}

/// A key in memory signs at once; one in a module takes its time, up to the handshake's timeout.
fn sign(signer: Option<&Arc<dyn Signer>>, scheme: SignatureScheme, message: Vec<u8>) -> Response {
    let Some(signer) = signer.map(Arc::clone) else {
        return Response::Now(Answer::Signature(None));
    };
    Response::Later(Errand::sign(async move {
        match signer.sign(scheme, message).await {
            Ok(signature) => Done::answer(Answer::Signature(Some(signature))),
            Err(error) => Done::answer(Answer::Signature(None)).with(Trouble::Signer {
                why: error.to_string(),
            }),
        }
    }))
}
