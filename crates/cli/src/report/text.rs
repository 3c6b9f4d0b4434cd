//! Small things as people read them: ids, spans of time, bytes.

use std::time::Duration;

/// The first eight digits of an id: enough for a person to tell two apart.
pub(crate) fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

/// `850 µs`, `1.2 ms`, `3.4 s`.
pub(crate) fn micros(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..1_000_000 => format!("{}.{} ms", us / 1_000, us / 100 % 10),
        _ => format!("{}.{} s", us / 1_000_000, us / 100_000 % 10),
    }
}

/// A span in its largest unit, two at most: `12 min`, `1 h 5 min`, `6 d 23 h`.
pub(crate) fn span(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (large, small) = match seconds {
        0..60 => return format!("{seconds} s"),
        60..3_600 => ((seconds / 60, "min"), (seconds % 60, "s")),
        3_600..86_400 => ((seconds / 3_600, "h"), (seconds / 60 % 60, "min")),
        _ => ((seconds / 86_400, "d"), (seconds / 3_600 % 24, "h")),
    };
    match small.0 {
        0 => format!("{} {}", large.0, large.1),
        _ => format!("{} {} {} {}", large.0, large.1, small.0, small.1),
    }
}

/// `812 B`, `2.1 kB`, `5.0 MB`.
pub(crate) fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{}.{} kB", count / 1_000, count / 100 % 10),
        _ => format!("{}.{} MB", count / 1_000_000, count / 100_000 % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_size_people_read() {
        assert_eq!(short("3f9a12c4deadbeef"), "3f9a12c4");
        assert_eq!(short("3f"), "3f");
        assert_eq!(
            [850, 1_234, 3_450_000].map(micros),
            ["850 µs", "1.2 ms", "3.4 s"]
        );
        let spans = [5, 720, 65 * 60, 7 * 86_400 - 1].map(|s| span(Duration::from_secs(s)));
        assert_eq!(spans, ["5 s", "12 min", "1 h 5 min", "6 d 23 h"]);
        assert_eq!(
            [812, 2_150, 5_000_000].map(bytes),
            ["812 B", "2.1 kB", "5.0 MB"]
        );
    }
}
