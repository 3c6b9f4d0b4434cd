//! What the hellos of either end say, and what becomes of one that breaks a rule.

mod early_data;
mod groups;
mod offers;
mod renegotiation_info;
mod retries;
mod server_hellos;
mod versions;

use tessera_engine::Fault;
use tessera_testkit::{Direction, End, Link, Pair};
use tessera_wire::codepoint::AlertDescription as Alert;
use tessera_wire::handshake::{ClientHello, Handshake, HelloRetryRequest, ServerHello};

/// The hellos in the clear among what an end sent.
fn hellos(sent: &[u8]) -> Vec<Handshake> {
    let (mut hellos, mut rest) = (Vec::new(), sent);
    while let [kind, _, _, high, low, ..] = *rest {
        let (record, behind) = rest.split_at(5 + usize::from(u16::from_be_bytes([high, low])));
        let hello = split(&record[5..]).map(|(message, _)| Handshake::decode(message));
        if let (22, Some(Ok(hello))) = (kind, hello) {
            hellos.push(hello);
        }
        rest = behind;
    }
    hellos
}

/// The hello at the front of a record's content, and what is behind it.
fn split(content: &[u8]) -> Option<(&[u8], &[u8])> {
    match *content {
        [1 | 2, a, b, c, ..] => {
            let length = u32::from_be_bytes([0, a, b, c]) as usize;
            content.split_at_checked(4 + length)
        }
        _ => None,
    }
}

/// The hello that `bytes` begin with.
fn first(bytes: &[u8]) -> Option<Handshake> {
    let (message, _) = split(bytes.strip_prefix(&[22])?.get(4..)?)?;
    Handshake::decode(message).ok()
}

/// Puts another hello into the place of the one that `bytes` begin with.
fn put_first(bytes: &mut Vec<u8>, hello: &[u8]) {
    let length = usize::from(u16::from_be_bytes([bytes[3], bytes[4]]));
    let (record, rest) = bytes.split_at(5 + length);
    let (_, behind) = split(&record[5..]).expect("a hello comes first");
    let mut edited = record[..3].to_vec();
    edited.extend(((hello.len() + behind.len()) as u16).to_be_bytes());
    edited.extend(hello);
    edited.extend(behind);
    edited.extend(rest);
    *bytes = edited;
}

/// A connection whose ClientHellos somebody changes.
fn client_hello_edited(pair: &mut Pair, mut link: Link, edit: impl Fn(&mut ClientHello)) -> Link {
    link.run_through(&mut pair.world, |direction, bytes| {
        if direction == Direction::ToServer
            && let Some(Handshake::ClientHello(mut hello)) = first(bytes)
        {
            edit(&mut hello);
            put_first(bytes, &hello.encode());
        }
    });
    link
}

/// A connection whose ServerHello somebody changes.
fn server_hello_edited(pair: &mut Pair, mut link: Link, edit: impl Fn(&mut ServerHello)) -> Link {
    link.run_through(&mut pair.world, |direction, bytes| {
        if direction == Direction::ToClient
            && let Some(Handshake::ServerHello(mut hello)) = first(bytes)
        {
            edit(&mut hello);
            put_first(bytes, &hello.encode());
        }
    });
    link
}

/// A connection whose HelloRetryRequest somebody changes.
fn retry_edited(pair: &mut Pair, mut link: Link, edit: impl Fn(&mut HelloRetryRequest)) -> Link {
    link.run_through(&mut pair.world, |direction, bytes| {
        if direction == Direction::ToClient
            && let Some(Handshake::HelloRetryRequest(mut request)) = first(bytes)
        {
            edit(&mut request);
            put_first(bytes, &request.encode());
        }
    });
    link
}

/// How an end ended: its fault and its alert.
fn end(end: &End) -> (Option<Fault>, Option<Alert>) {
    (end.fault().cloned(), end.alert_sent())
}
