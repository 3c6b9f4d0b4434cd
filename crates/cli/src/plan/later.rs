//! What this version cannot do yet. It says so by name, and never pretends.

use crate::exit::Failure;

/// Refuses what is not in this version yet.
pub(crate) fn refuse(what: &str) -> Failure {
    Failure::usage(format_args!("{what} is not in this version yet"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn what_comes_later_is_a_usage_error_that_names_it() {
        let failure = refuse("--b");
        assert_eq!(failure.exit, Exit::Usage);
        assert_eq!(failure.message, "--b is not in this version yet");
    }
}
