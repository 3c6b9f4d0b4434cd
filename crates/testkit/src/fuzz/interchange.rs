//! Targets for what other programs write: session files, ticket-key files, the sessions in servers' tickets; and our
//! own session file. What is read is tainted, and can be written again to something that reads the same.

mod seeds;

use std::sync::LazyLock;

use tessera_crypto::Entropy;
use tessera_interchange::ticket::{Opened, open, seal};
use tessera_interchange::ticket_key::{self, KeyFileError};
use tessera_interchange::{
    ForeignSession, Format, ReadError, boringssl, botan, container, curl, openssl,
};
use tessera_session::{Dialect, ForeignKey, ForeignRole, KeyName, Timestamp, Vault};

super::table! { INTERCHANGE, 1500 variants:
    session_file openssl_session openssl_file boringssl_session botan_session botan_sealed curl_file
    server_session foreign_ticket ticket_key_file
}

/// Whatever a file of another stack gave: nobody has vouched for it, OpenSSL's file can hold it, and reads the same.
fn settles(file: &ForeignSession) {
    assert!(file.session.taint.is_some(), "a file's word is not enough");
    let written =
        openssl::write_der(&file.session, &file.ticket).expect("what was read has a form");
    let again = openssl::read_der(&written).expect("what was written can be read");
    assert_eq!(again.ticket, file.ticket);
    assert_eq!(again.session.binding.alpn, file.session.binding.alpn);
    assert_eq!(again.session.app_data, file.session.app_data);
    assert!(again.session.taint.is_some(), "no taint washes out");
    // The first writing may lose what only the file knew; the second loses nothing.
    let twice = openssl::write_der(&again.session, &again.ticket);
    assert_eq!(twice.as_deref(), Ok(&*written));
    assert_eq!(Format::detect(&written), Ok(Format::OpenSsl));
}

fn said(error: &ReadError) {
    assert!(!error.to_string().is_empty());
}

/// OpenSSL's DER.
pub fn openssl_session(data: &[u8]) {
    match openssl::read_der(data) {
        Ok(file) => {
            settles(&file);
            if let Ok(ticket) = openssl::ticket_of(data) {
                assert_eq!(ticket, file.ticket);
                let other = openssl::with_ticket(data, b"another").expect("it was read before");
                assert_eq!(openssl::ticket_of(&other).as_deref(), Ok(&b"another"[..]));
            }
        }
        Err(error) => said(&error),
    }
}

/// OpenSSL's PEM.
pub fn openssl_file(data: &[u8]) {
    match openssl::read_pem(&String::from_utf8_lossy(data)) {
        Ok(file) => {
            settles(&file);
            let pem = openssl::write_pem(&file.session, &file.ticket).expect("as above");
            assert!(openssl::read_pem(&pem).is_ok());
        }
        Err(error) => said(&error),
    }
}

/// BoringSSL's DER: no file is a session in both dialects without one of them being told by detection.
pub fn boringssl_session(data: &[u8]) {
    match boringssl::read_der(data) {
        Ok(file) => {
            settles(&file);
            let detected = Format::detect(data);
            assert!(
                matches!(
                    detected,
                    Ok(Format::BoringSsl) | Err(ReadError::Unclear | ReadError::BothDialects)
                ),
                "a client's session was taken for {detected:?}"
            );
        }
        Err(error) => said(&error),
    }
}

/// Botan's DER, with the ticket its database has beside it.
pub fn botan_session(data: &[u8]) {
    match botan::read_der(data, botan::Handle::Ticket(b"a ticket")) {
        Ok(file) => settles(&file),
        Err(error) => said(&error),
    }
}

const BOTAN_KEY: &[u8] = &[0x42; 32];

/// Botan's sealed session: only the genuine one opens.
pub fn botan_sealed(data: &[u8]) {
    let genuine = seeds::BOTAN_SEALED == data;
    match botan::open_sealed(data, BOTAN_KEY) {
        Ok(_) => assert!(genuine, "a session nobody sealed has opened"),
        Err(error) => {
            assert!(!genuine, "{error}");
            said(&error);
        }
    }
}

/// curl's file: a line each.
pub fn curl_file(data: &[u8]) {
    match curl::read(&String::from_utf8_lossy(data)) {
        Ok(lines) => {
            assert!(!lines.is_empty());
            for line in lines {
                match line.session {
                    Ok(session) => settles(&session),
                    Err(error) => said(&error),
                }
            }
        }
        Err(error) => said(&error),
    }
}

/// The vault of the session file.
fn vault() -> &'static Vault {
    static VAULT: LazyLock<Vault> = LazyLock::new(|| Vault::new(&[3; 32]));
    &VAULT
}

