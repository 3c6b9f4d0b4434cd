//! What this version cannot do yet. It says so by name, and never pretends.

use crate::exit::{Failure, Outcome};

/// Refuses what is not in this version yet.
pub(crate) fn refuse(what: &str) -> Failure {
    Failure::usage(format_args!("{what} is not in this version yet"))
}

/// Refuses the first of these that was asked for.
pub(crate) fn none_of(asked: &[(bool, &str)]) -> Outcome<()> {
    match asked.iter().find(|(asked, _)| *asked) {
        Some((_, what)) => Err(refuse(what)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn what_comes_later_is_a_usage_error_that_names_it() {
        let failure = none_of(&[(false, "--a"), (true, "--b")]).unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        assert_eq!(failure.message, "--b is not in this version yet");
        assert_eq!(none_of(&[(false, "--a")]), Ok(()));
    }
}
