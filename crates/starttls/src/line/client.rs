//! How a client goes through its table.

use super::fill;
use crate::dialogue::{Framing, Opening, Then, Turn};
use crate::excerpt::Excerpt;
use crate::name::OurName;
use crate::{Protocol, StartTlsError};

/// What a client of a protocol says and what it waits for, in order. TLS begins behind the last answer.
pub(crate) struct ClientTable {
    pub(crate) line_limit: usize,
    pub(crate) exchanges: &'static [Exchange],
}

/// Something said, and its answer.
pub(crate) struct Exchange {
    /// Nothing, for a greeting.
    pub(crate) say: &'static str,
    /// The answer hoped for, in words.
    pub(crate) expect: &'static str,
    /// What a line of the answer means; lines are counted from 0.
    pub(crate) read: for<'a> fn(&'a [u8], usize) -> Answer<'a>,
    /// What must be among the offers of the answer before the next thing is said.
    pub(crate) needs: Option<&'static str>,
}

/// What one line of an answer says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer<'a> {
    pub(crate) meaning: Meaning,
    /// What the server can do.
    pub(crate) offers: Vec<&'a [u8]>,
}

impl Answer<'_> {
    pub(crate) const fn only(meaning: Meaning) -> Self {
        Self {
            meaning,
            offers: Vec::new(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The answer goes on.
    More,
    /// The last line of the answer hoped for.
    Agreed,
    /// No.
    Refused,
    /// We are logged in already.
    Preauthenticated,
    /// Nothing that the protocol has here.
    Foreign,
}

/// A client somewhere in its table.
pub(crate) struct Client {
    protocol: Protocol,
    table: &'static ClientTable,
    name: OurName,
    /// The exchange whose answer is awaited.
    at: usize,
    /// Its lines so far.
    lines: usize,
    /// Its offers so far.
    offered: Vec<Excerpt>,
    /// Whether they have what it needs.
    found: bool,
}

impl Client {
    pub(crate) const fn new(
        protocol: Protocol,
        table: &'static ClientTable,
        name: OurName,
        opening: Opening,
    ) -> Self {
        Self {
            protocol,
            table,
            name,
            // The first exchange of every table is the greeting.
            at: match opening {
                Opening::First => 0,
                Opening::Again => 1,
            },
            lines: 0,
            offered: Vec::new(),
            found: false,
        }
    }

    pub(crate) const fn protocol(&self) -> Protocol {
        self.protocol
    }

    pub(crate) const fn framing(&self) -> Framing {
        Framing::Lines {
            limit: self.table.line_limit,
        }
    }

    pub(crate) fn expected(&self) -> &'static str {
        self.exchange().map_or("TLS", |exchange| exchange.expect)
    }

    pub(crate) fn open(&self) -> Vec<u8> {
        self.exchange()
            .map_or_else(Vec::new, |first| self.say(first))
    }

    fn exchange(&self) -> Option<&'static Exchange> {
        self.table.exchanges.get(self.at)
    }

    fn say(&self, exchange: &Exchange) -> Vec<u8> {
        fill(exchange.say, self.name.as_str(), b"")
    }

    pub(crate) fn hear(&mut self, line: &[u8]) -> Result<Turn, StartTlsError> {
        let Some(exchange) = self.exchange() else {
            return Ok(Turn::new([], Then::StartTls));
        };
        let answer = (exchange.read)(line, self.lines);
        self.lines += 1;
        self.note(exchange, &answer.offers);
        let protocol = self.protocol;
        let expected = exchange.expect;
        let received = Excerpt::of_answer(line);
        match answer.meaning {
            Meaning::More => Ok(Turn::listen()),
            Meaning::Agreed => self.agreed(exchange),
            Meaning::Refused => Err(StartTlsError::Refused {
                protocol,
                expected,
                received,
            }),
            Meaning::Preauthenticated => {
                Err(StartTlsError::Preauthenticated { protocol, received })
            }
            Meaning::Foreign => Err(StartTlsError::Unexpected {
                protocol,
                expected,
                received,
            }),
        }
    }

    fn note(&mut self, exchange: &Exchange, offers: &[&[u8]]) {
        let Some(needed) = exchange.needs else {
            return;
        };
        for offer in offers {
            self.found |= offer.eq_ignore_ascii_case(needed.as_bytes());
            self.offered.push(Excerpt::of_answer(offer));
        }
    }

    /// The answer is complete: the next thing is said, or TLS begins.
    fn agreed(&mut self, exchange: &Exchange) -> Result<Turn, StartTlsError> {
        let offered = std::mem::take(&mut self.offered);
        if let Some(expected) = exchange.needs
            && !self.found
        {
            return Err(StartTlsError::NotOffered {
                protocol: self.protocol,
                expected,
                offered,
            });
        }
        self.at += 1;
        self.lines = 0;
        Ok(match self.exchange() {
            Some(next) => Turn::new(self.say(next), Then::Listen),
            None => Turn::new([], Then::StartTls),
        })
    }
}
