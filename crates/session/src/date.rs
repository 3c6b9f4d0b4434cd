//! A moment in words: RFC 3339, in UTC and to the millisecond. The Gregorian calendar is here.

use core::fmt;
use core::str::FromStr;

use crate::time::Timestamp;

const DAY: u64 = 86_400_000;
/// The last moment with a year of four digits: 9999-12-31T23:59:59.999Z.
const LAST: u64 = 253_402_300_799_999;

/// `2026-11-22T20:15:04.250Z`. RFC 3339 has years of four digits; what is later prints as the last
/// moment of the year 9999.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.as_millis().min(LAST);
        let (days, in_day) = (millis / DAY, millis % DAY);
        let (year, month, day) = civil(days);
        let (hour, minute) = (in_day / 3_600_000, in_day / 60_000 % 60);
        let (second, milli) = (in_day / 1000 % 60, in_day % 1000);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"
        )
    }
}

/// The date so many days after 1970-01-01, in the Gregorian calendar.
///
/// Counted in years that begin in March, so that the leap day is a year's last; 719,468 days lie
/// between 0000-03-01 and the Unix epoch, and 146,097 days make 400 years.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Months of 31, 30, 31, 30, 31 days repeat every 153 days from March on.
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (400 * era + year_of_era + u64::from(month <= 2), month, day)
}

/// The days from 1970-01-01 to a date; the reverse of [`civil`].
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let year = if month <= 2 {
        year.checked_sub(1)?
    } else {
        year
    };
    let month_from_march = if month > 2 { month - 3 } else { month + 9 };
    let (era, year_of_era) = (year / 400, year % 400);
    let of_year = (153 * month_from_march + 2) / 5 + day.checked_sub(1)?;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    (era * 146_097 + of_era).checked_sub(719_468)
}

/// Not a moment in the form this program writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseTimeError;

impl fmt::Display for ParseTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a time like 2026-11-22T20:15:04.250Z")
    }
}

impl std::error::Error for ParseTimeError {}

impl FromStr for Timestamp {
    type Err = ParseTimeError;

    fn from_str(text: &str) -> Result<Self, ParseTimeError> {
        let parsed = parse(text).ok_or(ParseTimeError)?;
        // Only dates that exist print as they were written.
        if parsed.to_string() == text {
            Ok(parsed)
        } else {
            Err(ParseTimeError)
        }
    }
}

fn parse(text: &str) -> Option<Timestamp> {
    let (date, clock) = text.strip_suffix('Z')?.split_once('T')?;
    let mut date = date
        .split('-')
        .map(|part| part.parse::<u64>().ok().filter(|part| *part <= 9999));
    let days = days(date.next()??, date.next()??, date.next()??)?;
    let (clock, millis) = clock.split_once('.')?;
    let mut clock = clock
        .split(':')
        .map(|part| part.parse::<u64>().ok().filter(|part| *part < 60));
    let seconds = clock.next()?? * 3600 + clock.next()?? * 60 + clock.next()??;
    let millis = millis.parse::<u64>().ok().filter(|millis| *millis < 1000)?;
    Some(Timestamp::from_millis(days * DAY + seconds * 1000 + millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(seconds: u64) -> String {
        Timestamp::from_unix_secs(seconds).to_string()
    }

    #[test]
    fn known_moments_print_as_everybody_prints_them() {
        assert_eq!(printed(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(printed(951_782_400), "2000-02-29T00:00:00.000Z");
        assert_eq!(printed(951_868_800), "2000-03-01T00:00:00.000Z");
        assert_eq!(printed(1_709_164_799), "2024-02-28T23:59:59.000Z");
        assert_eq!(printed(1_800_000_000), "2027-01-15T08:00:00.000Z");
        assert_eq!(printed(4_107_542_400), "2100-03-01T00:00:00.000Z");
        assert_eq!(
            Timestamp::from_millis(1_795_387_783_042).to_string(),
            "2026-11-22T22:49:43.042Z"
        );
    }

    #[test]
    fn what_lies_after_the_year_9999_prints_as_its_end() {
        assert_eq!(
            Timestamp::FAR_FUTURE.to_string(),
            "9999-12-31T23:59:59.999Z"
        );
        assert_eq!(
            Timestamp::from_millis(LAST).to_string(),
            "9999-12-31T23:59:59.999Z"
        );
    }

    #[test]
    fn every_day_has_one_date_and_the_dates_follow_each_other() {
        let (mut year, mut month, mut day) = (1970, 1, 1);
        for number in 0..LAST / DAY {
            assert_eq!(civil(number), (year, month, day));
            assert_eq!(days(year, month, day), Some(number));
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month {
                2 if leap => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            (day, month) = if day < length {
                (day + 1, month)
            } else {
                (1, month + 1)
            };
            (month, year) = if month == 13 {
                (1, year + 1)
            } else {
                (month, year)
            };
        }
    }

    #[test]
    fn what_is_printed_is_read_back_and_nothing_else_is() {
        for millis in [0, 1, 999, 1_000, 86_399_999, 1_795_387_783_042, LAST] {
            let time = Timestamp::from_millis(millis);
            assert_eq!(time.to_string().parse(), Ok(time));
        }
        for wrong in [
            "",
            "2026-11-22",
            "2026-11-22T20:15:04Z",
            "2026-11-22T20:15:04.250",
            "2026-11-22T20:15:04.250+00:00",
            "2026-02-30T20:15:04.250Z",
            "2026-13-01T20:15:04.250Z",
            "2026-00-01T20:15:04.250Z",
            "2026-11-22T24:15:04.250Z",
            "1969-12-31T23:59:59.999Z",
            "99999999999999999999-01-01T00:00:00.000Z",
            "0000-01-01T00:00:00.000Z",
        ] {
            assert_eq!(wrong.parse::<Timestamp>(), Err(ParseTimeError), "{wrong}");
        }
    }
}
