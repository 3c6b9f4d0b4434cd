//! Lineages: what connections tell of them, and what the store says.

use std::collections::BTreeSet;
use std::sync::Arc;

use tessera_observe::{SessionRow, Time};

use super::limits::{LINEAGES, SESSIONS};
use super::progress::{Progress, Standing, lineage};
use super::table::{Sequence, Table};
use crate::document::{LineageFact, LineageRow, LineageState};

/// One lineage.
struct Lineage {
    row: Arc<LineageRow>,
    /// Handshakes on it that were told here.
    told: u64,
    /// Connections on it that are open.
    open: u32,
    fact: Option<LineageFact>,
    /// When it expires unless something happens; nothing once it has ended.
    due: Option<Time>,
}

/// All of them.
pub(super) struct Lineages {
    table: Table<Lineage>,
    /// Those that are live, by the moment when they will not be.
    due: BTreeSet<(Time, Arc<str>)>,
    live: u64,
}

/// A lineage that ended while we looked.
pub(super) struct Ended(pub(super) LineageFact);

impl Default for Lineages {
    fn default() -> Self {
        Self {
            table: Table::remembering(LINEAGES),
            due: BTreeSet::new(),
            live: 0,
        }
    }
}

impl Lineages {
    /// A connection went on.
    pub(super) fn connection(
        &mut self,
        progress: &Progress<'_>,
        now: Time,
        sequence: &mut Sequence,
    ) {
        for handshake in &progress.handshakes {
            let opened_at = progress.row.opened_at;
            self.begin(&handshake.lineage, opened_at, sequence);
            self.edit(&handshake.lineage, now, sequence, |it| {
                it.told += 1;
                let known = it.known();
                known.version = Some(handshake.version.clone());
                known.cipher_suite = Some(handshake.cipher_suite.clone());
                known.generation = known.generation.max(handshake.generation);
                if progress.row.server_name.is_some() {
                    known.server_name.clone_from(&progress.row.server_name);
                }
            });
        }
        let was_on = progress
            .before
            .filter(|_| progress.stood() == Some(Standing::Open));
        let is_on = Some(progress.row).filter(|_| progress.stands() == Standing::Open);
        let (was_on, is_on) = (was_on.and_then(lineage), is_on.and_then(lineage));
        if was_on != is_on {
            self.holds(was_on, |open| open.saturating_sub(1));
            self.holds(is_on, |open| open.saturating_add(1));
        }
    }

    fn holds(&mut self, lineage: Option<&str>, count: impl Fn(u32) -> u32) {
        if let Some(lineage) = lineage.and_then(|id| self.table.unseen(id)) {
            lineage.open = count(lineage.open);
        }
    }

    /// A session of it is new or another.
    pub(super) fn session(&mut self, session: &SessionRow, now: Time, sequence: &mut Sequence) {
        let Some(lineage) = &session.lineage else {
            return;
        };
        let authenticated_at = session
            .authenticated_at
            .or(session.issued_at)
            .unwrap_or(now);
        self.begin(lineage, authenticated_at, sequence);
        self.edit(lineage, now, sequence, |it| {
            let known = it.known();
            known.authenticated_at = session.authenticated_at.unwrap_or(known.authenticated_at);
            known.lineage_ends_at = session.lineage_ends_at.or(known.lineage_ends_at);
            known.expires_at = known.expires_at.max(session.expires_at);
            keep(&mut Arc::make_mut(&mut it.row).sessions, session);
        });
    }

    /// What the store says of one.
    pub(super) fn fact(
        &mut self,
        fact: LineageFact,
        now: Time,
        sequence: &mut Sequence,
    ) -> Option<Ended> {
        let known = self.table.get(&fact.id);
        if known.is_some_and(|known| known.fact.as_ref() == Some(&fact)) {
            return None;
        }
        let was_live = known.is_some_and(|known| known.is_live());
        let id = fact.id.clone();
        self.begin(&id, fact.authenticated_at, sequence);
        self.edit(&id, now, sequence, |it| {
            let known = it.known();
            known.authenticated_at = fact.authenticated_at;
            known.lineage_ends_at = fact.lineage_ends_at.or(known.lineage_ends_at);
            known.expires_at = known.expires_at.max(fact.expires_at);
            known.generation = known.generation.max(fact.generation);
            let names = [
                (&mut known.server_name, &fact.server_name),
                (&mut known.peer_identity, &fact.peer_identity),
                (&mut known.version, &fact.version),
                (&mut known.cipher_suite, &fact.cipher_suite),
            ];
            for (shown, said) in names {
                if said.is_some() {
                    shown.clone_from(said);
                }
            }
            it.fact = Some(fact);
        });
        let known = &self.table.get(&id)?.row.fact;
        (was_live && known.state != LineageState::Live).then(|| Ended(known.clone()))
    }

    /// Whose time is over by now.
    pub(super) fn expire(&mut self, now: Time, sequence: &mut Sequence) -> Vec<Ended> {
        let mut ended = Vec::new();
        while let Some((due, id)) = self.due.first()
            && *due <= now
        {
            let id = Arc::clone(id);
            self.edit(&id, now, sequence, |_| {});
            if let Some(lineage) = self.table.get(&id) {
                ended.push(Ended(lineage.row.fact.clone()));
            }
        }
        ended
    }

