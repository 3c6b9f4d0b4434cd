//! What we call ourselves.

/// A name that can stand in a line: visible ASCII, without the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OurName(String);

impl OurName {
    /// A host name is no longer: RFC 5321 §4.5.3.1.2.
    const LONGEST: usize = 255;

    /// Leaves out what could end the line or the word, and is `localhost` if nothing remains.
    pub(crate) fn new(name: &str) -> Self {
        let visible = name.chars().filter(char::is_ascii_graphic);
        let name: String = visible.take(Self::LONGEST).collect();
        if name.is_empty() {
            return Self("localhost".to_owned());
        }
        Self(name)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_begin_a_line_of_its_own() {
        let name = OurName::new("client.example\r\nMAIL FROM:<>");
        assert_eq!(name.as_str(), "client.exampleMAILFROM:<>");
    }

    #[test]
    fn a_name_of_nothing_is_localhost_and_one_without_end_is_cut() {
        assert_eq!(OurName::new(" \u{e4}\n").as_str(), "localhost");
        assert_eq!(OurName::new(&"a".repeat(1000)).as_str().len(), 255);
    }
}
