//! What someone in the middle does, read from the fuzzer's bytes.

use super::scene::Setting;

/// A list of edits, and bytes for them to put in.
pub(super) struct Script<'a> {
    /// Which connection it is played on.
    pub(super) setting: Setting,
    edits: Vec<Edit>,
    material: &'a [u8],
}

/// One edit of the thing with this number, in the order in which things pass.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edit {
    at: u8,
    act: u8,
    /// Where in the thing, or a code point.
    pub(super) position: u16,
    /// How many bytes.
    pub(super) amount: u8,
    /// A byte, or where in the material.
    pub(super) value: u8,
}

/// More edits make no difference that fewer would not.
const MOST_EDITS: usize = 16;

impl<'a> Script<'a> {
    /// The setting, the number of edits, the edits of six bytes each as far as they go, and the material.
    pub(super) fn read(data: &'a [u8]) -> Option<Self> {
        let (&[setting, count], mut rest) = data.split_first_chunk()?;
        let mut edits = Vec::new();
        while edits.len() < usize::from(count).min(MOST_EDITS)
            && let Some((&[at, act, high, low, amount, value], behind)) = rest.split_first_chunk()
        {
            edits.push(Edit {
                at,
                act,
                position: u16::from_be_bytes([high, low]),
                amount,
                value,
            });
            rest = behind;
        }
        Some(Self {
            setting: Setting(setting),
            edits,
            material: rest,
        })
    }

    /// The edits of one thing.
    pub(super) fn of(&self, number: usize) -> impl Iterator<Item = Edit> + use<'_> {
        let edits = self.edits.iter().copied();
        edits.filter(move |edit| usize::from(edit.at) == number)
    }

    /// The bytes an edit puts in: of the material, or where that ends, the same one over and over.
    pub(super) fn material(&self, edit: Edit) -> Vec<u8> {
        let from = usize::from(edit.value);
        let bytes = self.material.iter().skip(from).copied();
        bytes
            .chain(std::iter::repeat(edit.value))
            .take(usize::from(edit.amount))
            .collect()
    }

    /// Changes bytes as the edit's finer half says.
    pub(super) fn alter(&self, bytes: &mut Vec<u8>, edit: Edit) {
        let at = usize::from(edit.position) % (bytes.len() + 1);
        let end = (at + usize::from(edit.amount)).min(bytes.len());
        match edit.finer() % 8 {
            0 => bytes
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|byte| *byte ^= edit.value.max(1)),
            1 => bytes
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|byte| *byte = edit.value),
            2 => bytes.truncate(at),
            3 => drop(bytes.splice(at..at, self.material(edit))),
            4 => drop(bytes.drain(at..end)),
            5 => bytes.extend(self.material(edit)),
            6 => {
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            _ => drop(bytes.splice(at..end, self.material(edit))),
        }
    }

    /// Changes the order of a list, or what there is of it.
    pub(super) fn rearrange<T: Clone>(&self, list: &mut Vec<T>, edit: Edit) {
        if list.is_empty() {
            return;
        }
        let at = usize::from(edit.position) % list.len();
        match edit.finer() % 5 {
            0 => drop(list.remove(at)),
            1 => list.insert(at, list[at].clone()),
            2 => list.push(list[at].clone()),
            3 => list.rotate_left(at),
            _ => {
                let other = usize::from(edit.value) % list.len();
                list.swap(at, other);
            }
        }
    }
}

impl Edit {
    /// Which kind of edit it is, one of sixteen.
    pub(super) fn kind(self) -> u8 {
        self.act % 16
    }

    /// The same edit with its finer half for its kind.
    pub(super) fn turned(self) -> Self {
        Self {
            act: self.act.rotate_left(4),
            ..self
        }
    }

    /// The same edit, where the position says which thing and the value where in it.
    pub(super) fn inside(self) -> Self {
        Self {
            position: self.value.into(),
            ..self
        }
    }

    /// Which of that kind, one of sixteen.
    pub(super) fn finer(self) -> u8 {
        self.act / 16
    }
}
