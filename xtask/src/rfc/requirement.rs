//! What an RFC demands, in our own words: one line a requirement.
//!
//! ```text
//! 4.2.2 (3) MUST server: a ClientHello on a connection of TLS 1.3 ends it with unexpected_message
//! 4.3.2 (3) MUST server: drops change_cipher_spec if it keeps no state | decided: no stateless server
//! ```
//!
//! Section, number, word, who is bound, what it says; where no code cites it, why not.

use std::fmt;

/// One RFC's requirements, in the order of its text.
pub(super) struct Rfc {
    pub(super) number: u16,
    pub(super) title: String,
    pub(super) requirements: Vec<Requirement>,
}

/// One MUST.
pub(super) struct Requirement {
    pub(super) section: String,
    pub(super) ordinal: u16,
    pub(super) level: &'static str,
    pub(super) role: &'static str,
    pub(super) says: String,
    pub(super) reason: Option<Reason>,
}

/// Why no code cites a requirement.
pub(super) struct Reason {
    pub(super) kind: Kind,
    pub(super) what: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It binds somebody else.
    NotOurs,
    /// What it is about is left out by decision.
    Decided,
    /// What it is about is planned.
    Later,
    /// Nothing that could break it exists.
    Construction,
    /// Another requirement says it, and is the one that is cited.
    Same,
    /// We do otherwise, on purpose.
    Departs,
    /// We should, and do not.
    Gap,
}

impl Kind {
    pub(super) const ALL: [Self; 7] = [
        Self::Construction,
        Self::Same,
        Self::Decided,
        Self::Later,
        Self::Departs,
        Self::Gap,
        Self::NotOurs,
    ];

    /// The word of it in the file and in the report.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::NotOurs => "not ours",
            Self::Decided => "decided",
            Self::Later => "later",
            Self::Construction => "by construction",
            Self::Same => "same as",
            Self::Departs => "departs",
            Self::Gap => "gap",
        }
    }
}

/// Longer words first, for each is looked for as a prefix.
const LEVELS: [&str; 5] = ["MUST NOT", "MUST", "SHALL NOT", "SHALL", "REQUIRED"];
const ROLES: [&str; 4] = ["client", "server", "both", "other"];

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "§{} ({})", self.section, self.ordinal)
    }
}

impl Rfc {
    /// Reads a file: its first line is the title, lines that begin with `#` are for people. What cannot be
    /// read or is out of order comes back as `line: why`.
    pub(super) fn parse(number: u16, text: &str) -> (Self, Vec<String>) {
        let mut rfc = Self {
            number,
            title: text.lines().next().unwrap_or_default().to_owned(),
            requirements: Vec::new(),
        };
        let mut findings = Vec::new();
        let lines = text.lines().enumerate().skip(1);
        for (at, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            match Requirement::parse(line) {
                Some(requirement) => {
                    if !rfc.expects(&requirement) {
                        findings.push(format!("{}: {requirement} is out of order", at + 1));
                    }
                    rfc.requirements.push(requirement);
                }
                None => findings.push(format!(
                    "{}: not `section (n) MUST role: what it says | why not`",
                    at + 1
                )),
            }
        }
        (rfc, findings)
    }

    /// Numbers count from 1 in each section, and a section stands in one place.
    fn expects(&self, next: &Requirement) -> bool {
        match self.requirements.last() {
            Some(last) if last.section == next.section => next.ordinal == last.ordinal + 1,
            _ => next.ordinal == 1 && self.find(&next.section, 1).is_none(),
        }
    }

    pub(super) fn find(&self, section: &str, ordinal: u16) -> Option<usize> {
        self.requirements.iter().position(|requirement| {
            requirement.section == section && requirement.ordinal == ordinal
        })
    }
}

impl Requirement {
    fn parse(line: &str) -> Option<Self> {
        let (demand, reason) = match line.split_once(" | ") {
            Some((demand, reason)) => (demand, Some(Reason::parse(reason)?)),
            None => (line, None),
        };
        let (section, rest) = demand.split_once(" (")?;
        let (ordinal, rest) = rest.split_once(") ")?;
        let level = LEVELS.into_iter().find(|level| rest.starts_with(level))?;
        let (role, says) = rest.strip_prefix(level)?.split_once(": ")?;
        let role = ROLES.into_iter().find(|known| *known == role.trim())?;
        Some(Self {
            section: section.to_owned(),
            ordinal: ordinal.parse().ok()?,
            level,
            role,
            says: says.to_owned(),
            reason,
        })
    }
}

impl Reason {
    fn parse(text: &str) -> Option<Self> {
        let (word, what) = text.split_once(": ")?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word)?;
        Some(Self {
            kind,
            what: what.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "A Protocol\n\n# Handshakes\n1 (1) MUST NOT client: speaks out of turn\n1 (2) REQUIRED both: ends | later: ends\nA.1 (1) SHALL other: certify | not ours: CAs\n";

    #[test]
    fn a_line_is_a_requirement() {
        let (rfc, findings) = Rfc::parse(1, TEXT);
        assert!(findings.is_empty(), "{findings:?}");
        assert_eq!(
            (rfc.title.as_str(), rfc.requirements.len()),
            ("A Protocol", 3)
        );
        let first = &rfc.requirements[0];
        assert_eq!((first.level, first.role), ("MUST NOT", "client"));
        assert_eq!(first.to_string(), "§1 (1)");
        let reason = rfc.requirements[2].reason.as_ref().expect("it has one");
        assert_eq!((reason.kind, reason.what.as_str()), (Kind::NotOurs, "CAs"));
    }

    #[test]
    fn numbers_have_no_holes() {
        for wrong in [
            "1 (3) MUST both: x",
            "1 (1) MUST both: x",
            "2 (2) MUST both: x",
        ] {
            let (_, findings) = Rfc::parse(1, &format!("{TEXT}{wrong}\n"));
            assert_eq!(findings.len(), 1, "{wrong}");
        }
    }

    #[test]
    fn words_come_from_closed_lists() {
        for wrong in [
            "2 (1) SHOULD both: x",
            "2 (1) MUST anyone: x",
            "2 (1) MUST both: x | because: y",
            "2 (1) MUST both",
        ] {
            let (_, findings) = Rfc::parse(1, &format!("{TEXT}{wrong}\n"));
            assert_eq!(findings.len(), 1, "{wrong}");
        }
    }
}
