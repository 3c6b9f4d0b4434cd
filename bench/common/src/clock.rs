//! The invariant time stamp counter: cheap enough to stand around one 64-byte record.
use std::sync::OnceLock;
use std::time::{Duration, Instant};

static CAL: OnceLock<(f64, u64)> = OnceLock::new();

#[inline(always)]
fn raw() -> u64 {
    unsafe { core::arch::x86_64::_rdtsc() }
}

fn cal() -> &'static (f64, u64) {
    CAL.get_or_init(|| {
        let (i0, t0) = (Instant::now(), raw());
        let mut d: Vec<u64> = Vec::new();
        while i0.elapsed() < Duration::from_millis(20) {
            let a = raw();
            d.push(raw() - a);
        }
        let (i1, t1) = (Instant::now(), raw());
        d.sort_unstable();
        (
            (i1 - i0).as_nanos() as f64 / (t1 - t0) as f64,
            d[d.len() / 2],
        )
    })
}

#[inline(always)]
pub fn ticks() -> u64 {
    raw()
}

/// Ticks since `t`, less what reading the counter costs. Call `ns_per_tick` once beforehand.
#[inline(always)]
pub fn since(t: u64) -> u64 {
    let e = raw() - t;
    e.saturating_sub(CAL.get().map_or(0, |c| c.1))
}

pub fn ns_per_tick() -> f64 {
    cal().0
}
