//! Cipher suites: whose order counts, and which of them a session is resumed with.

use tessera_wire::codepoint::CipherSuite;

/// Whose order of cipher suites a server follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SuiteOrder {
    /// Its own.
    #[default]
    Ours,
    /// The client's, which knows what it is good at: one without AES in its hardware puts ChaCha20 first.
    Theirs,
}

impl SuiteOrder {
    /// The list to go through, of these two.
    pub(crate) const fn of<'a>(
        self,
        ours: &'a [CipherSuite],
        theirs: &'a [CipherSuite],
    ) -> &'a [CipherSuite] {
        match self {
            Self::Ours => ours,
            Self::Theirs => theirs,
        }
    }
}

/// Which of the common suites a TLS 1.3 server resumes a session with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SuiteChoice {
    /// The best that has the session's hash: as many sessions as possible resume.
    #[default]
    OfSession,
    /// The best of all, as without a session, and it resumes those only that were made with it: for those
    /// who are bound to it.
    Best,
}
