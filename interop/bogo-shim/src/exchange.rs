//! One connection of a test: what the two ends do on it, in order.

mod early;
mod refusal;

use crate::answers::{Answers, Noted};
use crate::credential::{self, Own};
use crate::expectations;
use crate::failure::Failure;
use crate::options::Options;
use crate::settings::{client, server};
use crate::socket::Socket;
use crate::stream::Stream;
use crate::world::{Kept, World};
use tessera_engine::{Connection, KeyUpdateRequest};
use tessera_session::Session;

/// What the runner awaits of a shim that writes first.
const HELLO: &str = "hello";
/// Records are longer than what is read at once, so that one takes several reads.
const READ_SIZE: usize = 512;
/// Around the sizes where a record ends.
const WRITE_SIZES: [usize; 11] = [
    0, 1, 255, 256, 257, 16383, 16384, 16385, 32767, 32768, 32769,
];

/// Connects, does what the flags say, and compares what came of it.
/// `retry` is what holds instead once early data has been refused.
pub(crate) fn run(
    options: &Options,
    retry: &Options,
    resumes: bool,
    world: &mut World,
) -> Result<(), Failure> {
    let own = credential::load(options)?;
    let kept = world.wallet.take();
    if resumes && !options.server && kept.is_none() {
        return Err(Failure::expectation("a session to offer"));
    }
    let shown = kept.as_ref().map(|kept| kept.shown.clone());
    let offered = kept.as_ref().map(|kept| kept.offered.session.clone());
    let connection = connection(options, &own, kept, world)?;
    let socket = Socket::connect(options)?;
    if let Some(alert) = options.turns_away {
        return Err(refusal::turn_away(socket, alert));
    }
    let answers = Answers {
        options,
        own: &own,
        world,
        noted: Noted {
            shown: shown.unwrap_or_default(),
            ..Noted::default()
        },
        // Whoever does nothing but shut down has no use for one.
        cannot_handshake: options.shim_shuts_down,
    };
    let mut exchange = Exchange {
        options,
        retry,
        resumes,
        offered,
        unwritten: None,
        stream: Stream::new(connection, answers, socket),
    };
    exchange.run()
}

fn connection(
    options: &Options,
    own: &[Own],
    kept: Option<Kept>,
    world: &mut World,
) -> Result<Connection, Failure> {
    let seed = world.seed();
    if options.server {
        let config = server::config(options, own, world)?;
        return Ok(Connection::server(config, seed));
    }
    let offered = kept.map(|kept| kept.offered);
    let config = client::config(options, own)?;
    let name = client::name(options)?;
    Ok(Connection::client(config, name, offered, seed, world.now()))
}

struct Exchange<'a> {
    options: &'a Options,
    retry: &'a Options,
    resumes: bool,
    /// The session a client has to offer.
    offered: Option<Session>,
    /// What did not go out as early data, where that has been taken.
    unwritten: Option<Vec<u8>>,
    stream: Stream<'a>,
}

impl Exchange<'_> {
    fn run(&mut self) -> Result<(), Failure> {
        self.early()?;
        if !self.options.implicit_handshake {
            self.stream.handshake()?;
            expectations::at_start(self.options, self.resumes, &self.stream)?;
            if self.options.extra_handshake {
                self.stream.complete_handshake()?;
            }
        }
        self.export()?;
        if self.options.write_different_record_sizes {
            for size in WRITE_SIZES {
                self.stream.write(&vec![0x42; size])?;
            }
        } else {
            self.write_first()?;
            if !self.options.shim_shuts_down {
                self.echo()?;
            }
        }
        expectations::before_close(self.options, self.resumes, &self.stream)?;
        if self.options.check_close_notify {
            self.stream.close()?;
        }
        expectations::at_end(self.options, &self.stream)
    }

    fn export(&mut self) -> Result<(), Failure> {
        if self.options.export_keying_material == 0 {
            return Ok(());
        }
        let material = self.stream.keying_material()?;
        self.stream.write(&material)
    }

    fn write_first(&mut self) -> Result<(), Failure> {
        if let Some(unwritten) = self.unwritten.take() {
            return self.stream.write(&unwritten);
        }
        let words = first_words(self.options);
        if self.options.read_with_unfinished_write {
            return words
                .first()
                .map_or(Ok(()), |words| self.stream.begin_write(words));
        }
        if self.options.shim_writes_first {
            for words in words {
                self.stream.write(words)?;
            }
        }
        Ok(())
    }

    /// Everything that comes goes back, turned over.
    fn echo(&mut self) -> Result<(), Failure> {
        let options = self.options;
        let most = options.read_size.unwrap_or(READ_SIZE);
        loop {
            if options.export_between_reads {
                self.stream.keying_material()?;
            }
            if options.key_update_before_read {
                self.update_keys()?;
            }
            let peeked = if options.peek_then_read {
                self.stream.peek(most)?
            } else {
                None
            };
            let Some(mut bytes) = self.stream.read(most)? else {
                return Ok(());
            };
            if peeked.is_some_and(|peeked| peeked != bytes) {
                return Err(Failure::expectation("what was peeked at"));
            }
            self.stream.finish_write();
            if options.key_update {
                self.update_keys()?;
            }
            bytes.iter_mut().for_each(|byte| *byte ^= 0xff);
            self.stream.write(&bytes)?;
        }
    }

    fn update_keys(&mut self) -> Result<(), Failure> {
        self.stream
            .update_keys(KeyUpdateRequest::UpdateNotRequested)
    }
}

/// What is written before anything is read, write by write.
fn first_words(options: &Options) -> Vec<&[u8]> {
    let words = options.shim_initial_write.as_deref().unwrap_or(HELLO);
    vec![words.as_bytes(); options.repeat_initial_write.unwrap_or(1)]
}
