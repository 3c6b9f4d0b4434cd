//! How a server answers from its table.

use super::fill;
use crate::dialogue::{Framing, Opening, Then, Turn};
use crate::excerpt::Excerpt;
use crate::name::OurName;
use crate::{Protocol, StartTlsError};

/// How a server of a protocol behaves before TLS.
pub(crate) struct ServerTable {
    pub(crate) line_limit: usize,
    pub(crate) greeting: &'static str,
    /// Finds the command in a line.
    pub(crate) read: for<'a> fn(&'a [u8]) -> Heard<'a>,
    /// The commands that are there before TLS.
    pub(crate) commands: &'static [Command],
    /// The answer to such a command with arguments it does not take.
    pub(crate) bad_arguments: &'static str,
    /// The answer to every other command.
    pub(crate) otherwise: &'static str,
    /// The answer to what is no command at all.
    pub(crate) unreadable: &'static str,
    /// What is said before the connection is closed for an error.
    pub(crate) farewell: &'static str,
}

/// A command, its answer, and what follows.
pub(crate) struct Command {
    pub(crate) verb: &'static str,
    pub(crate) arguments: Arguments,
    pub(crate) answer: &'static str,
    pub(crate) then: Then,
}

/// What may follow a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arguments {
    None,
    Some,
    Any,
}

impl Arguments {
    const fn take(self, given: &[u8]) -> bool {
        match self {
            Self::None => given.is_empty(),
            Self::Some => !given.is_empty(),
            Self::Any => true,
        }
    }
}

/// What a line is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard<'a> {
    Command(Said<'a>),
    /// No command, but the next line may be one.
    Unreadable,
    /// Nothing after which we would know what the next line is.
    Foreign,
}

/// A command as it was said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said<'a> {
    /// What the answer has to repeat; empty where commands have no tags.
    pub(crate) tag: &'a [u8],
    pub(crate) verb: &'a [u8],
    pub(crate) arguments: &'a [u8],
}

/// A server with its table.
pub(crate) struct Server {
    protocol: Protocol,
    table: &'static ServerTable,
    name: OurName,
    opening: Opening,
}

impl Server {
    pub(crate) const fn new(
        protocol: Protocol,
        table: &'static ServerTable,
        name: OurName,
        opening: Opening,
    ) -> Self {
        Self {
            protocol,
            table,
            name,
            opening,
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

    pub(crate) const fn expected(&self) -> &'static str {
        "a command"
    }

    pub(crate) fn greeting(&self) -> Vec<u8> {
        match self.opening {
            Opening::First => self.say(self.table.greeting, b""),
            Opening::Again => Vec::new(),
        }
    }

    pub(crate) fn farewell(&self) -> Vec<u8> {
        self.say(self.table.farewell, b"")
    }

    fn say(&self, template: &str, tag: &[u8]) -> Vec<u8> {
        fill(template, self.name.as_str(), tag)
    }

    pub(crate) fn hear(&self, line: &[u8]) -> Result<Turn, StartTlsError> {
        let said = match (self.table.read)(line) {
            Heard::Command(said) => said,
            Heard::Unreadable => {
                return Ok(Turn::new(
                    self.say(self.table.unreadable, b""),
                    Then::Listen,
                ));
            }
            Heard::Foreign => {
                return Err(StartTlsError::Unexpected {
                    protocol: self.protocol,
                    expected: self.expected(),
                    received: Excerpt::of_command(line),
                });
            }
        };
        let (answer, then) = self.answer(&said);
        Ok(Turn::new(self.say(answer, said.tag), then))
    }

    fn answer(&self, said: &Said<'_>) -> (&'static str, Then) {
        let mut commands = self.table.commands.iter();
        match commands.find(|command| said.verb.eq_ignore_ascii_case(command.verb.as_bytes())) {
            Some(command) if command.arguments.take(said.arguments) => {
                (command.answer, command.then)
            }
            Some(_) => (self.table.bad_arguments, Then::Listen),
            None => (self.table.otherwise, Then::Listen),
        }
    }
}
