//! `--keylog` and `SSLKEYLOGFILE`, never without saying so.

use crate::exit::{Failure, Outcome};
use crate::report::talk::Talk;
use std::path::Path;
use std::sync::Arc;
use tessera::{KeyLogFile, KeyLogSink};

/// The key log asked for by flag, or by the environment.
pub(crate) fn open(asked: Option<&Path>, talk: Talk) -> Outcome<Option<Arc<dyn KeyLogSink>>> {
    let file = match asked {
        Some(path) => Some(KeyLogFile::create(path)),
        None => KeyLogFile::from_env().transpose(),
    };
    let Some(file) = file.transpose().map_err(Failure::internal)? else {
        return Ok(None);
    };
    talk.warn(format_args!(
        "traffic secrets go to {}: whoever reads that file can read these connections",
        file.path().display()
    ));
    Ok(Some(Arc::new(file)))
}
