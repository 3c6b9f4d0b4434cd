//! `--get`: one HTTP/1.1 request on an established connection.

use super::body::{Body, Destination, Reader};
use super::report::Said;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::{Request, Response, header};
use hyper_util::rt::TokioIo;
use std::error::Error;
use std::net::Ipv6Addr;
use tokio::io::{AsyncRead, AsyncWrite};

/// What to ask for, and where the answer goes.
pub(super) struct Get<'a> {
    /// The host asked.
    pub(super) host: &'a str,
    /// Its port.
    pub(super) port: u16,
    /// The path asked for.
    pub(super) path: &'a str,
    /// Where the answer goes.
    pub(super) to: Destination,
}

type Failed = Box<dyn Error + Send + Sync>;

impl Get<'_> {
    /// Asks, takes the answer, and gives the connection back: there may be more to do on it.
    pub(super) async fn run<IO>(&self, io: IO) -> Result<(IO, Said), Failed>
    where
        IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (mut sender, connection) = http1::handshake(TokioIo::new(io)).await?;
        let connection = tokio::spawn(connection.without_shutdown());
        let response = match sender.send_request(self.request()?).await {
            Ok(response) => response,
            // What the connection says is nearer to the cause.
            Err(error) => return Err(connection.await?.err().unwrap_or(error).into()),
        };
        let status = response.status().as_u16();
        let body = self.take(response).await?;
        drop(sender);
        let parts = connection.await??;
        Ok((
            parts.io.into_inner(),
            Said {
                status: Some(status),
                body,
            },
        ))
    }

    fn request(&self) -> Result<Request<Empty<Bytes>>, Failed> {
        let host = match self.host.parse::<Ipv6Addr>() {
            Ok(address) => format!("[{address}]"),
            Err(_) => self.host.to_owned(),
        };
        let host = if self.port == 443 {
            host
        } else {
            format!("{host}:{}", self.port)
        };
        let request = Request::get(self.path)
            .header(header::HOST, host)
            .header(
                header::USER_AGENT,
                concat!("tessera/", env!("CARGO_PKG_VERSION")),
            )
            .header(header::ACCEPT, "*/*");
        Ok(request.body(Empty::new())?)
    }

    async fn take(&self, response: Response<Incoming>) -> Result<Option<Vec<u8>>, Failed> {
        let mut incoming = response.into_body();
        let mut body = Body::new(self.to);
        while let Some(frame) = incoming.frame().await {
            if let Ok(data) = frame?.into_data()
                && body.take(&data).await? == Reader::Gone
            {
                break;
            }
        }
        Ok(body.kept())
    }
}
