//! Tessera's engine by its caller-owned buffers: `receive` opens in place, `send` seals into a
//! buffer that is used again, and questions are answered on the spot, as an adapter would.
mod config;

use common::{Buf, Endpoint, Info, Io, Peer, Resume, Spec};
use config::Configs;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::time::SystemTime;
use tessera_crypto::SigningKey;
use tessera_engine::{
    Answer, Connection, Consent, EarlyDataFate, Ending, Found, Input, OfferedSession, Output,
    Question,
};
use tessera_identity::Verifier;
use tessera_session::{Claim, Session, Side, TicketId, Timestamp};
use tessera_wire::codepoint::ProtocolVersion;

/// The newest ticket of all, or none: what `resume13` offers next.
type Wallet = Rc<RefCell<Option<OfferedSession>>>;

/// TLS 1.2 sessions by the hash of their ID, as the caches of the other peers have them, and the tickets that are used up.
#[derive(Default)]
struct Kept {
    sessions: HashMap<TicketId, Session>,
    spent: HashSet<TicketId>,
}

type Store = Rc<RefCell<Kept>>;

struct Tessera {
    configs: Configs,
    wallet: Wallet,
    store: Store,
}

/// Who answers a connection's questions.
#[derive(Clone)]
struct Services {
    verifier: Rc<Verifier>,
    key: Option<Rc<SigningKey>>,
    wallet: Wallet,
    store: Store,
}

struct End {
    connection: Connection,
    services: Services,
    io: Io,
    /// bytes read from the wire, not yet used up
    inbuf: Buf,
    /// bytes of early data, sent or received
    early: usize,
}

thread_local! {
    /// one buffer for what is about to be written, as an event loop would have
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(since.as_millis() as u64)
}

fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    aws_lc_rs::rand::fill(&mut seed).expect("the system's generator");
    seed
}

impl Services {
    fn answer(&self, question: Question, now: Timestamp) -> Answer {
        match question {
            Question::VerifyPeer(claim) => Answer::Verdict(self.verifier.verify(&claim, now)),
            Question::Sign {
                scheme, message, ..
            } => Answer::Signature(
                self.key
                    .as_ref()
                    .and_then(|key| key.sign(scheme, &message).ok()),
            ),
            Question::Renegotiate => Answer::Consent(Consent::Decline),
            Question::Authorise(_) => Answer::Authorised(true),
            Question::Keep(keep) => {
                match keep.side {
                    Side::Client => {
                        let kept = OfferedSession {
                            session: keep.session,
                            ticket: keep.ticket,
                        };
                        *self.wallet.borrow_mut() = Some(kept);
                    }
                    Side::Server => {
                        self.store
                            .borrow_mut()
                            .sessions
                            .insert(keep.id, keep.session);
                    }
                }
                Answer::Kept(true)
            }
            Question::FindSession(id) => {
                Answer::Session(match self.store.borrow().sessions.get(&id) {
                    Some(session) => Found::Session(Box::new(session.clone())),
                    None => Found::Nothing,
                })
            }
            // With early data every ticket is claimed, so that none is used twice.
            Question::ClaimSession(spend) => {
                let first = self.store.borrow_mut().spent.insert(spend.id);
                Answer::Claim(Some(if first {
                    Claim::Won
                } else {
                    Claim::AlreadyUsed
                }))
            }
        }
    }
}

impl End {
    fn new(connection: Connection, services: Services) -> Self {
        End {
            connection,
            services,
            io: Io::default(),
            inbuf: Buf {
                v: Vec::new(),
                pos: 0,
            },
            early: 0,
        }
    }

    fn fill(&mut self) {
        if !self.io.rx.is_empty() {
            // stands for read(2)
            self.inbuf.push(self.io.rx.pending());
            let n = self.io.rx.len();
            self.io.rx.consume(n);
        }
    }

    /// Carries out what the connection wants; whether it was told something, too.
    fn drain(&mut self, now: Timestamp) -> Result<bool, String> {
        let mut told = false;
        while let Some(output) = self.connection.poll() {
            match output {
                Output::Transmit(bytes) => self.io.tx.push(&bytes),
                Output::Ask(id, question) => {
                    let answer = self.services.answer(question, now);
                    self.connection.handle(now, Input::Answer(id, answer));
                    told = true;
                }
                Output::Ended(Ending::Fault { fault, .. }) => return Err(fault.to_string()),
                Output::Ended(ending) => return Err(ending.to_string()),
                Output::Deliver(_)
                | Output::DeliverEarly(_)
                | Output::Event(_)
                | Output::KeyLog(_) => {}
            }
        }
        Ok(told)
    }
}

