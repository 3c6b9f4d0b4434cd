//! Who may import whom: between crates, between the engine's modules, and outside our house.

mod crates;
mod modules;
mod paths;

use anyhow::Result;

use crate::repository;

/// Everything found wrong, one line each.
pub(crate) fn check() -> Result<Vec<String>> {
    let files = repository::files()?;
    let mut findings = crates::edges(&repository::metadata()?);
    findings.extend(modules::edges(&files));
    findings.extend(crates::strangers()?);
    Ok(findings)
}
