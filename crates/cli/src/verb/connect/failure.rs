//! From errors of TLS and I/O to exit codes: who failed, and which alert told it.

use super::body::StdoutError;
use crate::exit::{AlertSeen, Exit, Failure};
use crate::plan::connect::ConnectPlan;
use std::error::Error;
use std::io;
use tessera::engine::{Ending, Fault, IdentityProblem, NotTls, RecordError};
use tessera::{AlertSender, TlsError};

/// When it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum During {
    /// The handshake.
    Handshake,
    /// What came after.
    Exchange,
}

/// What an error means for whoever started the program.
pub(super) fn explain(
    error: &(dyn Error + 'static),
    during: During,
    plan: &ConnectPlan,
) -> Failure {
    let peer = format!("{}:{}", plan.target.host, plan.target.port);
    let doing = match during {
        During::Handshake => format!("handshake with {peer}"),
        During::Exchange => format!("connection to {peer}"),
    };
    if let Some(ours) = chain(error).find_map(stdout_error) {
        return Failure::internal(ours);
    }
    let Some(tls) = tls_error(error) else {
        let exit = match during {
            During::Handshake => Exit::Handshake,
            During::Exchange => Exit::Internal,
        };
        return Failure::new(exit, format_args!("{doing} failed: {}", innermost(error)));
    };
    let alert = tls.alert().map(|(sender, description)| AlertSeen {
        description: description.to_string(),
        sent_by: match sender {
            AlertSender::Us => "us",
            AlertSender::Peer => "peer",
        },
    });
    let told = told(tls, alert.as_ref());
    Failure {
        alert,
        hint: tls.fault().and_then(hint),
        ..Failure::new(exit(tls, during), format_args!("{doing} failed: {told}"))
    }
}

/// What went wrong, in which state, and the alert if it does not say so itself.
fn told(tls: &TlsError, alert: Option<&AlertSeen>) -> String {
    let Some(Ending::Fault { fault, state, .. }) = tls.ending() else {
        return tls.to_string();
    };
    match alert {
        Some(AlertSeen {
            description,
            sent_by: "us",
        }) => format!("{fault} (in {state}; we sent the alert {description})"),
        _ => format!("{fault} (in {state})"),
    }
}

/// What people mostly try next.
fn hint(fault: &Fault) -> Option<&'static str> {
    match fault {
        Fault::Identity(error) if error.problem == IdentityProblem::UnknownIssuer => Some(
            "--ca-file names the authority to trust; the one of `tessera serve` is ca.pem in its state directory",
        ),
        Fault::Record(RecordError::NotTls(NotTls::Unknown)) => {
            Some("if the server begins in the clear, --starttls says in which protocol")
        }
        _ => None,
    }
}

fn exit(error: &TlsError, during: During) -> Exit {
    match (error, error.fault(), during) {
        (_, Some(Fault::Identity(_)), _) => Exit::Unverified,
        (_, Some(_), _) => Exit::Handshake,
        (TlsError::HandshakeTimeout { .. } | TlsError::Idle { .. }, ..) => Exit::Timeout,
        (_, None, During::Handshake) => Exit::Handshake,
        (_, None, During::Exchange) => Exit::Internal,
    }
}

/// The TLS error behind an error of I/O or HTTP, if there is one.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a TlsError> {
    chain(error).find_map(|error| error.downcast_ref::<io::Error>().and_then(TlsError::of))
}

/// The error of our own stdout behind an error of I/O, if there is one.
fn stdout_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a StdoutError> {
    let inner = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    let inner = inner.map(|inner| inner as &(dyn Error + 'static));
    inner.unwrap_or(error).downcast_ref()
}

/// HTTP's errors say least on the outside.
fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| Error::source(*error))
}
