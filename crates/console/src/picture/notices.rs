//! What happened, the last of it.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

use tessera_observe::Time;

use super::limits::NOTICES;
use super::table::Sequence;
use crate::document::NoticeRow;

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// When it happened.
    pub at: Time,
    /// What: a word that pages know, as in [`NoticeRow::kind`].
    pub kind: Cow<'static, str>,
    /// The same for people.
    pub text: String,
    /// The lineage it happened to.
    pub lineage: Option<String>,
    /// The connection it happened on.
    pub connection: Option<String>,
}

impl News {
    /// News that concern no one lineage or connection.
    pub fn new(at: Time, kind: impl Into<Cow<'static, str>>, text: impl Into<String>) -> Self {
        Self {
            at,
            kind: kind.into(),
            text: text.into(),
            lineage: None,
            connection: None,
        }
    }
}

/// The last ones, in their order.
#[derive(Default)]
pub(super) struct Notices(VecDeque<Arc<NoticeRow>>);

impl Notices {
    pub(super) fn push(&mut self, news: News, sequence: &mut Sequence) {
        if self.0.len() == NOTICES {
            self.0.pop_front();
        }
        self.0.push_back(Arc::new(NoticeRow {
            sequence: sequence.next(),
            at: news.at,
            kind: news.kind,
            text: news.text,
            lineage: news.lineage,
            connection: news.connection,
        }));
    }

    /// The number of the latest of a kind; 0 if there was none.
    pub(super) fn latest(&self, kind: &str) -> u64 {
        let latest = self.0.iter().rev().find(|notice| notice.kind == kind);
        latest.map_or(0, |notice| notice.sequence)
    }

    pub(super) fn since(&self, since: u64) -> impl Iterator<Item = &Arc<NoticeRow>> {
        let first = self.0.partition_point(|notice| notice.sequence <= since);
        self.0.range(first..)
    }
}