impl Endpoint for End {
    fn io(&mut self) -> &mut Io {
        &mut self.io
    }
    fn step(&mut self) -> Result<(), String> {
        self.fill();
        let now = now();
        loop {
            let received = self.connection.receive(now, self.inbuf.pending_mut());
            if received.early {
                self.early += received.plaintext.map_or(0, |plaintext| plaintext.len());
            }
            self.inbuf.consume(received.consumed);
            if !self.drain(now)? && received.consumed == 0 {
                return Ok(());
            }
        }
    }
    fn handshaking(&self) -> bool {
        self.connection.is_handshaking()
    }
    fn send(&mut self, data: &[u8]) {
        SCRATCH.with_borrow_mut(|out| {
            out.clear();
            let taken = self.connection.send(now(), data, out);
            assert_eq!(taken, data.len());
            self.io.tx.push(out);
        });
    }
    fn recv(&mut self, _buf: &mut [u8], sink: &mut dyn FnMut(&[u8])) -> usize {
        self.fill();
        let now = now();
        while !self.inbuf.is_empty() {
            let received = self.connection.receive(now, self.inbuf.pending_mut());
            let got = received.plaintext.map_or(0, |plaintext| {
                let plaintext = &self.inbuf.pending()[plaintext];
                sink(plaintext);
                plaintext.len()
            });
            self.inbuf.consume(received.consumed);
            let told = self.drain(now).unwrap();
            if got > 0 {
                return got;
            }
            if received.consumed == 0 && !told {
                break;
            }
        }
        0
    }
    fn info(&mut self) -> Info {
        let facts = self.connection.facts().expect("the handshake is done");
        Info {
            version: facts.version.to_string(),
            suite: facts.cipher_suite.to_string(),
            group: facts
                .group
                .map_or_else(|| "-".to_owned(), |group| group.to_string()),
            resumed: facts.resumed,
            peer_cert: facts.peer.is_some(),
            early_bytes: match facts.early_data {
                EarlyDataFate::Accepted => self.early,
                _ => 0,
            },
        }
    }
    fn set_early(&mut self, data: &[u8]) {
        SCRATCH.with_borrow_mut(|out| {
            out.clear();
            self.early = self.connection.send_early(data, out);
            self.io.tx.push(out);
        });
    }
    fn release(&mut self) {
        if self.inbuf.is_empty() {
            self.inbuf.v = Vec::new();
        }
    }
}

impl Peer for Tessera {
    type Client = End;
    type Server = End;
    fn name() -> String {
        "tessera".into()
    }
    fn new(spec: &Spec) -> Result<Self, String> {
        Ok(Tessera {
            configs: Configs::new(spec)?,
            wallet: Wallet::default(),
            store: Store::default(),
        })
    }
    fn client(&mut self) -> End {
        let offered = match self.configs.resume {
            Resume::No => None,
            _ => draw(&self.wallet),
        };
        let services = self.configs.client_services(&self.wallet, &self.store);
        let name = self.configs.name.clone();
        End::new(
            Connection::client(self.configs.client.clone(), name, offered, seed(), now()),
            services,
        )
    }
    fn server(&mut self) -> End {
        let services = self.configs.server_services(&self.wallet, &self.store);
        End::new(
            Connection::server(self.configs.server.clone(), seed()),
            services,
        )
    }
}

/// A ticket of TLS 1.3 is gone then; a session of TLS 1.2 stays for others.
fn draw(wallet: &Wallet) -> Option<OfferedSession> {
    let mut wallet = wallet.borrow_mut();
    let kept = wallet.as_ref()?;
    if kept.session.version == ProtocolVersion::TLS1_3 {
        return wallet.take();
    }
    Some(OfferedSession {
        session: kept.session.clone(),
        ticket: kept.ticket.clone(),
    })
}

fn main() {
    common::main::<Tessera>();
}
