//! What a target starts from: the seeds, named and made by hand, and the corpus, found and minimised. A corpus is one
//! file of lines in hex, an input a line: a thousand small inputs are one file in a commit, and two branches' finds
//! merge.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use data_encoding::HEXLOWER;

use crate::repository;

/// The longest input that is kept, and the most bytes of one target: what only long inputs reach is found again.
const LONGEST: usize = 2 << 10;
const MOST: usize = 32 << 10;

/// The committed corpora, as the folders libFuzzer wants.
pub(super) struct Corpora {
    folder: PathBuf,
}

/// Where the seeds are, a folder for each target.
pub(super) fn seeds() -> PathBuf {
    repository::root().join("fuzz/seeds")
}

/// The corpus of a target, which a new target does not have yet.
fn packed(target: &str) -> PathBuf {
    repository::root().join(format!("fuzz/corpus/{target}.hex"))
}

impl Corpora {
    /// Unpacks all that is committed.
    pub(super) fn unpacked(folder: &Path) -> Result<Self> {
        let folder = folder.join("committed");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        for target in super::targets()? {
            let inputs = folder.join(&target);
            fs::create_dir_all(&inputs)?;
            let packed = packed(&target);
            if !packed.exists() {
                continue;
            }
            let text = fs::read_to_string(&packed)?;
            for (number, line) in text.lines().enumerate() {
                let input = HEXLOWER
                    .decode(line.as_bytes())
                    .with_context(|| format!("{}:{}", packed.display(), number + 1))?;
                fs::write(inputs.join(number.to_string()), input)?;
            }
        }
        Ok(Self { folder })
    }

    /// The folders a target starts from.
    pub(super) fn of(&self, target: &str) -> Vec<PathBuf> {
        vec![seeds().join(target), self.folder.join(target)]
    }
}

/// Packs the inputs of a folder as a target's corpus, the shorter ones first as far as there is room, and says what
/// it is now.
pub(super) fn pack(target: &str, folder: &Path) -> Result<String> {
    let mut inputs = Vec::new();
    for entry in fs::read_dir(folder)? {
        inputs.push(fs::read(entry?.path())?);
    }
    let all = inputs.len();
    let kept = choose(inputs);
    let bytes: usize = kept.iter().map(Vec::len).sum();
    let mut lines: Vec<String> = kept
        .iter()
        .map(|input| HEXLOWER.encode(input) + "\n")
        .collect();
    lines.sort_unstable();
    let path = packed(target);
    ensure!(!lines.is_empty(), "{target} has nothing to keep");
    fs::create_dir_all(path.parent().context("it lies in a folder")?)?;
    fs::write(&path, lines.concat())?;
    Ok(format!("{} of {all} inputs, {bytes} bytes", kept.len()))
}

/// The shortest come first, so one that does not fit is followed by none that does.
fn choose(mut inputs: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    inputs.retain(|input| !input.is_empty());
    inputs.sort_by_key(Vec::len);
    let mut room = MOST;
    let mut fits = |input: &Vec<u8>| {
        let left = room
            .checked_sub(input.len())
            .filter(|_| input.len() <= LONGEST);
        left.inspect(|left| room = *left).is_some()
    };
    inputs.into_iter().take_while(|input| fits(input)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_inputs_are_kept_as_far_as_there_is_room() {
        let input = |len| vec![7; len];
        let many = vec![input(1 << 10); 40];
        assert_eq!(choose(many).len(), 32);
        let kept = choose(vec![input(LONGEST + 1), input(LONGEST), input(0), input(1)]);
        assert_eq!(kept, [input(1), input(LONGEST)]);
    }
}
