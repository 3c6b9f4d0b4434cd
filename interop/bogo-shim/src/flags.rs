//! The command line: flags for all connections, for the first, or for those that resume. Names and
//! meanings are BoringSSL's (`ssl/test/test_config.h`).

mod certificates;
mod connection;
mod exchange;
mod expectations;
mod kind;

use crate::options::Options;
use kind::Flag;
use std::ffi::OsString;

/// What was asked of each connection.
#[derive(Debug, Default)]
pub(crate) struct Flags {
    /// Of the first one.
    pub(crate) initial: Options,
    /// Of those after it.
    pub(crate) resume: Options,
    /// Of what is left of those after it when their early data has been refused.
    pub(crate) retry: Options,
}

/// Why a command line is not followed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// A flag this shim does not have.
    Unknown(String),
    /// A flag without its value, or with one that cannot be read.
    BadValue(String),
}

/// Whom a flag is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    All,
    Initial,
    Resume,
    Retry,
    /// Programs that are not this one.
    Nobody,
}

impl Flags {
    pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Self, Unusable> {
        let mut arguments = arguments.map(|argument| argument.to_string_lossy().into_owned());
        let mut flags = Self::default();
        while let Some(argument) = arguments.next() {
            let (scope, name) = scope(&argument);
            let flag = find(name).ok_or_else(|| Unusable::Unknown(argument.clone()))?;
            let value = if flag.has_value() {
                let value = arguments.next();
                Some(value.ok_or_else(|| Unusable::BadValue(argument.clone()))?)
            } else {
                None
            };
            for options in flags.addressed(scope) {
                flag.apply(options, value.as_deref().unwrap_or_default())
                    .ok_or_else(|| Unusable::BadValue(argument.clone()))?;
            }
        }
        Ok(flags)
    }

    fn addressed(&mut self, scope: Scope) -> Vec<&mut Options> {
        match scope {
            Scope::All => vec![&mut self.initial, &mut self.resume, &mut self.retry],
            Scope::Initial => vec![&mut self.initial],
            Scope::Resume => vec![&mut self.resume],
            Scope::Retry => vec![&mut self.retry],
            Scope::Nobody => Vec::new(),
        }
    }
}

/// Splits `-on-resume-expect-alpn` into whom it is for and `-expect-alpn`.
fn scope(argument: &str) -> (Scope, &str) {
    // A handshaker is a second process of BoringSSL's shim.
    if let Some(rest) = after(argument, "-on-handshaker") {
        return (Scope::Nobody, scope(rest).1);
    }
    let argument = after(argument, "-on-shim").unwrap_or(argument);
    let prefixes = [
        ("-on-initial", Scope::Initial),
        ("-on-resume", Scope::Resume),
        ("-on-retry", Scope::Retry),
    ];
    prefixes
        .into_iter()
        .find_map(|(prefix, scope)| after(argument, prefix).map(|rest| (scope, rest)))
        .unwrap_or((Scope::All, argument))
}

fn after<'a>(argument: &'a str, prefix: &str) -> Option<&'a str> {
    argument
        .strip_prefix(prefix)
        .filter(|rest| rest.starts_with('-'))
}

/// What a flag does, whichever topic it belongs to.
fn find(name: &str) -> Option<Flag> {
    connection::flag(name)
        .or_else(|| certificates::flag(name))
        .or_else(|| exchange::flag(name))
        .or_else(|| expectations::flag(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Flags, Unusable> {
        Flags::parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn a_prefix_says_whom_a_flag_is_for() {
        let flags = parse(&[
            "-port",
            "99",
            "-on-initial-shim-writes-first",
            "-on-resume-async",
            "-on-shim-on-resume-no-ticket",
            "-on-handshaker-on-resume-server",
            "-on-retry-verify-fail",
        ]);
        let flags = flags.expect("all are known");
        assert_eq!((flags.initial.port, flags.resume.port), (99, 99));
        assert!(flags.initial.shim_writes_first && !flags.resume.shim_writes_first);
        assert!(!flags.initial.asynchronous && flags.resume.asynchronous);
        assert!(flags.resume.no_ticket && !flags.resume.server);
        assert!(flags.retry.verify_fail && !flags.resume.verify_fail);
    }

    #[test]
    fn credential_flags_are_about_the_newest_credential() {
        let flags = parse(&[
            "-cert-file",
            "default",
            "-new-x509-credential",
            "-cert-file",
            "first",
            "-new-x509-credential",
            "-cert-file",
            "second",
        ]);
        let options = flags.expect("all are known").initial;
        let named = |files: &crate::options::CredentialFiles| files.certificate.clone();
        assert_eq!(
            named(&options.default_credential).as_deref(),
            Some("default")
        );
        let names: Vec<_> = options.credentials.iter().filter_map(named).collect();
        assert_eq!(names, ["first", "second"]);
    }

    #[test]
    fn what_is_not_known_is_told_from_what_cannot_be_read() {
        let unknown = parse(&["-teleport"]).err();
        assert_eq!(unknown, Some(Unusable::Unknown("-teleport".to_owned())));
        let bad = parse(&["-port", "far"]).err();
        assert_eq!(bad, Some(Unusable::BadValue("-port".to_owned())));
        assert!(parse(&["-port"]).is_err());
    }
}
