//! What a page may ask for, and who does it.

use core::future::Future;
use core::pin::Pin;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

/// One press of a button: `POST /api/NAME` with the parameters as its body.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Deed {
    /// Opens connections and holds them open.
    Connect {
        /// The only version to offer; both if none is given.
        version: Option<Version>,
        /// Whether to offer a session.
        resume: bool,
        /// How many.
        count: Count,
        /// Whether to send early data.
        early_data: bool,
    },
    /// Closes a connection that the console holds, or all of them.
    Close {
        /// Which one; all if none is named.
        connection: Option<Id>,
    },
    /// Renegotiates on a connection that the console holds.
    Renegotiate {
        /// Which one.
        connection: Id,
    },
    /// Replaces the keys of a connection that the console holds.
    KeyUpdate {
        /// Which one.
        connection: Id,
    },
    /// Kills the server process and starts another on its port.
    Restart {},
    /// Ends all sessions of a lineage.
    Expire {
        /// Which one.
        lineage: Id,
    },
    /// Revokes a lineage.
    Revoke {
        /// Which one.
        lineage: Id,
        /// What the revocation says of itself.
        why: Why,
        /// Whether its connections are closed, too.
        close: bool,
    },
    /// Brings a new ticket key into the ring.
    Rotate {},
    /// Makes a new development certificate with a new key.
    Renew {},
    /// Opens a connection from a process of its own, with the console's wallet.
    Elsewhere {
        /// The only version to offer; both if none is given.
        version: Option<Version>,
    },
    /// Writes a session of a lineage as OpenSSL does.
    Export {
        /// Which one.
        lineage: Id,
    },
    /// Tells the secrets of a connection, where that was asked for at the start.
    Reveal {
        /// Which one.
        connection: Id,
    },
    /// Does a step of the guided tour and checks what came of it.
    Tour {
        /// Which one.
        step: Step,
    },
}

/// A version of TLS that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Version {
    /// TLS 1.2.
    #[serde(rename = "1.2")]
    Tls12,
    /// TLS 1.3.
    #[serde(rename = "1.3")]
    Tls13,
}

/// How many connections one press opens: 1 to 20.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u64")]
pub struct Count(u8);

/// A step of the tour: 1 to 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u64")]
pub struct Step(u8);

/// The id of a connection or a lineage: hex digits in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Id(String);

/// A reason in a few words, on one line.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Why(String);

/// The most hex digits an id has.
const ID: usize = 64;
/// The most bytes a reason has.
const WHY: usize = 200;

impl Deed {
    /// What deeds are called in `/api/NAME`.
    pub const NAMES: [&str; 13] = [
        "connect",
        "close",
        "renegotiate",
        "key-update",
        "restart",
        "expire",
        "revoke",
        "rotate",
        "renew",
        "elsewhere",
        "export",
        "reveal",
        "tour",
    ];

    /// What it is called there.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Connect { .. } => "connect",
            Self::Close { .. } => "close",
            Self::Renegotiate { .. } => "renegotiate",
            Self::KeyUpdate { .. } => "key-update",
            Self::Restart {} => "restart",
            Self::Expire { .. } => "expire",
            Self::Revoke { .. } => "revoke",
            Self::Rotate {} => "rotate",
            Self::Renew {} => "renew",
            Self::Elsewhere { .. } => "elsewhere",
            Self::Export { .. } => "export",
            Self::Reveal { .. } => "reveal",
            Self::Tour { .. } => "tour",
        }
    }

    /// The deed of this name with the parameters of this JSON object. Nothing unknown is let through.
    pub fn parse(name: &str, parameters: &[u8]) -> Result<Self, NotDone> {
        if !Self::NAMES.contains(&name) {
            let names = Self::NAMES.join(", ");
            return Err(NotDone::bad_request(format!(
                "there is no such deed; there are {names}"
            )));
        }
        let parameters: Map<String, Value> =
            serde_json::from_slice(parameters).map_err(|error| {
                NotDone::bad_request(format!("{name}: the body is not a JSON object: {error}"))
            })?;
        serde_json::from_value(json!({ name: parameters }))
            .map_err(|error| NotDone::bad_request(format!("{name}: {error}")))
    }
}

