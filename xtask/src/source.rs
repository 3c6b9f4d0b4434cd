//! Rust source with everything blanked that is not code, so that a word in a comment or a string
//! is never taken for a use of it.

use std::collections::HashSet;

use crate::repository::File;

/// The code alone: comments, strings and character literals become spaces, line breaks stay.
pub(crate) fn code(text: &str) -> String {
    let mut scrubber = Scrubber {
        rest: text,
        code: String::with_capacity(text.len()),
    };
    while scrubber.step() {}
    scrubber.code
}

/// Where the tests at the bottom begin: at `#[cfg(test)]` on `mod tests {`, counted from zero.
pub(crate) fn first_test_line(code: &str) -> usize {
    let end = code.lines().count();
    test_modules(code)
        .find(|(_, head)| head.ends_with('{'))
        .map_or(end, |(at, _)| at)
}

/// The modules with a file of their own that exist in tests only: `#[cfg(test)]` on `mod name;`.
fn test_files(code: &str) -> impl Iterator<Item = &str> {
    test_modules(code)
        .filter_map(|(_, head)| head.strip_suffix(';'))
        .filter_map(|head| head.split(' ').next_back())
}

/// The modules that are compiled in tests only, as the paths of their files without `.rs`.
pub(crate) fn test_paths(files: &[File]) -> HashSet<String> {
    let mut paths = HashSet::new();
    for file in files.iter().filter(|file| file.path.ends_with(".rs")) {
        let code = code(&file.text);
        let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
        let stem = name.trim_end_matches(".rs");
        // `a/mod.rs` and `a/lib.rs` have their modules beside them, `a/b.rs` in `a/b/`.
        let inside = match stem {
            "mod" | "lib" | "main" => folder.to_owned(),
            _ => format!("{folder}/{stem}"),
        };
        paths.extend(test_files(&code).map(|name| format!("{inside}/{name}")));
    }
    paths
}

/// A file of tests: by its folder, or because its module is one of `tests` or inside one.
pub(crate) fn is_test(path: &str, tests: &HashSet<String>) -> bool {
    let module = path.strip_suffix(".rs").unwrap_or(path);
    let mut modules =
        std::iter::successors(Some(module), |module| Some(module.rsplit_once('/')?.0));
    path.contains("/tests/")
        || path.starts_with("interop/")
        || modules.any(|module| tests.contains(module))
}

/// Every `#[cfg(test)]` on a module: its line and the module's own.
fn test_modules(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let marked = code
        .lines()
        .enumerate()
        .filter(|(_, line)| line.trim() == "#[cfg(test)]");
    marked.filter_map(|(at, _)| {
        let mut after = code.lines().skip(at + 1).map(str::trim);
        let head = after.find(|line| !line.is_empty() && !line.starts_with("#["))?;
        let name = head.split_once("mod ")?.0;
        (name.is_empty() || name.starts_with("pub")).then_some((at, head))
    })
}

/// The identifiers of a line of code, in order.
pub(crate) fn identifiers(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
}

struct Scrubber<'a> {
    rest: &'a str,
    code: String,
}

