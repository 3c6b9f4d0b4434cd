//! What may be said next, by the rows alone.

use crate::names::{Version, Word, base};
use crate::rows::{Row, TLS12, TLS12_AFTER, TLS13, TLS13_AFTER};
use tessera_session::Side;

/// One connection, as the rows see it.
pub(crate) struct Oracle {
    version: Version,
    handshakes: Vec<Written>,
    exchanges: Vec<Written>,
    /// What was said of the handshake under way.
    said: Vec<Word>,
    /// What was said of each exchange under way.
    open: Vec<Vec<Word>>,
    /// Everything that was ever said.
    pub(crate) history: Vec<Word>,
    /// The rows that came to their end.
    pub(crate) complete: Vec<String>,
}

/// A row without brackets.
#[derive(Clone)]
struct Written {
    name: String,
    words: Vec<Word>,
}

/// Every row twice where something may be left out.
fn written(rows: &[Row]) -> Vec<Written> {
    rows.iter().flat_map(written_row).collect()
}

fn written_row(row: &Row) -> Vec<Written> {
    let mut all = vec![Written {
        name: row.name.to_owned(),
        words: Vec::new(),
    }];
    for flight in row.flights {
        let (side, words) = flight.split_once(' ').expect("a side and what it says");
        let side = match side {
            "C" => Side::Client,
            _ => Side::Server,
        };
        for word in words.split(' ') {
            let optional = word.strip_prefix('[').and_then(|w| w.strip_suffix(']'));
            let mut without = all.clone();
            for written in &mut all {
                written.words.push((side, optional.unwrap_or(word)));
            }
            if let Some(word) = optional {
                for written in &mut without {
                    written.name += ", without ";
                    written.name += word;
                }
                all.append(&mut without);
            }
        }
    }
    all
}

/// The names of all rows there are, handshakes and what comes after them.
pub(crate) fn all_rows(version: Version) -> Vec<String> {
    let (handshakes, after) = tables(version);
    let rows = written(handshakes).into_iter().chain(written(after));
    rows.map(|row| row.name).collect()
}

const fn tables(version: Version) -> (&'static [Row], &'static [Row]) {
    match version {
        Version::Tls13 => (TLS13, TLS13_AFTER),
        Version::Tls12 => (TLS12, TLS12_AFTER),
    }
}

impl Oracle {
    /// `can_be_asked`: the client said so, by its extension post_handshake_auth (RFC 9846 §4.3.6).
    pub(crate) fn new(version: Version, can_be_asked: bool) -> Self {
        let (handshakes, after) = tables(version);
        let asks = |row: &Written| row.words[0] == (Side::Server, "CertificateRequest");
        let mut exchanges = written(after);
        exchanges.retain(|row| can_be_asked || !asks(row));
        Self {
            version,
            handshakes: written(handshakes),
            exchanges,
            said: Vec::new(),
            open: Vec::new(),
            history: Vec::new(),
            complete: Vec::new(),
        }
    }

    /// Whether some row goes on with this.
    pub(crate) fn allows(&self, word: Word) -> bool {
        if self.is_shaking_hands() {
            return self.continues_handshake(word) || self.crosses(word);
        }
        if !self.is_established() {
            return self.continues_handshake(word);
        }
        let (side, _) = word;
        match self.interrupted_by(side) {
            Some(flight) => self.goes_on(flight, word),
            None => {
                self.open.iter().any(|said| self.goes_on(said, word))
                    || self.goes_on(&[], word)
                    || self.version == Version::Tls12 && self.continues_handshake(word)
            }
        }
    }

    /// The word a row goes on with that is this one, or differs from it only behind the plus sign: then it is still this
    /// message's turn.
    pub(crate) fn takes(&self, (side, name): Word) -> Option<Word> {
        let all = self.handshakes.iter().chain(&self.exchanges);
        let words = all.flat_map(|row| row.words.iter().copied());
        let alike = words.filter(|(speaker, word)| *speaker == side && base(word) == base(name));
        std::iter::once((side, name))
            .chain(alike)
            .find(|word| self.allows(*word))
    }

