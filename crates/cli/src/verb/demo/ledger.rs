//! The servers' own view: lines they wrote down about connections that ended.

use crate::exit::{Failure, Outcome};
use crate::verb::serve::book::LedgerLine;
use std::path::Path;
use std::time::Duration;

/// How long a server may take to write a connection down after its client is done.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// The lines about these connections, in their order. Those that never come are left out.
pub(super) async fn lines(file: &Path, connections: &[String]) -> Outcome<Vec<LedgerLine>> {
    let looks = PATIENCE.as_millis() / LOOK_EVERY.as_millis();
    let mut found = Vec::new();
    for _ in 0..looks {
        let all = read(file)?;
        let line = |id: &String| all.iter().find(|line| line.connection.id == *id).cloned();
        found = connections.iter().filter_map(line).collect();
        if found.len() == connections.len() {
            break;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(found)
}

/// All whole lines; the last may be half written.
fn read(file: &Path) -> Outcome<Vec<LedgerLine>> {
    let text = std::fs::read_to_string(file)?;
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let lines = whole.lines().map(serde_json::from_str);
    lines
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::internal(format_args!("{}: {error}", file.display())))
}
