//! As many targets at a time as the machine has cores.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Result;

use super::sitting::Report;

/// Runs every target, prints what came of each as it ends, and gives all of it in the targets' order.
pub(super) fn run(
    targets: &[String],
    work: impl Fn(&str) -> Result<Report> + Sync,
) -> Result<Vec<Report>> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let hands = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..hands {
            scope.spawn(|| {
                while let Some(target) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let report = work(target);
                    if let Ok(report) = &report {
                        println!("{report}");
                    }
                    done.lock().expect("nobody panics above").push(report);
                }
            });
        }
    });
    let mut reports: Vec<Report> = done
        .into_inner()
        .expect("nobody panics above")
        .into_iter()
        .collect::<Result<_>>()?;
    reports.sort_by(|one, other| one.target.cmp(&other.target));
    Ok(reports)
}
