//! Which code and which tests cite which requirement.

use std::collections::BTreeSet;

use super::citation::Site;
use super::requirement::{Kind, Requirement, Rfc};

/// Every RFC with the places that cite it.
pub(super) struct Coverage {
    pub(super) rfcs: Vec<Covered>,
}

/// One RFC; for each requirement who cites it.
pub(super) struct Covered {
    pub(super) rfc: Rfc,
    cited: Vec<Cited>,
}

/// Files that cite a requirement.
#[derive(Default)]
pub(super) struct Cited {
    pub(super) code: BTreeSet<String>,
    pub(super) tests: BTreeSet<String>,
}

impl Coverage {
    /// Matches citations with requirements; what does not fit goes to `findings`.
    pub(super) fn new(mut rfcs: Vec<Rfc>, sites: &[Site], findings: &mut Vec<String>) -> Self {
        // The newest first: it is the one that most of the code is about.
        rfcs.sort_by_key(|rfc| std::cmp::Reverse(rfc.number));
        let rfcs = rfcs.into_iter().map(Covered::new).collect();
        let mut coverage = Self { rfcs };
        for site in sites {
            findings.extend(coverage.note(site));
        }
        findings.extend(coverage.doubts());
        coverage
    }

    /// Notes a citation; what it cites that is not there comes back.
    fn note(&mut self, site: &Site) -> Vec<String> {
        let citation = &site.citation;
        let covered = self
            .rfcs
            .iter_mut()
            .find(|one| one.rfc.number == citation.rfc);
        let Some(covered) = covered else {
            return vec![format!(
                "{}:{}: the requirements of RFC {} are not listed",
                site.path, site.line, citation.rfc
            )];
        };
        let mut missing = Vec::new();
        for ordinal in &citation.ordinals {
            match covered.rfc.find(&citation.section, *ordinal) {
                Some(position) => covered.cited[position].note(site),
                None => missing.push(format!(
                    "{}:{}: RFC {} has no §{} ({ordinal})",
                    site.path, site.line, citation.rfc, citation.section
                )),
            }
        }
        missing
    }

    /// Requirements that are neither cited nor reasoned, or both; and reasons that lead nowhere.
    fn doubts(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        for covered in &self.rfcs {
            let number = covered.rfc.number;
            for (requirement, cited) in covered.each() {
                let doubt = match &requirement.reason {
                    None if cited.code.is_empty() => "no code cites it and no reason is given",
                    Some(_) if !cited.code.is_empty() => "code cites it, so it needs no reason",
                    Some(reason) if reason.kind == Kind::Same && !self.is_told(&reason.what) => {
                        "what it is the same as is not told"
                    }
                    _ => continue,
                };
                doubts.push(format!("RFC {number} {requirement}: {doubt}"));
            }
        }
        doubts
    }

    /// Whether `RFC 9846 §6 (1)` is a requirement that speaks for itself.
    fn is_told(&self, name: &str) -> bool {
        self.rfcs.iter().any(|covered| {
            let number = covered.rfc.number;
            covered.rfc.requirements.iter().any(|requirement| {
                let reason = requirement.reason.as_ref();
                reason.is_none_or(|reason| reason.kind != Kind::Same)
                    && format!("RFC {number} {requirement}") == name
            })
        })
    }
}

impl Covered {
    fn new(rfc: Rfc) -> Self {
        let cited = rfc.requirements.iter().map(|_| Cited::default()).collect();
        Self { rfc, cited }
    }

    /// The requirements in order, with those who cite them.
    pub(super) fn each(&self) -> impl Iterator<Item = (&Requirement, &Cited)> {
        self.rfc.requirements.iter().zip(&self.cited)
    }
}

impl Cited {
    fn note(&mut self, site: &Site) {
        let files = if site.is_test {
            &mut self.tests
        } else {
            &mut self.code
        };
        files.insert(site.path.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::super::citation::Citation;
    use super::*;

    fn site(section: &str, ordinal: u16, is_test: bool) -> Site {
        Site {
            path: "crates/engine/src/a.rs".to_owned(),
            line: 7,
            is_test,
            citation: Citation {
                rfc: 1,
                section: section.to_owned(),
                ordinals: vec![ordinal],
            },
        }
    }

    fn findings(reason: &str, sites: &[Site]) -> Vec<String> {
        let text =
            format!("A Protocol\n1 (1) MUST both: x{reason}\n1 (2) MUST both: y | later: y\n");
        let (rfc, mut findings) = Rfc::parse(1, &text);
        Coverage::new(vec![rfc], sites, &mut findings);
        findings
    }

    #[test]
    fn every_requirement_is_cited_by_code_or_has_a_reason_and_never_both() {
        assert!(findings("", &[site("1", 1, false)]).is_empty());
        assert!(findings(" | by construction: x", &[site("1", 1, true)]).is_empty());
        assert_eq!(
            findings("", &[site("1", 1, true)]).len(),
            1,
            "a test does nothing"
        );
        assert_eq!(findings(" | later: x", &[site("1", 1, false)]).len(), 1);
    }

    #[test]
    fn a_citation_of_nothing_is_found() {
        let found = findings(" | later: x", &[site("1", 3, false), site("2", 1, true)]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("RFC 1 has no §1 (3)"));
    }

    #[test]
    fn what_says_the_same_has_to_be_there_and_to_speak_for_itself() {
        assert!(findings(" | same as: RFC 1 §1 (2)", &[]).is_empty());
        assert_eq!(findings(" | same as: RFC 1 §1 (1)", &[]).len(), 1);
        assert_eq!(findings(" | same as: RFC 1 §1 (9)", &[]).len(), 1);
    }
}
