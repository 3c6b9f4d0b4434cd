//! Rows by id, and in the order in which they changed last: what changed is found without looking at
//! the rest.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Numbers the changes of a picture. No two have the same.
#[derive(Default)]
pub(super) struct Sequence(u64);

impl Sequence {
    /// The number of a new change.
    pub(super) fn next(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }

    /// The number of the last change.
    pub(super) fn last(&self) -> u64 {
        self.0
    }
}

/// A value that is told again when it has changed.
#[derive(Default)]
pub(super) struct Single<T> {
    value: T,
    changed: u64,
}

impl<T: PartialEq> Single<T> {
    pub(super) fn set(&mut self, value: T, sequence: &mut Sequence) {
        if self.value != value {
            self.value = value;
            self.changed = sequence.next();
        }
    }

    /// The value to change something in.
    pub(super) fn change(&mut self, sequence: &mut Sequence) -> &mut T {
        self.changed = sequence.next();
        &mut self.value
    }

    pub(super) fn since(&self, since: u64) -> Option<&T> {
        (self.changed > since).then_some(&self.value)
    }

    pub(super) fn value(&self) -> &T {
        &self.value
    }
}

/// Rows of one kind.
pub(super) struct Table<R> {
    rows: HashMap<Arc<str>, Row<R>>,
    by_change: BTreeMap<u64, Arc<str>>,
    gone: BTreeMap<u64, Arc<str>>,
    gone_when: HashMap<Arc<str>, u64>,
    /// How many that are gone can be told.
    remembers: usize,
    /// The last one forgotten about; what was asked before that cannot be answered in part.
    forgotten: u64,
}

struct Row<R> {
    changed: u64,
    row: R,
}

impl<R> Table<R> {
    pub(super) fn remembering(remembers: usize) -> Self {
        Self {
            rows: HashMap::new(),
            by_change: BTreeMap::new(),
            gone: BTreeMap::new(),
            gone_when: HashMap::new(),
            remembers,
            forgotten: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn get(&self, id: &str) -> Option<&R> {
        self.rows.get(id).map(|kept| &kept.row)
    }

    /// A row is new, or another one.
    pub(super) fn put(&mut self, id: &str, row: R, sequence: &mut Sequence) {
        let changed = sequence.next();
        if let Some(kept) = self.rows.get_mut(id) {
            kept.row = row;
            moved(&mut self.by_change, &mut kept.changed, changed);
            return;
        }
        // Who comes back is not gone.
        if let Some(when) = self.gone_when.remove(id) {
            self.gone.remove(&when);
        }
        let id: Arc<str> = id.into();
        self.by_change.insert(changed, Arc::clone(&id));
        self.rows.insert(id, Row { changed, row });
    }

    /// A row to change something in.
    pub(super) fn change(&mut self, id: &str, sequence: &mut Sequence) -> Option<&mut R> {
        let kept = self.rows.get_mut(id)?;
        moved(&mut self.by_change, &mut kept.changed, sequence.next());
        Some(&mut kept.row)
    }

    /// A row to change something in that no page sees.
    pub(super) fn unseen(&mut self, id: &str) -> Option<&mut R> {
        self.rows.get_mut(id).map(|kept| &mut kept.row)
    }

    pub(super) fn remove(&mut self, id: &str, sequence: &mut Sequence) -> Option<R> {
        let (id, kept) = self.rows.remove_entry(id)?;
        self.by_change.remove(&kept.changed);
        let when = sequence.next();
        self.gone.insert(when, Arc::clone(&id));
        self.gone_when.insert(id, when);
        if self.gone.len() > self.remembers
            && let Some((when, id)) = self.gone.pop_first()
        {
            self.gone_when.remove(&id);
            self.forgotten = when;
        }
        Some(kept.row)
    }

    /// All rows, the one that changed longest ago first.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&Arc<str>, &R)> {
        self.since_with_ids(0)
    }

    /// What changed after a number.
    pub(super) fn since(&self, since: u64) -> impl Iterator<Item = &R> {
        self.since_with_ids(since).map(|(_, row)| row)
    }

    fn since_with_ids(&self, since: u64) -> impl Iterator<Item = (&Arc<str>, &R)> {
        self.by_change
            .range(since.saturating_add(1)..)
            .filter_map(|(_, id)| Some((id, &self.rows.get(id)?.row)))
    }

    /// What went away after a number.
    pub(super) fn gone_since(&self, since: u64) -> impl Iterator<Item = String> {
        self.gone
            .range(since.saturating_add(1)..)
            .map(|(_, id)| id.to_string())
    }

    /// Whether what went away after a number is still known.
    pub(super) fn can_tell(&self, since: u64) -> bool {
        since >= self.forgotten
    }
}

fn moved(by_change: &mut BTreeMap<u64, Arc<str>>, changed: &mut u64, to: u64) {
    if let Some(id) = by_change.remove(changed) {
        by_change.insert(to, id);
    }
    *changed = to;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gone(table: &Table<u8>, since: u64) -> Vec<String> {
        table.gone_since(since).collect()
    }

    #[test]
    fn what_changed_comes_in_the_order_of_its_last_change() {
        let mut sequence = Sequence::default();
        let mut table = Table::remembering(2);
        for (id, row) in [("a", 1), ("b", 2), ("c", 3), ("a", 4)] {
            table.put(id, row, &mut sequence);
        }
        let since = |table: &Table<u8>, since| table.since(since).copied().collect::<Vec<_>>();
        assert_eq!(since(&table, 0), [2, 3, 4]);
        assert_eq!(since(&table, 3), [4]);
        if let Some(row) = table.change("b", &mut sequence) {
            *row = 5;
        }
        assert_eq!(since(&table, 4), [5]);
        assert!(since(&table, sequence.last()).is_empty());
    }

    #[test]
    fn what_went_is_told_until_it_comes_back_or_is_forgotten() {
        let mut sequence = Sequence::default();
        let mut table = Table::remembering(2);
        for id in ["a", "b", "c"] {
            table.put(id, 0, &mut sequence);
        }
        let before = sequence.last();
        table.remove("a", &mut sequence);
        table.remove("b", &mut sequence);
        assert_eq!(gone(&table, before), ["a", "b"]);
        table.put("a", 1, &mut sequence);
        assert_eq!(gone(&table, before), ["b"]);
        assert!(table.can_tell(before));
        table.remove("a", &mut sequence);
        table.remove("c", &mut sequence);
        assert_eq!(gone(&table, before), ["a", "c"]);
        assert!(!table.can_tell(before), "b is forgotten");
        assert!(table.can_tell(sequence.last()));
    }

    #[test]
    fn a_value_is_told_when_it_is_another() {
        let mut sequence = Sequence::default();
        let mut single = Single::default();
        single.set(7, &mut sequence);
        single.set(7, &mut sequence);
        assert_eq!((sequence.last(), single.since(0)), (1, Some(&7)));
        assert_eq!(single.since(1), None);
    }
}
