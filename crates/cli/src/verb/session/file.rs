//! Session files, read and written in their formats.

use crate::args::{BotanArgs, FileKeyArgs, ReadFormat, WrittenFormat};
use crate::exit::{Failure, Outcome};
use crate::plan::foreign;
use crate::plan::store::StorePlan;
use crate::random;
use crate::secret_file::SecretFile;
use crate::store;
use std::io::{self, Write as _};
use std::path::Path;
use tessera::interchange::botan::{self, Handle};
use tessera::interchange::{
    ForeignSession, Format, ReadError, boringssl, container, curl, openssl,
};
use tessera::session::Session;
use tessera::sqlite::KeySource;
use tessera::{ServerName, Vault};
use zeroize::Zeroizing;

/// How a file is read: its format, and what some formats need besides.
pub(super) struct Reading<'a> {
    pub(super) format: ReadFormat,
    pub(super) botan: &'a BotanArgs,
    /// The key of our own files, loaded when one is met.
    pub(super) vault: &'a dyn Fn() -> Outcome<Vault>,
    /// Whom the sessions are for, where that has been said.
    pub(super) name: Option<&'a ServerName>,
}

impl Reading<'_> {
    /// The sessions of a file: one, or several of curl's.
    pub(super) fn read(&self, path: &Path) -> Outcome<Vec<ForeignSession>> {
        let bytes = foreign::read(path)?;
        let failed = |error: ReadError| foreign::failed(path, error);
        let format = match self.format {
            ReadFormat::Auto => Format::detect(&bytes).map_err(failed)?,
            ReadFormat::Openssl => Format::OpenSsl,
            ReadFormat::Boringssl => Format::BoringSsl,
            ReadFormat::Curl => Format::Curl,
            ReadFormat::Botan => Format::Botan,
            ReadFormat::Tessera => Format::Tessera,
        };
        let text = std::str::from_utf8(&bytes)
            .ok()
            .filter(|_| bytes.first() != Some(&0x30));
        let one = match (format, text) {
            (Format::OpenSsl, Some(text)) => openssl::read_pem(text),
            (Format::OpenSsl, None) => openssl::read_der(&bytes),
            (Format::BoringSsl, Some(text)) => boringssl::read_pem(text),
            (Format::BoringSsl, None) => boringssl::read_der(&bytes),
            (Format::Tessera, _) => container::read(&(self.vault)()?, &bytes),
            (Format::Botan, text) => return self.botan(path, &bytes, text).map(|one| vec![one]),
            (Format::Curl, _) => return self.curl(path, text.unwrap_or_default()),
        };
        Ok(vec![one.map_err(failed)?])
    }

    fn botan(&self, path: &Path, bytes: &[u8], text: Option<&str>) -> Outcome<ForeignSession> {
        let failed = |error: ReadError| foreign::failed(path, error);
        let (ticket, session_id);
        let handle = match (&self.botan.ticket, &self.botan.session_id) {
            (Some(file), _) => {
                ticket = foreign::read(file)?;
                Handle::Ticket(&ticket)
            }
            (None, Some(id)) => {
                session_id = foreign::hexadecimal("--session-id", id)?;
                Handle::SessionId(&session_id)
            }
            (None, None) => {
                return Err(Failure::usage(
                    "Botan keeps the ticket beside its sessions: name it with --ticket FILE or --session-id HEX",
                ));
            }
        };
        if let Some(text) = text {
            return botan::read_pem(text, handle).map_err(failed);
        }
        match &self.botan.botan_key {
            Some(key) => {
                let der = botan::open_sealed(bytes, &foreign::read(key)?).map_err(failed)?;
                botan::read_der(&der, handle).map_err(failed)
            }
            None if bytes.first() == Some(&0x30) => botan::read_der(bytes, handle).map_err(failed),
            None => Err(Failure::usage(
                "the session is sealed: name its key with --botan-key FILE",
            )),
        }
    }

    /// Of curl's lines those for this name. curl hides whom a line is for, and a session may not say it
    /// either: such a one is taken where there is no other.
    fn curl(&self, path: &Path, text: &str) -> Outcome<Vec<ForeignSession>> {
        let lines = curl::read(text).map_err(|error| foreign::failed(path, error))?;
        let mut refused = None;
        let mut sessions = Vec::new();
        for line in lines {
            match line.session {
                Ok(session) => sessions.push(session),
                Err(error) => refused = Some((line.number, error)),
            }
        }
        if let (true, Some((number, error))) = (sessions.is_empty(), refused) {
            return Err(foreign::failed(
                path,
                format_args!("line {number}: {error}"),
            ));
        }
        let Some(name) = self.name else {
            return Ok(sessions);
        };
        let (named, nameless): (Vec<_>, Vec<_>) = sessions
            .into_iter()
            .filter(|one| {
                one.session
                    .binding
                    .server_name
                    .as_ref()
                    .is_none_or(|of| of == name)
            })
            .partition(|one| one.session.binding.server_name.is_some());
        match (named.is_empty(), nameless.len()) {
            (false, _) => Ok(named),
            (true, 1) => Ok(nameless),
            (true, 0) => Err(foreign::failed(
                path,
                format_args!("no session in it is for {name}"),
            )),
            (true, several) => Err(foreign::failed(
                path,
                format_args!(
                    "{several} sessions in it do not say whom they are for, and curl hides it"
                ),
            )),
        }
    }
}

/// The key of our own files: the one named, or the store's.
pub(super) fn vault(
    file_key: &FileKeyArgs,
    plan: impl FnOnce() -> Outcome<StorePlan>,
) -> Outcome<Vault> {
    let source = match &file_key.file_key {
        Some(path) => KeySource::File(path.clone()),
        None => plan()?.key,
    };
    Ok(store::vault(&source)?)
}

/// A session's bytes in a format.
pub(super) fn write(
    format: WrittenFormat,
    session: &Session,
    wire: &[u8],
    vault: impl FnOnce() -> Outcome<Vault>,
) -> Outcome<Zeroizing<Vec<u8>>> {
    let written = match format {
        WrittenFormat::Openssl => {
            openssl::write_pem(session, wire).map(|pem| Zeroizing::new(pem.as_bytes().to_vec()))
        }
        WrittenFormat::Tessera => {
            container::write(&vault()?, session, wire, &mut random::entropy()).map(Zeroizing::new)
        }
    };
    written.map_err(Failure::internal)
}

/// Where a file goes: known before there is one.
pub(super) enum Output {
    File(SecretFile),
    Stdout,
}

impl Output {
    pub(super) fn open(path: Option<&Path>) -> Outcome<Self> {
        match path {
            None => Ok(Self::Stdout),
            Some(path) => SecretFile::create(path)
                .map(Self::File)
                .map_err(|error| foreign::failed(path, error)),
        }
    }

    pub(super) fn write(self, bytes: &[u8]) -> Outcome<()> {
        match self {
            Self::File(file) => Ok(file.finish(bytes)?),
            Self::Stdout => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(bytes)?;
                Ok(stdout.flush()?)
            }
        }
    }
}
