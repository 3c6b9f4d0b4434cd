//! A page of the console, without a browser.

use crate::started::Server;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

/// Longer than anything here takes, on any machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// What a page has of a console: where it is, and the token.
pub(crate) struct Page {
    pub(crate) address: String,
    pub(crate) token: String,
}

impl Page {
    /// The page at this URL.
    #[track_caller]
    pub(crate) fn at(url: &str) -> Self {
        let rest = url.strip_prefix("http://").expect(url);
        let (address, token) = rest.split_once("/#").expect(url);
        Self {
            address: address.to_owned(),
            token: token.to_owned(),
        }
    }

    /// The page of a server.
    #[track_caller]
    pub(crate) fn of(server: &Server) -> Self {
        Self::at(server.ready["console"].as_str().expect("it has a console"))
    }

    pub(crate) fn send(&self, head: &str, body: &str) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(&self.address).expect("the console listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        // In HTTP/1.0 an answer ends with the connection: nothing is chunked.
        let Self { address, token } = self;
        write!(
            stream,
            "{head} HTTP/1.0\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .expect("it reads");
        BufReader::new(stream)
    }

    /// Presses a button.
    #[track_caller]
    pub(crate) fn press(&self, deed: &str, parameters: &Value) -> Value {
        let mut answer = String::new();
        self.send(&format!("POST /api/{deed}"), &parameters.to_string())
            .read_to_string(&mut answer)
            .expect("an answer");
        let (_, body) = answer.split_once("\r\n\r\n").expect(&answer);
        let answer: Value =
            serde_json::from_str(body).unwrap_or_else(|error| panic!("{deed}: {error}: {answer}"));
        assert_eq!(answer["schema"], "tessera.console-deed/1", "{answer}");
        answer
    }

    /// Presses a button that does what it says.
    #[track_caller]
    pub(crate) fn does(&self, deed: &str, parameters: &Value) -> Value {
        let answer = self.press(deed, parameters);
        assert_eq!(answer["ok"], true, "{deed}: {answer}");
        answer
    }

    /// A new connection: its id.
    #[track_caller]
    pub(crate) fn connects(&self, version: &str, resume: bool) -> String {
        let asked = json!({"version": version, "resume": resume, "count": 1, "early_data": false});
        let done = self.does("connect", &asked);
        done["connections"][0].as_str().expect("an id").to_owned()
    }

    /// Everything the page is told.
    pub(crate) fn picture(&self) -> Value {
        let lines = self.send("GET /events", "").lines();
        let mut lines = lines.map_while(Result::ok);
        let data = lines.find_map(|line| Some(line.strip_prefix("data:")?.trim().to_owned()));
        serde_json::from_str(&data.expect("a document")).expect("JSON")
    }

    /// Waits until the picture is so.
    #[track_caller]
    pub(crate) fn shows<T>(&self, what: &str, seen: impl Fn(&Value) -> Option<T>) -> T {
        let since = Instant::now();
        loop {
            let picture = self.picture();
            if let Some(found) = seen(&picture) {
                return found;
            }
            assert!(since.elapsed() < PATIENCE, "not {what}: {picture:#}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// The row with this id.
pub(crate) fn row<'a>(picture: &'a Value, of: &str, id: &str) -> Option<&'a Value> {
    let mut rows = picture[of].as_array()?.iter();
    rows.find(|row| row["id"] == id)
}

/// The process that serves.
pub(crate) fn serving(picture: &Value) -> Option<i32> {
    let mut processes = picture["processes"].as_array()?.iter();
    let running = processes.find(|process| process["ended_at"].is_null())?;
    i32::try_from(running["pid"].as_i64()?).ok()
}

pub(crate) fn is_running(pid: i32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}
