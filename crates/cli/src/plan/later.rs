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

/// Checks a list of TLS versions: of those people ask for, this version has 1.3.
pub(crate) fn versions(asked: &[String]) -> Outcome<()> {
    for version in asked {
        match version.trim() {
            "1.3" => {}
            "1.2" => return Err(refuse("TLS 1.2 (--tls 1.2)")),
            other => {
                return Err(Failure::usage(format_args!(
                    "--tls {other}: there are 1.2 and 1.3; SSL and TLS 1.0 and 1.1 will not come"
                )));
            }
        }
    }
    Ok(())
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

    #[test]
    fn only_tls_1_3_is_there() {
        let list = |text: &str| -> Vec<String> { text.split(',').map(str::to_owned).collect() };
        assert_eq!(versions(&[]), Ok(()));
        assert_eq!(versions(&list("1.3")), Ok(()));
        assert!(
            versions(&list("1.2,1.3"))
                .unwrap_err()
                .message
                .contains("1.2")
        );
        assert!(
            versions(&list("1.0"))
                .unwrap_err()
                .message
                .contains("will not come")
        );
    }
}
