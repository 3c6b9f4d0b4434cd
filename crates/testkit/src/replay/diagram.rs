//! A replay as a picture of text: the client on the left, the server on the right, time downwards.

use super::outcome::Mark;
use super::step::end;
use super::track::{Record, Sent, Track};
use super::{Act, Difference, Given, Offer, Outcome, Replay, Scenario, Stage, Step};
use std::fmt::Write as _;
use tessera_session::Side;

/// The width of the client's column, and of the wire between the two.
const CLIENT: usize = 26;
const WIRE: usize = 36;

/// Plays the replay, up to the first step that differs.
pub(super) fn draw(replay: &Replay) -> String {
    let mut drawing = Drawing::new(replay);
    let mut stage = Stage::new(&replay.scenario, replay.seed);
    for (number, step) in replay.steps.iter().enumerate() {
        drawing.begin(step);
        let mark = mark(&stage, &step.act);
        let outcome = stage.perform(step.at, &step.act);
        drawing.end(step, &outcome, &stage, mark);
        if let Some(difference) = Difference::between(number + 1, step, &outcome) {
            drawing.line(&format!("≠ {difference}"));
            break;
        }
    }
    drawing.text
}

/// Whose output a step is.
const fn side(act: &Act) -> Side {
    match act {
        Act::Connect(_) => Side::Client,
        Act::Give(side, _) => *side,
    }
}

fn mark(stage: &Stage, act: &Act) -> Mark {
    match (act, stage.link()) {
        (Act::Give(Side::Client, _), Some(link)) => Mark::at(&link.client),
        (Act::Give(Side::Server, _), Some(link)) => Mark::at(&link.server),
        (Act::Connect(_), _) | (_, None) => Mark::default(),
    }
}

struct Drawing<'a> {
    text: String,
    scenario: &'a Scenario,
    /// What the client sends, and what the server does.
    client: Track,
    server: Track,
    connections: usize,
    /// The time, until it has been written down once.
    time: Option<u128>,
    written: Option<u128>,
}

impl<'a> Drawing<'a> {
    fn new(replay: &'a Replay) -> Self {
        let scenario = &replay.scenario;
        let mut drawing = Self {
            text: format!("{}\n{scenario}, seed {}\n\n", replay.about, replay.seed),
            scenario,
            client: Track::new(scenario),
            server: Track::new(scenario),
            connections: 0,
            time: None,
            written: None,
        };
        let head = format!("{:>8}  {:<CLIENT$}{:WIRE$}server", "ms", "client", "");
        drawing.text.push_str(&head);
        drawing.text.push('\n');
        drawing
    }

    /// What happens.
    fn begin(&mut self, step: &Step) {
        self.time = Some(step.at.as_millis());
        match &step.act {
            Act::Connect(offer) => self.connect(*offer),
            Act::Give(side, Given::Ciphertext(bytes)) => {
                let odd = match side {
                    Side::Client => self.server.arrive(bytes),
                    Side::Server => self.client.arrive(bytes),
                };
                if let Some(odd) = odd {
                    self.row("", &format!("{odd:^WIRE$}"), "");
                }
            }
            Act::Give(side, Given::Plaintext(bytes)) => {
                self.note(*side, &format!("▸ says {} bytes", bytes.len()));
            }
            Act::Give(side, given) => self.note(*side, &format!("▸ {}", given.word())),
        }
    }

    fn connect(&mut self, offer: Offer) {
        self.connections += 1;
        self.client = Track::new(self.scenario);
        self.server = Track::new(self.scenario);
        let offers = match offer {
            Offer::Fresh => "with nothing to resume",
            Offer::Newest => "with the newest session of the wallet, if there is one",
        };
        let number = self.connections;
        self.row(&format!("── connection {number}, {offers} ──"), "", "");
    }

    /// What came out.
    fn end(&mut self, step: &Step, outcome: &Outcome, stage: &Stage, mark: Mark) {
        let side = side(&step.act);
        if !outcome.asked.is_empty() {
            self.note(side, &format!("? {}", outcome.asked.join(", ")));
        }
        // Messages are in the flights.
        let is_message = |word: &str| word.starts_with("sends:") || word.starts_with("receives:");
        for word in outcome.told.iter().filter(|word| !is_message(word)) {
            self.note(side, &format!("· {word}"));
        }
        if !outcome.delivered.is_empty()
            && let Some(length) = outcome.delivered.to_string().split(' ').next()
        {
            self.note(side, &format!("◂ hears {length} bytes"));
        }
        if let Some(link) = stage.link() {
            let closes = matches!(step.act, Act::Give(_, Given::Close));
            let (from, track) = match side {
                Side::Client => (&link.client, &mut self.client),
                Side::Server => (&link.server, &mut self.server),
            };
            let sent = Sent::since(from, mark.sent, mark.events, closes);
            for record in track.send(sent) {
                self.record(side, &record);
            }
        }
        if let Some(ended) = &outcome.ended {
            self.note(side, &format!("■ {} ended: {ended}", end(side)));
        }
    }

    /// An arrow, its contents beside it at the sender's end.
    fn record(&mut self, from: Side, record: &Record) {
        let shaft = "─".repeat((WIRE - 6).saturating_sub(record.seen.chars().count()));
        let arrow = match from {
            Side::Client => format!("── {} {shaft}▶ ", record.seen),
            Side::Server => format!("◀{shaft} {} ── ", record.seen),
        };
        let contents = record.contents.iter().map(String::as_str);
        let names: Vec<&str> = match record.contents.is_empty() {
            true => vec!["…"],
            false => contents.collect(),
        };
        for (at, name) in names.iter().enumerate() {
            let wire = if at == 0 { arrow.as_str() } else { "" };
            match from {
                Side::Client => self.row(name, wire, ""),
                Side::Server => self.row("", wire, name),
            }
        }
    }

    /// Something at one end.
    fn note(&mut self, at: Side, text: &str) {
        match at {
            Side::Client => self.row(text, "", ""),
            Side::Server => self.row("", "", text),
        }
    }

    fn row(&mut self, client: &str, wire: &str, server: &str) {
        let row = format!("{client:<CLIENT$}{wire:<WIRE$}{server}");
        self.line(row.trim_end());
    }

    /// A line, with the time before it where that has changed.
    fn line(&mut self, line: &str) {
        let time = self.time.filter(|_| self.time != self.written);
        let time = time.map(|time| time.to_string()).unwrap_or_default();
        self.written = self.time;
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{time:>8}  {line}");
    }
}