    /// Takes note of what was said.
    pub(crate) fn said(&mut self, word: Word) {
        assert!(
            self.allows(word),
            "{word:?} stands in no row after {:?}",
            self.history
        );
        self.history.push(word);
        if self.crosses(word) {
            return;
        }
        let of_handshake = !self.is_established()
            || self.is_shaking_hands()
            || !self.goes_on(&[], word) && self.continues_handshake(word);
        if of_handshake {
            self.said.push(word);
            if let Some(row) = self.handshakes.iter().find(|row| row.words == self.said) {
                self.complete.push(row.name.clone());
                self.said.clear();
            }
            return;
        }
        let going_on = self.open.iter().position(|said| self.goes_on(said, word));
        let mut said = going_on.map_or_else(Vec::new, |at| self.open.remove(at));
        said.push(word);
        match self.exchanges.iter().find(|row| row.words == said) {
            Some(row) => self.complete.push(row.name.clone()),
            None => self.open.push(said),
        }
    }

    /// The server does not want the handshake that the client has begun: the connection goes on as it was.
    pub(crate) fn declined(&mut self) {
        if self.may_be_declined() {
            self.said.clear();
            self.history.push((Side::Server, "no_renegotiation"));
        }
    }

    /// Whether a handshake is complete.
    pub(crate) fn is_established(&self) -> bool {
        self.handshakes
            .iter()
            .any(|row| self.complete.contains(&row.name))
    }

    /// Whether a handshake has begun and is not complete.
    pub(crate) fn is_shaking_hands(&self) -> bool {
        !self.said.is_empty()
    }

    /// Whether the client owes an answer to a CertificateRequest after the handshake.
    pub(crate) fn is_asked(&self) -> bool {
        !self.open.is_empty()
    }

    /// Whether `side` may send application data. TLS 1.3: behind its Finished (RFC 9846 §2), and not between what it
    /// says without anything between (§4.7.2). TLS 1.2: behind the first handshake, and not between its
    /// ChangeCipherSpec and its Finished (RFC 5246 §7.1).
    pub(crate) fn data(&self, side: Side) -> bool {
        match self.version {
            Version::Tls13 => self.is_established() && self.interrupted_by(side).is_none(),
            Version::Tls12 => {
                let last = self.said.iter().rfind(|(speaker, _)| *speaker == side);
                self.is_established() && last != Some(&(side, "ChangeCipherSpec"))
            }
        }
    }

    /// Whether `side` may send the ChangeCipherSpec that means nothing: RFC 9846 §5.
    pub(crate) fn dummy(&self, side: Side) -> bool {
        self.version == Version::Tls13
            && self.is_shaking_hands()
            && !self.said.contains(&(side, "Finished"))
    }

    /// Whether a client's renegotiation may be declined: its hello is out and unanswered.
    pub(crate) fn may_be_declined(&self) -> bool {
        self.is_established() && matches!(self.said[..], [(Side::Client, _)])
    }

    /// RFC 5246 §7.4.1.1 lets a HelloRequest come at any time and has clients ignore it in the middle of a handshake.
    /// A client has to bear one that crossed its own hello; one the server said behind its hello makes no sense, and
    /// BoringSSL and we refuse it, as we do one before the first handshake.
    fn crosses(&self, word: Word) -> bool {
        self.version == Version::Tls12
            && word == (Side::Server, "HelloRequest")
            && self.may_be_declined()
    }

    fn continues_handshake(&self, word: Word) -> bool {
        let mut rows = self.handshakes.iter();
        rows.any(|row| continues(&row.words, &self.said, word))
    }

    fn goes_on(&self, said: &[Word], word: Word) -> bool {
        let mut rows = self.exchanges.iter();
        rows.any(|row| continues(&row.words, said, word))
    }

    /// The exchange in which `side` has said something and not all of its flight.
    fn interrupted_by(&self, side: Side) -> Option<&[Word]> {
        let within_flight = |said: &&Vec<Word>| {
            let next = self.exchanges.iter().find_map(|row| {
                let rest = row.words.strip_prefix(said.as_slice())?;
                rest.first()
            });
            said.last().map(|(last, _)| *last) == Some(side)
                && next.map(|(next, _)| *next) == Some(side)
        };
        self.open.iter().find(within_flight).map(Vec::as_slice)
    }
}

fn continues(row: &[Word], said: &[Word], word: Word) -> bool {
    row.strip_prefix(said)
        .is_some_and(|rest| rest.first() == Some(&word))
}
