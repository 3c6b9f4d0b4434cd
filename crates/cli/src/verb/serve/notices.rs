//! What happens to the server and not on one of its connections: said on stderr, and in the feed where
//! there is one.

use super::feed::Word;
use crate::report::talk::Talk;
use std::fmt::Display;
use std::sync::mpsc::SyncSender;
use tessera::clock;
use tessera_observe::Notice;

/// Tells whoever started the server, in one way or both.
#[derive(Clone)]
pub(crate) struct Notices {
    talk: Talk,
    feed: Option<SyncSender<Word>>,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// There are other ticket keys than before.
    Ring,
    /// More is revoked, or less.
    Revocations,
    /// Certificates were read again.
    Reload,
    /// Something is not as it should be, and things go on.
    Trouble,
}

impl About {
    fn code(self) -> &'static str {
        match self {
            Self::Ring => "ring",
            Self::Revocations => "revocations",
            Self::Reload => "reload",
            Self::Trouble => "trouble",
        }
    }
}

impl Notices {
    /// To this feed, too.
    pub(crate) fn new(talk: Talk, feed: Option<SyncSender<Word>>) -> Self {
        Self { talk, feed }
    }

    /// On stderr, what is no notice.
    pub(crate) fn talk(&self) -> Talk {
        self.talk
    }

    /// On stderr for people who want to know more.
    pub(crate) fn detail(&self, about: About, text: impl Display) {
        self.talk.detail(&text);
        self.note(about, text);
    }

    /// On stderr a plain line.
    pub(crate) fn say(&self, about: About, text: impl Display) {
        self.talk.say(&text);
        self.note(about, text);
    }

    /// On stderr a warning.
    pub(crate) fn trouble(&self, text: impl Display) {
        self.talk.warn(&text);
        self.note(About::Trouble, text);
    }

    /// On stderr an error.
    pub(crate) fn error(&self, about: About, text: impl Display) {
        self.talk.error(&text);
        self.note(about, text);
    }

    /// Whoever tells something does not wait for whoever reads it: what finds no room is lost.
    fn note(&self, about: About, text: impl Display) {
        if let Some(feed) = &self.feed {
            let notice = Notice {
                at: clock::now().into(),
                kind: about.code().into(),
                text: text.to_string(),
            };
            let _ = feed.try_send(Word::Notice(notice));
        }
    }
}
