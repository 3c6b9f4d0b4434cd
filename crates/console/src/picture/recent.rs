//! A map that forgets what was put into it first.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// The last few entries by key.
pub(super) struct Recent<V> {
    entries: HashMap<Arc<str>, V>,
    in_order: VecDeque<Arc<str>>,
    keeps: usize,
}

impl<V> Recent<V> {
    pub(super) fn keeping(keeps: usize) -> Self {
        Self {
            entries: HashMap::new(),
            in_order: VecDeque::new(),
            keeps,
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&V> {
        self.entries.get(key)
    }

    /// The entry of a key, made if there is none.
    pub(super) fn entry(&mut self, key: &str, make: impl FnOnce() -> V) -> &mut V {
        if !self.entries.contains_key(key) {
            self.in_order.push_back(key.into());
            // Taken entries leave their keys behind.
            while self.in_order.len() > self.keeps
                && let Some(oldest) = self.in_order.pop_front()
            {
                self.entries.remove(&oldest);
            }
        }
        self.entries.entry(key.into()).or_insert_with(make)
    }

    /// Takes an entry out.
    pub(super) fn take(&mut self, key: &str) -> Option<V> {
        self.entries.remove(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_entry_makes_room_for_one_too_many() {
        let mut recent = Recent::keeping(2);
        for key in ["a", "b", "a", "c"] {
            *recent.entry(key, || 0) += 1;
        }
        let kept = ["a", "b", "c"].map(|key| recent.get(key).copied());
        assert_eq!(kept, [None, Some(1), Some(1)]);
        assert_eq!(recent.take("b"), Some(1));
        assert_eq!(recent.take("b"), None);
        for key in ["b", "d", "e"] {
            *recent.entry(key, || 0) += 1;
        }
        assert_eq!(recent.entries.len(), 2);
        assert_eq!(recent.in_order.len(), 2);
    }
}