    /// Begins a lineage that was authenticated then, if there is none.
    fn begin(&mut self, id: &str, authenticated_at: Time, sequence: &mut Sequence) {
        if self.table.get(id).is_none() {
            let lineage = Lineage::new(id, authenticated_at);
            self.table.put(id, lineage, sequence);
            self.live += 1;
        }
    }

    /// Changes a lineage, and what follows from that.
    fn edit(
        &mut self,
        id: &str,
        now: Time,
        sequence: &mut Sequence,
        edit: impl FnOnce(&mut Lineage),
    ) {
        let Some(lineage) = self.table.change(id, sequence) else {
            return;
        };
        let (was_live, was_due) = (lineage.is_live(), lineage.due);
        edit(lineage);
        lineage.settle(now);
        let (is_live, is_due) = (lineage.is_live(), lineage.due);
        self.live = self.live + u64::from(is_live) - u64::from(was_live);
        if was_due != is_due {
            let id: Arc<str> = id.into();
            if let Some(due) = was_due {
                self.due.remove(&(due, Arc::clone(&id)));
            }
            if let Some(due) = is_due {
                self.due.insert((due, id));
            }
        }
        if self.table.len() > LINEAGES {
            self.make_room(sequence);
        }
    }

    /// Drops a tenth at once, so that looking for them is rare: those that ended first, and those that
    /// did not change for the longest time.
    fn make_room(&mut self, sequence: &mut Sequence) {
        let idle = |(id, lineage): (&Arc<str>, &Lineage)| {
            (lineage.open == 0).then(|| (lineage.is_live(), Arc::clone(id)))
        };
        let mut idle: Vec<_> = self.table.rows().filter_map(idle).collect();
        idle.sort_by_key(|(is_live, _)| *is_live);
        for (is_live, id) in idle.into_iter().take(LINEAGES / 10) {
            let dropped = self.table.remove(&id, sequence);
            self.live -= u64::from(is_live);
            if let Some(due) = dropped.and_then(|lineage| lineage.due) {
                self.due.remove(&(due, id));
            }
        }
    }

    /// What is known of one.
    pub(super) fn known(&self, id: &str) -> Option<&LineageFact> {
        self.table.get(id).map(|lineage| &lineage.row.fact)
    }

    pub(super) fn live(&self) -> u64 {
        self.live
    }

    pub(super) fn since(&self, since: u64) -> impl Iterator<Item = &Arc<LineageRow>> {
        self.table.since(since).map(|lineage| &lineage.row)
    }

    pub(super) fn gone_since(&self, since: u64) -> impl Iterator<Item = String> {
        self.table.gone_since(since)
    }

    pub(super) fn can_tell(&self, since: u64) -> bool {
        self.table.can_tell(since)
    }
}

impl Lineage {
    fn new(id: &str, authenticated_at: Time) -> Self {
        let fact = LineageFact {
            id: id.to_owned(),
            server_name: None,
            peer_identity: None,
            version: None,
            cipher_suite: None,
            authenticated_at,
            expires_at: None,
            lineage_ends_at: None,
            generation: 0,
            uses: 0,
            state: LineageState::Live,
            ended_at: None,
            why: None,
        };
        let row = LineageRow {
            fact,
            sessions: Vec::new(),
        };
        Self {
            row: Arc::new(row),
            told: 0,
            open: 0,
            fact: None,
            due: None,
        }
    }

    fn is_live(&self) -> bool {
        self.row.fact.state == LineageState::Live
    }

    /// What is known of it, to change something in.
    fn known(&mut self) -> &mut LineageFact {
        &mut Arc::make_mut(&mut self.row).fact
    }

    /// Whether it can still be resumed: the store has the first word, the clock the second.
    fn settle(&mut self, now: Time) {
        let known = &mut Arc::make_mut(&mut self.row).fact;
        let fact = self.fact.as_ref();
        known.uses = self.told.max(fact.map_or(0, |fact| fact.uses));
        let ends = [known.expires_at, known.lineage_ends_at];
        let end = ends.into_iter().flatten().min();
        self.due = None;
        if let Some(fact) = fact.filter(|fact| fact.state != LineageState::Live) {
            known.state = fact.state;
            known.ended_at = fact.ended_at.or(end).or(known.ended_at).or(Some(now));
            known.why.clone_from(&fact.why);
        } else if let Some(end) = end.filter(|end| *end <= now) {
            known.state = LineageState::Expired;
            known.ended_at = Some(end);
            known.why = Some("its time was over".to_owned());
        } else {
            known.state = LineageState::Live;
            known.ended_at = None;
            known.why = None;
            self.due = end;
        }
    }
}

/// Puts a session in its place; of too many, the earliest generations go.
fn keep(sessions: &mut Vec<Arc<SessionRow>>, session: &SessionRow) {
    let place = |it: &SessionRow| (it.generation, it.issued_at, it.id.clone());
    sessions.retain(|kept| kept.id != session.id);
    let at = sessions.partition_point(|kept| place(kept) < place(session));
    sessions.insert(at, Arc::new(session.clone()));
    if sessions.len() > SESSIONS {
        sessions.remove(0);
    }
}
