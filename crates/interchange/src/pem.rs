//! PEM, as RFC 7468 has it: Base64 between a line that begins and a line that ends.

use core::fmt;

use data_encoding::BASE64;
use zeroize::Zeroizing;

use crate::error::ReadError;

/// What can be wrong with a PEM file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PemProblem {
    /// It has no block of this kind.
    NoBlock,
    /// The block begins and never ends.
    NoEnd,
    /// What is in it is not Base64.
    NotBase64,
}

impl fmt::Display for PemProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoBlock => "there is no such block in it",
            Self::NoEnd => "its END line is missing",
            Self::NotBase64 => "what is between its lines is not Base64",
        })
    }
}

/// The content of the first block with this label; text around it is ignored.
pub(crate) fn decode(text: &str, label: &'static str) -> Result<Zeroizing<Vec<u8>>, ReadError> {
    block(text, label).map_err(|problem| ReadError::Pem { label, problem })
}

fn block(text: &str, label: &str) -> Result<Zeroizing<Vec<u8>>, PemProblem> {
    let begin = format!("-----BEGIN {label}-----");
    let end = format!("-----END {label}-----");
    let (_, rest) = text.split_once(&begin).ok_or(PemProblem::NoBlock)?;
    let (block, _) = rest.split_once(&end).ok_or(PemProblem::NoEnd)?;
    let mut digits = Zeroizing::new(Vec::with_capacity(block.len()));
    digits.extend(block.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    BASE64
        .decode(&digits)
        .map(Zeroizing::new)
        .map_err(|_| PemProblem::NotBase64)
}

/// One block.
pub(crate) fn encode(content: &[u8], label: &str) -> Zeroizing<String> {
    let digits = Zeroizing::new(BASE64.encode(content));
    let lines = digits.len() / 64 + 1;
    let mut text = Zeroizing::new(String::with_capacity(
        digits.len() + lines + 2 * (label.len() + 18),
    ));
    text.push_str(&format!("-----BEGIN {label}-----\n"));
    let mut rest = digits.as_str();
    while !rest.is_empty() {
        // Base64 is ASCII, so every place is a character's border.
        let (line, behind) = rest.split_at_checked(64).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = behind;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_no_line_is_longer_than_64() {
        for len in [0, 1, 47, 48, 49, 96, 1000] {
            let content = vec![0xa5; len];
            let text = encode(&content, "THING");
            assert!(text.lines().all(|line| line.len() <= 64));
            assert_eq!(*block(&text, "THING").unwrap(), content);
        }
    }

    #[test]
    fn text_around_the_block_is_ignored() {
        let text = "SSL-Session:\r\n-----BEGIN THING-----\r\nAQID\r\n-----END THING-----\r\nmore";
        assert_eq!(*block(text, "THING").unwrap(), [1, 2, 3]);
    }

    #[test]
    fn a_damaged_file_is_told_by_its_damage() {
        assert_eq!(block("", "THING").unwrap_err(), PemProblem::NoBlock);
        assert_eq!(
            block("-----BEGIN OTHER-----", "THING").unwrap_err(),
            PemProblem::NoBlock
        );
        assert_eq!(
            block("-----BEGIN THING-----\nAQID", "THING").unwrap_err(),
            PemProblem::NoEnd
        );
        for inner in ["AQI", "A*ID", "Proc-Type: 4,ENCRYPTED\n\nAQID"] {
            let text = format!("-----BEGIN THING-----\n{inner}\n-----END THING-----");
            assert_eq!(
                block(&text, "THING").unwrap_err(),
                PemProblem::NotBase64,
                "{inner}"
            );
        }
    }
}