impl Count {
    /// The number.
    pub fn number(self) -> u8 {
        self.0
    }
}

impl Step {
    /// The number.
    pub fn number(self) -> u8 {
        self.0
    }
}

impl Id {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Why {
    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<u64> for Count {
    type Error = &'static str;

    fn try_from(number: u64) -> Result<Self, Self::Error> {
        within(number, 20)
            .map(Self)
            .ok_or("count is a number from 1 to 20")
    }
}

impl TryFrom<u64> for Step {
    type Error = &'static str;

    fn try_from(number: u64) -> Result<Self, Self::Error> {
        within(number, 7)
            .map(Self)
            .ok_or("step is a number from 1 to 7")
    }
}

fn within(number: u64, most: u8) -> Option<u8> {
    u8::try_from(number)
        .ok()
        .filter(|number| (1..=most).contains(number))
}

impl TryFrom<String> for Id {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_id = (1..=ID).contains(&text.len()) && text.bytes().all(is_hex);
        is_id
            .then_some(Self(text))
            .ok_or("an id is 1 to 64 hex digits in lower case")
    }
}

impl TryFrom<String> for Why {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_line = text.len() <= WHY && !text.contains(char::is_control);
        is_line
            .then_some(Self(text))
            .ok_or("why is at most 200 bytes on one line")
    }
}

/// What came of a deed.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct Done {
    /// What happened, for people.
    pub text: String,
    /// The connections it opened or touched, by the server's ids.
    pub connections: Vec<String>,
    /// Of an export: the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pem: Option<String>,
    /// Of an export: what resumes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Of a revelation. It goes to whoever asked and nowhere else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<RevealedSecret>,
    /// Of a step of the tour.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
}

impl Done {
    /// Nothing to show but these words.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }
}

/// A secret as the key log has it, in hex.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct RevealedSecret {
    /// The key log's label.
    pub label: String,
    /// The digits.
    #[serde(serialize_with = "digits")]
    pub secret: Zeroizing<String>,
}

fn digits<S: Serializer>(secret: &Zeroizing<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret)
}

/// One thing that a step of the tour looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What should be so.
    pub what: String,
    /// Whether it is.
    pub ok: bool,
    /// What was found.
    pub found: String,
}

/// Why a deed was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotDone {
    /// What is wrong and what to do, for people.
    pub text: String,
    /// Whose doing it is.
    pub kind: NotDoneKind,
}

/// Whose doing it is that a deed was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotDoneKind {
    /// The request makes no sense: no such deed, no such connection, a number out of bounds.
    BadRequest,
    /// It makes sense and is not to be had as things are.
    Refused,
    /// It was tried and went wrong.
    Failed,
}

impl NotDone {
    /// The request makes no sense.
    pub fn bad_request(text: impl Into<String>) -> Self {
        Self::of(NotDoneKind::BadRequest, text.into())
    }

    /// The request makes sense and is not to be had as things are.
    pub fn refused(text: impl Into<String>) -> Self {
        Self::of(NotDoneKind::Refused, text.into())
    }

    /// It was tried and went wrong.
    pub fn failed(text: impl Into<String>) -> Self {
        Self::of(NotDoneKind::Failed, text.into())
    }

    fn of(kind: NotDoneKind, text: String) -> Self {
        Self { text, kind }
    }
}

/// A deed under way.
pub type Doing<'a> = Pin<Box<dyn Future<Output = Result<Done, NotDone>> + Send + 'a>>;

/// Whoever does what the buttons say. A deed that has begun is finished, even if the page that
/// asked for it is gone; several may be under way at once.
pub trait Deeds: Send + Sync {
    /// Does it.
    fn perform(&self, deed: Deed) -> Doing<'_>;

    /// Deeds that are not to be had as things are, by name, and why: buttons show that. It is asked
    /// every second and must not wait for anything.
    fn unavailable(&self) -> Vec<(String, String)>;
}
