//! Lines of servers in, documents for pages out.

use core::fmt;

use tessera_observe::FeedLine;

/// What a line of a feed has wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedError {
    /// It is not JSON, or not of this form.
    Form(String),
    /// It is of another schema: of another version of this program.
    Schema(String),
    /// Nobody said that this process was started.
    Process(u32),
}

impl fmt::Display for FeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(error) => write!(f, "a line of a server's feed cannot be read: {error}"),
            Self::Schema(schema) => write!(
                f,
                "a line of a server's feed is of the schema {schema:?}, not of {}: the server and its console are of different versions",
                FeedLine::SCHEMA
            ),
            Self::Process(pid) => write!(
                f,
                "a line of a server's feed is of the process {pid}, which nobody started"
            ),
        }
    }
}

impl core::error::Error for FeedError {}

/// Reads a line of a feed.
pub fn line(text: &str) -> Result<FeedLine, FeedError> {
    serde_json::from_str(text).map_err(|error| FeedError::Form(error.to_string()))
}