impl Scrubber<'_> {
    /// Takes one token; false at the end.
    fn step(&mut self) -> bool {
        let rest = self.rest;
        let Some(first) = rest.chars().next() else {
            return false;
        };
        if rest.starts_with("//") {
            self.blank(rest.find('\n').unwrap_or(rest.len()));
        } else if rest.starts_with("/*") {
            self.blank(block_comment(rest));
        } else if let Some(length) = raw_string(rest) {
            self.blank(length);
        } else if first == '"' {
            self.blank(quoted(rest, '"'));
        } else if rest.starts_with("b\"") || rest.starts_with("c\"") {
            self.blank(1 + quoted(&rest[1..], '"'));
        } else if let Some(length) = character(rest) {
            self.blank(length);
        } else if first.is_alphanumeric() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            self.keep(end.unwrap_or(rest.len()));
        } else {
            self.keep(first.len_utf8());
        }
        true
    }

    fn keep(&mut self, length: usize) {
        let (taken, rest) = self.rest.split_at(length);
        self.code.push_str(taken);
        self.rest = rest;
    }

    fn blank(&mut self, length: usize) {
        let (taken, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.code
            .extend(taken.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        self.rest = rest;
    }
}

/// Length of a comment that may hold others.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Length of a raw string, its prefix and hashes included, if one begins here.
fn raw_string(text: &str) -> Option<usize> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        text.strip_prefix(prefix)
            .is_some_and(|rest| rest.trim_start_matches('#').starts_with('"'))
    })?;
    let hashes = text[prefix.len()..]
        .chars()
        .take_while(|&c| c == '#')
        .count();
    let open = prefix.len() + hashes + 1;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = text[open..]
        .find(&close)
        .map_or(text.len(), |at| open + at + close.len());
    Some(end)
}

/// Length of a literal in `quote`s, escapes considered.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// Length of a character literal, if one begins here and it is not a lifetime.
fn character(text: &str) -> Option<usize> {
    let start = if text.starts_with("b'") { 1 } else { 0 };
    let mut chars = text[start..].chars();
    let (quote, inner, close) = (chars.next()?, chars.next()?, chars.next()?);
    (quote == '\'' && (inner == '\\' || close == '\''))
        .then(|| start + quoted(&text[start..], '\''))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_comments_and_strings_are_not_code() {
        let text = "let a = \"unsafe \\\" x\"; // unsafe\n/* unsafe /* y */ unsafe */ let b = r#\"unsafe \"#;";
        let code = code(text);
        assert!(!code.contains("unsafe"));
        assert!(code.contains("let a"));
        assert!(code.contains("let b"));
        assert_eq!(code.lines().count(), 2);
    }

    #[test]
    fn a_lifetime_is_not_a_character() {
        let code =
            code("fn f<'a>(x: &'a str, c: char) { c == 'x' || c == '\\'' || b'\"' == 1 } // z");
        assert!(code.contains("fn f<'a>(x: &'a str, c: char)"));
        assert!(!code.contains('"'));
        assert!(!code.contains('z'));
    }

    #[test]
    fn an_identifier_that_ends_in_r_before_a_string_is_kept() {
        assert_eq!(code("for x in br\"a\" {}").trim_end(), "for x in       {}");
        assert_eq!(code("attr\"a\"").trim_end(), "attr");
    }

    #[test]
    fn tests_begin_at_their_attribute() {
        let text = "fn a() {}\n\n#[cfg(test)]\nmod tests {\n}\n";
        assert_eq!(first_test_line(text), 2);
        assert_eq!(first_test_line("fn a() {}\n"), 1);
        assert_eq!(first_test_line("#[cfg(test)]\nmod traces;\nfn a() {}\n"), 3);
    }

    #[test]
    fn what_is_inside_a_module_of_tests_is_a_test() {
        let file = File {
            path: "a/src/lib.rs".to_owned(),
            text: "mod b;\n#[cfg(test)]\nmod vectors;\n".to_owned(),
        };
        let tests = test_paths(&[file]);
        for path in [
            "a/src/vectors.rs",
            "a/src/vectors/mod.rs",
            "a/src/vectors/aead/gcm.rs",
            "a/tests/b.rs",
        ] {
            assert!(is_test(path, &tests), "{path}");
        }
        assert!(!is_test("a/src/b.rs", &tests) && !is_test("a/src/vectors_of.rs", &tests));
    }

    #[test]
    fn a_module_of_tests_may_have_a_file_of_its_own() {
        let text = "mod a;\n#[cfg(test)]\nmod traces;\n#[cfg(test)]\npub(crate) mod samples;\n#[cfg(test)]\nfn f() {}\n";
        assert_eq!(test_files(text).collect::<Vec<_>>(), ["traces", "samples"]);
    }
}
