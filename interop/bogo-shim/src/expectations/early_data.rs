//! What should become of early data.

use super::peer::certificates;
use super::{expect, same};
use crate::failure::Failure;
use crate::options::Options;
use tessera_engine::{EarlyDataFate, Facts};
use tessera_session::{Refusal, Session};
use tessera_wire::codepoint::ProtocolVersion;

/// While a client sends it: the terms are those of the session.
pub(crate) fn early(options: &Options, session: &Session) -> Result<(), Failure> {
    let wanted = &options.expect;
    expect("no offer of early data", !wanted.early_data_not_offered)?;
    same("version", wanted.version.as_ref(), Some(&session.version.0))?;
    same(
        "cipher",
        wanted.cipher.as_ref(),
        Some(&session.cipher_suite.0),
    )?;
    let alpn = session.binding.alpn.as_ref().map(ToString::to_string);
    expect("another protocol", alpn == wanted.alpn)?;
    if let Some(file) = &wanted.peer_certificate_file {
        let chain = session.binding.peer.as_ref().map(|peer| &peer.chain);
        same("chain", Some(&certificates(file)?), chain)?;
    }
    Ok(())
}

pub(super) fn after_handshake(options: &Options, facts: &Facts) -> Result<(), Failure> {
    let wanted = &options.expect;
    let accepted = facts.early_data == EarlyDataFate::Accepted;
    expect("early data", accepted || !wanted.early_data_accepted)?;
    expect("no early data", !accepted || !wanted.early_data_rejected)?;
    same(
        "early data reason",
        wanted.early_data_reason.as_deref(),
        Some(reason(options, facts)),
    )
}

/// BoringSSL's word for it. Of several reasons either end tells the one it has seen first.
fn reason(options: &Options, facts: &Facts) -> &'static str {
    if facts.version != ProtocolVersion::TLS1_3 {
        return "protocol_version";
    }
    if !options.early_data {
        return "disabled";
    }
    match facts.early_data {
        EarlyDataFate::Accepted => "accept",
        EarlyDataFate::NotOffered if facts.resumed => "unsupported_for_session",
        EarlyDataFate::NotOffered => "no_session_offered",
        EarlyDataFate::Rejected(_) if facts.retried && (facts.resumed || !options.server) => {
            "hello_retry_request"
        }
        EarlyDataFate::Rejected(_) if !facts.resumed => "session_not_resumed",
        EarlyDataFate::Rejected(why) | EarlyDataFate::Withheld(why) => match why {
            Refusal::EarlyDataNotInTicket => "unsupported_for_session",
            Refusal::EarlyDataDifferentAlpn => "alpn_mismatch",
            Refusal::EarlyDataNotFresh => "ticket_age_skew",
            Refusal::DeclinedByServer => "peer_declined",
            _ => "another",
        },
    }
}
