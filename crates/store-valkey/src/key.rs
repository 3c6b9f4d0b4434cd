//! What keys are called. Nobody without the fleet's key can tell what is filed under one.
//!
//! Everything that one script touches has the same [`Tag`] between its braces, and so is on one node. There are
//! 256 tags, that they spread evenly, and one for what there is once.

use data_encoding::HEXLOWER;
use tessera_session::Vault;
use tessera_session::vault::Tag as Name;

use crate::slot::Slot;

/// The front part of keys that live together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    front: String,
    pub(crate) slot: Slot,
}

impl Tag {
    fn new(tag: &str) -> Self {
        Self {
            front: format!("tessera:{{{tag}}}"),
            slot: Slot::of(tag),
        }
    }

    /// The key of the one thing of this kind here.
    pub(crate) fn only(&self, kind: &str) -> String {
        format!("{}:{kind}", self.front)
    }

    /// The key of the thing of this kind with this name.
    pub(crate) fn of(&self, kind: &str, name: &Name) -> String {
        format!("{}:{kind}:{}", self.front, hex(name))
    }
}

/// The tags of one fleet.
pub(crate) struct Tags {
    shelves: Vec<Tag>,
    once: Tag,
}

impl Tags {
    pub(crate) fn new(vault: &Vault) -> Self {
        let fleet = hex(&vault.name("fleet", b""));
        let fleet = fleet.get(..12).unwrap_or_default();
        Self {
            shelves: (0..=u8::MAX)
                .map(|shelf| Tag::new(&format!("{fleet}-{shelf:02x}")))
                .collect(),
            once: Tag::new(fleet),
        }
    }

    /// Where the things with this name are.
    pub(crate) fn shelf(&self, name: &Name) -> &Tag {
        let shelf = name.first().copied().unwrap_or_default();
        self.shelves.get(usize::from(shelf)).unwrap_or(&self.once)
    }

    /// All of them, in the order of the names.
    pub(crate) fn shelves(&self) -> &[Tag] {
        &self.shelves
    }

    /// Where the things are of which there is one.
    pub(crate) const fn once(&self) -> &Tag {
        &self.once
    }
}

/// The hexadecimal form of a name.
pub(crate) fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

/// A name from its hexadecimal form; what is none was not written by us.
pub(crate) fn name(hex: &[u8]) -> Option<Name> {
    HEXLOWER.decode(hex).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(fleet: &str) -> Tags {
        Tags::new(&Vault::for_fleet(&[7; 32], fleet))
    }

    #[test]
    fn what_lives_together_has_one_slot_and_fleets_never_meet() {
        let (a, b) = (tags("a"), tags("b"));
        let name = [0x2a; 16];
        let shelf = a.shelf(&name);
        assert_eq!(shelf, &a.shelves()[0x2a]);
        let key = shelf.of("s", &name);
        let between_braces = key.split(['{', '}']).nth(1).unwrap();
        assert_eq!(Slot::of(between_braces), shelf.slot);
        assert!(
            key.ends_with(&format!("-2a}}:s:{}", "2a".repeat(16))),
            "{key}"
        );
        assert_ne!(a.once().only("ring"), b.once().only("ring"));
    }

    #[test]
    fn the_shelves_of_a_fleet_are_spread_over_a_cluster() {
        let tags = tags("a");
        let mut on_node = [0; 6];
        for shelf in tags.shelves() {
            on_node[usize::from(shelf.slot.0) * 6 / usize::from(crate::slot::SLOTS)] += 1;
        }
        assert!(
            on_node.iter().all(|shelves| (20..70).contains(shelves)),
            "{on_node:?}"
        );
    }

    #[test]
    fn a_name_is_read_back_from_its_digits() {
        let bytes: [u8; 16] = core::array::from_fn(|at| at as u8 * 17);
        assert_eq!(name(hex(&bytes).as_bytes()), Some(bytes));
        for text in [
            "",
            "zz",
            &"0".repeat(31),
            &"0".repeat(34),
            &"+0".repeat(16),
            &"é".repeat(16),
        ] {
            assert_eq!(name(text.as_bytes()), None, "{text}");
        }
    }
}
