//! A browser, as far as the console sees one: requests written by hand.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// A request with exactly these headers.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// With this header, in place of any of its name.
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// With this header, too.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        if !self.body.is_empty() {
            text += &format!("Content-Length: {}\r\n", self.body.len());
        }
        let mut bytes = (text + "\r\n").into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Sends it on a connection of its own, and reads the answer to its end.
    pub(crate) async fn send(&self, to: SocketAddr) -> Answer {
        let request = self.clone().header("Connection", "close");
        exchange(to, &request.bytes()).await
    }

    /// Sends it and follows what is streamed.
    pub(crate) async fn stream(&self, to: SocketAddr) -> Events {
        let mut socket = TcpStream::connect(to).await.expect("it listens");
        socket.write_all(&self.bytes()).await.expect("it reads");
        let mut reader = BufReader::new(socket);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let read = reader.read_line(&mut head).await.expect("text");
            assert_ne!(read, 0, "a head has an end: {head}");
        }
        Events {
            head,
            reader,
            left: Vec::new(),
        }
    }
}

/// Any bytes, and what comes back until the connection is closed.
pub(crate) async fn exchange(to: SocketAddr, bytes: &[u8]) -> Answer {
    let mut socket = TcpStream::connect(to).await.expect("it listens");
    // Whoever refuses a body early may close before it has all been written.
    let _ = socket.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer).await;
    let text = String::from_utf8_lossy(&answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
    Answer {
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    head: String,
    pub(crate) body: String,
}

impl Answer {
    /// Its status; none of a connection that was closed without an answer.
    pub(crate) fn status(&self) -> Option<u16> {
        self.head.split(' ').nth(1)?.parse().ok()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut values = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        values.next().map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// A stream of server-sent events.
pub(crate) struct Events {
    pub(crate) head: String,
    reader: BufReader<TcpStream>,
    left: Vec<u8>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) document: Value,
}

impl Events {
    /// The next one; none once the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            let text = String::from_utf8_lossy(&self.left).into_owned();
            if let Some((event, _)) = text.split_once("\n\n") {
                self.left.drain(..event.len() + 2);
                match parse(event) {
                    Some(event) => return Some(event),
                    None => continue,
                }
            }
            self.chunk().await?;
        }
    }

    async fn chunk(&mut self) -> Option<()> {
        let mut line = String::new();
        self.reader.read_line(&mut line).await.ok()?;
        let length = usize::from_str_radix(line.trim(), 16).ok()?;
        if length == 0 {
            return None;
        }
        let mut chunk = vec![0; length + 2];
        self.reader.read_exact(&mut chunk).await.ok()?;
        self.left.extend_from_slice(&chunk[..length]);
        Some(())
    }
}

fn parse(event: &str) -> Option<Event> {
    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
    assert_eq!(field("event: "), Some("picture"), "{event}");
    Some(Event {
        id: field("id: ")?.to_owned(),
        document: serde_json::from_str(field("data: ")?).ok()?,
    })
}