/// Our own file: only what was sealed opens.
pub fn session_file(data: &[u8]) {
    static GENUINE: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
        seeds::session_file()
            .into_iter()
            .map(|seed| seed.bytes)
            .collect()
    });
    let genuine = GENUINE.iter().any(|file| file == data);
    match container::read(vault(), data) {
        Ok(file) => {
            assert!(genuine, "a file nobody sealed has opened");
            assert!(file.session.taint.is_some());
        }
        Err(error) => {
            assert!(!genuine, "{error}");
            said(&error);
        }
    }
}

/// A server's session in OpenSSL's structure: what is read is written for another server and reads the same there.
pub fn server_session(data: &[u8]) {
    let Ok(state) = openssl::read_state(data, b"a ticket") else {
        return;
    };
    let session = &state.session;
    assert!(session.binding.peer.is_none() && session.taint.is_none());
    assert!(session.lifetime.authenticated_at <= session.lifetime.issued_at);
    assert!(session.lifetime.expires_at <= session.lifetime.lineage_ends_at);
    let written = openssl::write_state(session, &state.context).expect("it names nobody");
    let again = openssl::read_state(&written, b"another ticket").expect("what was written is read");
    assert_eq!(again.context, state.context);
    assert_eq!(again.session.lineage, session.lineage);
    assert_eq!(again.session.binding, session.binding);
    let authenticated = |s: &tessera_session::Session| s.lifetime.authenticated_at.as_unix_secs();
    assert_eq!(authenticated(&again.session), authenticated(session));
}

/// The key of all tickets here.
fn key() -> ForeignKey {
    let parts = (&[1; 32][..], &[2; 32][..]);
    let until = Timestamp::from_unix_secs(4_000_000_000);
    let name = KeyName([7; 16]);
    ForeignKey::new(Dialect::Nginx, name, parts, ForeignRole::Seals, until).expect("a fixed key")
}

fn genuine_tickets() -> Vec<Vec<u8>> {
    let mut entropy = Entropy::from_seed([2; 32]);
    seeds::server_session()
        .into_iter()
        .map(|seed| seal(&seed.bytes, &key(), &mut entropy).expect("seeds are short"))
        .collect()
}

/// A ticket under a fixed key of another server: only what was sealed opens.
pub fn foreign_ticket(data: &[u8]) {
    static GENUINE: LazyLock<Vec<Vec<u8>>> = LazyLock::new(genuine_tickets);
    let genuine = GENUINE.iter().any(|ticket| ticket == data);
    let opened = matches!(open(data, [&key()]), Opened::State { .. });
    assert_eq!(opened, genuine);
}

/// A file of ticket keys, in the dialect its first byte says: what is read is written back in the same order.
pub fn ticket_key_file(data: &[u8]) {
    let Some((dialect, file)) = data.split_first() else {
        return;
    };
    let dialect = Dialect::ALL[usize::from(dialect % 4)];
    let until = Timestamp::from_unix_secs(4_000_000_000);
    match ticket_key::read(dialect, &[file], until) {
        Ok(keys) => {
            let entropy = &mut Entropy::from_seed([5; 32]);
            let mut sealing: Vec<&ForeignKey> = keys.iter().collect();
            sealing.retain(|key| key.role == ForeignRole::Seals);
            assert_eq!(sealing.len(), 1);
            let written = ticket_key::write(dialect, &sealing, entropy).expect("it was read");
            let again = ticket_key::read(dialect, &[&written[0]], until).expect("it was written");
            let found = again.iter().find(|key| key.name == sealing[0].name);
            assert!(found.is_some_and(|key| key.same_secrets(sealing[0])));
            assert!(found.is_some_and(|key| key.role == ForeignRole::Seals));
        }
        Err(error) => {
            let _: KeyFileError = error;
            assert!(!error.to_string().is_empty());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_get_past_the_first_branches() {
        for seed in seeds::openssl_session() {
            assert!(openssl::read_der(&seed.bytes).is_ok(), "{}", seed.name);
        }
        for seed in seeds::boringssl_session() {
            assert!(boringssl::read_der(&seed.bytes).is_ok(), "{}", seed.name);
        }
        for seed in seeds::botan_session() {
            let read = botan::read_der(&seed.bytes, botan::Handle::Ticket(b"t"));
            assert!(read.is_ok(), "{}", seed.name);
        }
        for seed in seeds::server_session() {
            assert!(
                openssl::read_state(&seed.bytes, b"t").is_ok(),
                "{}",
                seed.name
            );
        }
        for seed in seeds::curl_file() {
            let lines = curl::read(&String::from_utf8_lossy(&seed.bytes)).expect("it is curl's");
            assert!(
                lines.iter().all(|line| line.session.is_ok()),
                "{}",
                seed.name
            );
        }
        for seed in seeds::ticket_key_file() {
            let (dialect, file) = seed.bytes.split_first().expect("a dialect");
            let dialect = Dialect::ALL[usize::from(*dialect)];
            let read = ticket_key::read(dialect, &[file], Timestamp::EPOCH);
            assert!(read.is_ok(), "{}: {read:?}", seed.name);
        }
    }
}
