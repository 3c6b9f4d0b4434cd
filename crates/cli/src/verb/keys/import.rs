//! `keys import`: the ticket keys of another server, for a migration.

use super::{list, open, replace};
use crate::args::{Global, ImportKeysArgs};
use crate::exit::{Exit, Failure, Outcome};
use crate::plan::foreign;
use crate::report::talk::Talk;
use tessera::clock;
use tessera::session::Dialect;

/// Puts the keys of these files into the ring, beside our own.
pub(super) async fn run(args: &ImportKeysArgs, global: &Global, talk: Talk) -> Outcome<Exit> {
    let dialect = Dialect::from(args.dialect);
    let until = clock::now().plus(args.until);
    let mut keys = foreign::keys(dialect, &args.files, until, talk)?;
    let context = match (&args.context, &args.like) {
        (Some(hex), _) => Some(foreign::context("--context", hex)?),
        (None, Some(path)) => Some(foreign::context_like(path, &keys)?),
        (None, None) => None,
    };
    keys.iter_mut().for_each(|key| key.context = context);
    let store = open(&args.state, talk)?;
    let count = keys.len();
    let ring = replace(&store, |ring| {
        ring.with_foreign(keys.clone()).map_err(Failure::store)
    });
    let ring = ring.await?;
    talk.say(format_args!(
        "{count} ticket keys of {dialect}, until {until}: servers take its tickets with --foreign-names"
    ));
    if dialect == Dialect::Envoy {
        talk.warn(
            "Envoy's sessions do not say for which name they are, so its tickets are not taken: the keys can only be written again",
        );
    }
    list::show(&ring, global)
}
