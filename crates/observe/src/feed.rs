//! What a server tells the console that started it: a line of JSON each time.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::delta::Delta;
use crate::time::Time;

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedLine {
    /// `tessera.feed/1`.
    pub schema: Cow<'static, str>,
    /// The server's process id.
    pub process: u32,
    /// What changed on connections since the last line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta: Option<Delta>,
    /// How many web sessions there are, when that is another number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_sessions: Option<u64>,
    /// What happened beside them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
}

/// Something that happened to a server and not on one of its connections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// When.
    pub at: Time,
    /// `ring`, `revocations`, `reload` or `trouble`.
    pub kind: Cow<'static, str>,
    /// The same for people.
    pub text: String,
}

impl FeedLine {
    /// The schema's name.
    pub const SCHEMA: &'static str = "tessera.feed/1";

    /// What changed on the connections of this process.
    pub fn delta(process: u32, delta: Delta) -> Self {
        Self {
            delta: Some(delta),
            ..Self::of(process)
        }
    }

    /// How many web sessions this process knows.
    pub fn web_sessions(process: u32, number: u64) -> Self {
        Self {
            web_sessions: Some(number),
            ..Self::of(process)
        }
    }

    /// What happened to this process.
    pub fn notice(process: u32, notice: Notice) -> Self {
        Self {
            notice: Some(notice),
            ..Self::of(process)
        }
    }

    fn of(process: u32) -> Self {
        Self {
            schema: Cow::Borrowed(Self::SCHEMA),
            process,
            delta: None,
            web_sessions: None,
            notice: None,
        }
    }
}
