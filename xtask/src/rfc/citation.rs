//! Citations of requirements in comments: `RFC 9846 §4.2.2 (3)`, or several of a section, `(2, 3)`.

/// What a comment cites.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Citation {
    pub(super) rfc: u16,
    pub(super) section: String,
    pub(super) ordinals: Vec<u16>,
}

/// A citation and where it stands.
pub(super) struct Site {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) is_test: bool,
    pub(super) citation: Citation,
}

/// The requirements cited in a line's comment. A section belongs to the RFC named before it on the same
/// line.
pub(super) fn of_line(line: &str) -> Result<Vec<Citation>, String> {
    let Some((_, comment)) = line.split_once("//") else {
        return Ok(Vec::new());
    };
    let mut citations = Vec::new();
    let mut rest = comment;
    let mut rfc = None;
    while let Some(mark) = next_mark(rest) {
        match mark {
            Mark::Rfc(number, behind) => {
                rfc = Some(number);
                rest = behind;
            }
            Mark::Section(section, behind) => {
                rest = behind;
                let Some((ordinals, behind)) = ordinals(behind) else {
                    continue;
                };
                rest = behind;
                let rfc = rfc.ok_or_else(|| {
                    format!("§{section} with a number: name its RFC on the same line")
                })?;
                citations.push(Citation {
                    rfc,
                    section: section.to_owned(),
                    ordinals,
                });
            }
        }
    }
    Ok(citations)
}

enum Mark<'a> {
    Rfc(u16, &'a str),
    Section(&'a str, &'a str),
}

/// The next RFC or section named in `text`, and what stands behind it.
fn next_mark(text: &str) -> Option<Mark<'_>> {
    for (at, _) in text.char_indices() {
        let rest = &text[at..];
        if let Some(behind) = rest.strip_prefix("RFC ") {
            let (digits, behind) = split(behind, |c| c.is_ascii_digit());
            if let Ok(number) = digits.parse() {
                return Some(Mark::Rfc(number, behind));
            }
        }
        let section = rest
            .strip_prefix('§')
            .or_else(|| rest.strip_prefix("appendix "));
        if let Some(section) = section {
            let is_part = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase() || c == '.';
            let (number, _) = split(section, is_part);
            let number = number.trim_end_matches('.');
            if !number.is_empty() {
                return Some(Mark::Section(number, &section[number.len()..]));
            }
        }
    }
    None
}

/// ` (1, 3)` at the front of `text`, and what stands behind it.
fn ordinals(text: &str) -> Option<(Vec<u16>, &str)> {
    let (list, behind) = text.strip_prefix(" (")?.split_once(')')?;
    let ordinals: Result<_, _> = list.split(", ").map(str::parse).collect();
    Some((ordinals.ok()?, behind))
}

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !belongs(c)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cited(line: &str) -> Vec<(u16, String, Vec<u16>)> {
        let citations = of_line(line).expect("well formed");
        let parts = citations
            .into_iter()
            .map(|citation| (citation.rfc, citation.section, citation.ordinals));
        parts.collect()
    }

    #[test]
    fn a_number_cites_a_requirement_and_a_section_alone_does_not() {
        assert_eq!(
            cited("    // Once: RFC 9846 §4.2.4 (5)."),
            [(9846, "4.2.4".to_owned(), vec![5])]
        );
        assert!(cited("/// RFC 9846 §4.2.4, and RFC 5246 §7.4.1.").is_empty());
        assert!(cited("let s = \"RFC 9846 §4.2.4 (5)\";").is_empty());
        assert!(cited("// RFC 9846 §5.1 (four bytes), RFC 9846 §5 (see 3)").is_empty());
    }

    #[test]
    fn sections_belong_to_the_rfc_before_them() {
        assert_eq!(
            cited("// RFC 9846 §5.1 (2, 3), §E.4 (1) and appendix C.5 (1); RFC 5746 §3.4 (2)"),
            [
                (9846, "5.1".to_owned(), vec![2, 3]),
                (9846, "E.4".to_owned(), vec![1]),
                (9846, "C.5".to_owned(), vec![1]),
                (5746, "3.4".to_owned(), vec![2]),
            ]
        );
    }

    #[test]
    fn a_number_without_its_rfc_is_a_mistake() {
        assert!(of_line("// once more: §4.2.4 (5)").is_err());
        assert!(of_line("// once more: §4.2.4").is_ok());
    }
}
