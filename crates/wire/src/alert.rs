//! The two bytes of an alert (RFC 9846 §6).
//!
//! ```text
//! struct {
//!     AlertLevel level;
//!     AlertDescription description;
//! } Alert;
//! ```

use crate::codepoint::{AlertDescription, AlertLevel};
use crate::reader::{DecodeError, Reader};

/// An alert as it stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// In TLS 1.3 implied by the description, and ignored: §6.
    pub level: AlertLevel,
    /// What happened.
    pub description: AlertDescription,
}

impl Alert {
    /// The alert with the level its description implies: closure alerts warn, all others are fatal:
    /// RFC 9846 §6 (3), §6.1 (2).
    pub const fn new(description: AlertDescription) -> Self {
        let level = if description.is_fatal() {
            AlertLevel::FATAL
        } else {
            AlertLevel::WARNING
        };
        Self { level, description }
    }

    /// The alert as a warning, which in TLS 1.2 ends nothing: RFC 5246 §7.2.2.
    pub const fn warning(description: AlertDescription) -> Self {
        Self {
            level: AlertLevel::WARNING,
            description,
        }
    }

    /// Reads the content of an alert record, which is exactly one alert: RFC 9846 §5.1 (11).
    pub fn decode(content: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(content);
        let level = AlertLevel(r.u8("level")?);
        let description = AlertDescription(r.u8("description")?);
        r.finish("Alert")?;
        Ok(Self { level, description })
    }

    /// Writes the content of an alert record.
    pub const fn encode(&self) -> [u8; 2] {
        [self.level.0, self.description.0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::Problem;
    use proptest::prelude::*;

    #[test]
    fn the_level_follows_from_the_description() {
        // RFC 9846 §6 (3), §6.1 (2).
        assert_eq!(Alert::new(AlertDescription::CLOSE_NOTIFY).encode(), [1, 0]);
        assert_eq!(
            Alert::new(AlertDescription::USER_CANCELED).encode(),
            [1, 90]
        );
        assert_eq!(Alert::new(AlertDescription::DECODE_ERROR).encode(), [2, 50]);
        let warning = Alert::warning(AlertDescription::NO_RENEGOTIATION);
        assert_eq!(warning.encode(), [1, 100]);
    }

    #[test]
    fn a_record_holds_exactly_one_alert() {
        // RFC 9846 §5.1 (11).
        assert_eq!(Alert::decode(&[2]).unwrap_err().problem, Problem::Truncated);
        assert_eq!(
            Alert::decode(&[2, 50, 2]).unwrap_err().problem,
            Problem::TrailingData
        );
    }

    #[test]
    fn an_unknown_alert_survives_and_is_fatal() {
        // RFC 9846 §6 (5).
        let alert = Alert::decode(&[1, 200]).unwrap();
        assert!(alert.description.is_fatal());
        assert_eq!(alert.description.to_string(), "0xc8");
    }

    proptest! {
        #[test]
        fn any_two_bytes_are_an_alert_and_come_back(bytes: [u8; 2]) {
            prop_assert_eq!(Alert::decode(&bytes).map(|alert| alert.encode()), Ok(bytes));
        }
    }
}
