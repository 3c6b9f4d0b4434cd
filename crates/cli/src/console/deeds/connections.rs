//! Deeds on connections: new ones, and what is wished for on those the console holds.

use super::{Deeds, failed};
use crate::console::run;
use crate::console::view::wait_for;
use crate::console::visitor::{Visitors, Wanted, Wish};
use futures_util::future::join_all;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tessera::wire::ProtocolVersion;
use tessera_console::deed::{Done, NotDone, Version};
use tessera_console::document::ShownConnection;

/// How long the server may take to tell of a connection that the client has.
const TELLS: Duration = Duration::from_secs(5);

impl Deeds {
    pub(super) fn visitors(&self) -> Result<&Visitors, NotDone> {
        self.visitors
            .as_ref()
            .ok_or_else(|| NotDone::refused(self.stage.why_not("connect").unwrap_or_default()))
    }

    /// New connections, which stay open.
    pub(super) async fn connect(
        &self,
        version: Option<Version>,
        resume: bool,
        count: u8,
        early_data: bool,
    ) -> Result<Done, NotDone> {
        if early_data && let Some(why) = self.stage.why_not("early-data") {
            return Err(NotDone::refused(why));
        }
        let wanted = Wanted {
            version: self.version(version)?,
            resume,
            early_data,
        };
        let connections = self.open(wanted, count).await?;
        let text = match connections.as_slice() {
            [_] => format!("a connection in {}", wanted.version),
            several => format!(
                "{} connections at once in {}",
                several.len(),
                wanted.version
            ),
        };
        Ok(Done {
            connections,
            ..Done::text(text)
        })
    }

    /// Opens so many at once, and waits until the picture has them.
    pub(super) async fn open(&self, wanted: Wanted, count: u8) -> Result<Vec<String>, NotDone> {
        let visitors = self.visitors()?;
        let server = self.stage.address();
        let opening = (0..count).map(|_| visitors.open(server, wanted));
        let opened = join_all(opening).await;
        let mut connections = Vec::new();
        for from in opened {
            let from = from.map_err(failed)?;
            connections.push(self.told_of(from).await?);
        }
        self.picture.mine(&connections);
        Ok(connections)
    }

    /// The connection that comes from this address, once its server has told of it.
    async fn told_of(&self, from: SocketAddr) -> Result<String, NotDone> {
        let from = from.to_string();
        let found = wait_for(&self.picture, TELLS, || {
            let row = &self.picture.connection_from(&from)?.row;
            row.handshake.is_some().then(|| row.id.clone())
        });
        found.await.ok_or_else(|| {
            NotDone::failed("the connection is open, and the server does not tell of it")
        })
    }

    /// The version that is meant.
    pub(super) fn version(&self, asked: Option<Version>) -> Result<ProtocolVersion, NotDone> {
        let version = match asked {
            Some(Version::Tls12) => ProtocolVersion::TLS1_2,
            Some(Version::Tls13) => ProtocolVersion::TLS1_3,
            None if self.stage.versions.contains(&ProtocolVersion::TLS1_3) => {
                ProtocolVersion::TLS1_3
            }
            None => ProtocolVersion::TLS1_2,
        };
        if self.stage.versions.contains(&version) {
            return Ok(version);
        }
        Err(NotDone::refused(format!(
            "the server does not speak {version}: start it with --tls 1.2,1.3"
        )))
    }

    /// Closes one connection, or all that are held.
    pub(super) async fn close(&self, connection: Option<&str>) -> Result<Done, NotDone> {
        let visitors = self.visitors()?;
        let which = match connection {
            Some(id) => vec![self.held(id)?],
            None => visitors.all(),
        };
        let closing = which.iter().map(|from| visitors.wish(*from, Wish::Close));
        let closed = join_all(closing)
            .await
            .into_iter()
            .filter(Result::is_ok)
            .count();
        Ok(Done::text(format!(
            "{closed} closed with close_notify; their sessions stay"
        )))
    }

    /// TLS 1.2: a new session on the same connection.
    pub(super) async fn renegotiate(&self, connection: &str) -> Result<Done, NotDone> {
        self.wish(
            connection,
            Wish::Renegotiate,
            "the connection left its session for a new one",
            "the server declines (no_renegotiation): start it with --renegotiate any; TLS 1.3 has none at all",
        )
        .await
    }

    /// New keys on the same session.
    pub(super) async fn rekey(&self, connection: &str) -> Result<Done, NotDone> {
        self.wish(
            connection,
            Wish::Rekey,
            "new keys, derived from the old ones; the session is the same",
            "in TLS 1.2 new keys take a renegotiation, and the server declines",
        )
        .await
    }

    async fn wish(
        &self,
        connection: &str,
        wish: Wish,
        granted: &str,
        declined: &str,
    ) -> Result<Done, NotDone> {
        let from = self.held(connection)?;
        match self.visitors()?.wish(from, wish).await {
            Ok(true) => Ok(Done {
                connections: vec![connection.to_owned()],
                ..Done::text(granted)
            }),
            Ok(false) => Err(NotDone::refused(declined)),
            Err(error) => Err(failed(error)),
        }
    }

    /// A connection of the picture.
    pub(super) fn shown(&self, connection: &str) -> Result<Arc<ShownConnection>, NotDone> {
        let shown = self.picture.connection(connection);
        shown.ok_or_else(|| NotDone::bad_request("there is no such connection"))
    }

    /// Where a connection that the console holds comes from.
    fn held(&self, connection: &str) -> Result<SocketAddr, NotDone> {
        let shown = self.shown(connection)?;
        let from: Option<SocketAddr> = shown.row.peer.parse().ok();
        from.filter(|from| self.visitors.as_ref().is_some_and(|all| all.holds(*from)))
            .ok_or_else(|| {
                NotDone::refused(
                    "it is not open, or not the console's: only what was opened here can be told what to do",
                )
            })
    }

    /// Another process with the same wallet.
    pub(super) async fn elsewhere(&self, version: Option<Version>) -> Result<Done, NotDone> {
        let version = self.version(version)?;
        let (server, visitors) = (self.stage.address(), self.visitors()?);
        let port = server.port();
        let mut command: Vec<OsString> = vec![
            "connect".into(),
            format!("localhost:{port}").into(),
            "--connect-to".into(),
            format!("localhost:{port}:{server}").into(),
            "--tls".into(),
            if version == ProtocolVersion::TLS1_2 {
                "1.2".into()
            } else {
                "1.3".into()
            },
        ];
        if let Some(ca) = &self.stage.ca {
            command.extend(["--ca-file".into(), ca.as_os_str().to_owned()]);
        }
        command.extend([
            "--state".into(),
            visitors.state(version).as_os_str().to_owned(),
            "--get".into(),
            "/json".into(),
            "--json".into(),
        ]);
        run::tessera(&command).await.map_err(failed)?;
        Ok(Done {
            command: Some(run::typed(&command)),
            ..Done::text(
                "another process connected with a ticket from the console's wallet, and ended",
            )
        })
    }
}
