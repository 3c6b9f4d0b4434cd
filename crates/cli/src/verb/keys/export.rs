//! `keys export`: keys that were imported, in the order of a dialect. Keys of our own stay here.

use super::{open, ring};
use crate::args::ExportKeysArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::plan::foreign;
use crate::random;
use crate::report::talk::Talk;
use crate::secret_file;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use tessera::clock;
use tessera::interchange::ticket_key;
use tessera::session::{Dialect, ForeignKey, Phase, Ring};

/// Writes them, the one that seals first (HAProxy: last but one).
pub(super) async fn run(args: &ExportKeysArgs, talk: Talk) -> Outcome<Exit> {
    let ring = ring(&open(&args.state, talk)?).await?;
    let to = Dialect::from(args.dialect);
    let keys = chosen(&ring, args.from.map(Dialect::from), to)?;
    let files = ticket_key::write(to, &keys, &mut random::entropy()).map_err(Failure::internal)?;
    match (&args.output, files.as_slice()) {
        (Some(path), files) => {
            for (at, file) in files.iter().enumerate() {
                let path = numbered(path, at);
                secret_file::write(&path, file).map_err(|error| foreign::failed(&path, error))?;
                talk.say(format_args!("{}", path.display()));
            }
        }
        (None, [file]) => {
            let mut stdout = io::stdout().lock();
            stdout.write_all(file)?;
            stdout.flush()?;
        }
        (None, files) => {
            return Err(Failure::usage(format_args!(
                "there are {} keys, and {to} has one a file: name the first with -o FILE",
                files.len()
            )));
        }
    }
    Ok(Exit::Done)
}

/// The keys of one server: of the one named, or the same, or the only one there is.
fn chosen(ring: &Ring, from: Option<Dialect>, to: Dialect) -> Outcome<Vec<&ForeignKey>> {
    let now = clock::now();
    let live = || {
        ring.foreign()
            .iter()
            .filter(|key| key.phase(now) != Phase::Retired)
    };
    let mut dialects: Vec<Dialect> = live().map(|key| key.dialect).collect();
    dialects.sort_unstable();
    dialects.dedup();
    let from = match (from, dialects.as_slice()) {
        (Some(from), _) => from,
        (None, dialects) if dialects.contains(&to) => to,
        (None, [only]) => *only,
        (None, []) => {
            return Err(Failure::usage(
                "there are no keys of other servers, and our own are never exported: \
                 tickets of ours are for servers of ours, which share them through the store",
            ));
        }
        (None, several) => {
            let names: Vec<&str> = several.iter().map(|dialect| dialect.as_str()).collect();
            return Err(Failure::usage(format_args!(
                "there are keys of {}: say whose with --from",
                names.join(" and ")
            )));
        }
    };
    let keys: Vec<&ForeignKey> = live().filter(|key| key.dialect == from).collect();
    if keys.is_empty() {
        return Err(Failure::usage(format_args!("there are no keys of {from}")));
    }
    Ok(keys)
}

/// The first file has the name; those behind it a number.
fn numbered(path: &Path, at: usize) -> PathBuf {
    if at == 0 {
        return path.to_owned();
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", at + 1));
    name.into()
}
