//! Certificates and their keys: files that come in pairs, in either role.

use crate::exit::{Failure, Outcome};
use crate::report::talk::Talk;
use crate::secret_file;
use std::path::PathBuf;
use tessera::identity::Credential;

/// A certificate chain and its key, by their places on the command line.
pub(super) type Pair = (PathBuf, PathBuf);

pub(super) fn pair(certs: &[PathBuf], keys: &[PathBuf]) -> Outcome<Vec<Pair>> {
    if certs.len() != keys.len() {
        return Err(Failure::usage(format_args!(
            "{} --cert and {} --key: they come in pairs",
            certs.len(),
            keys.len()
        )));
    }
    Ok(certs.iter().cloned().zip(keys.iter().cloned()).collect())
}

pub(super) fn read(pairs: &[Pair], talk: Talk) -> Outcome<Vec<Credential>> {
    let read = pairs.iter().map(|(chain, key)| {
        secret_file::warn_if_exposed(key, talk);
        Credential::from_pem_files(chain, key)
    });
    read.collect::<Result<_, _>>().map_err(Failure::internal)
}
