//! A cursor that writes down what it reads, and where it stood.

use super::Secrets;
use std::fmt::{Display, Write as _};

/// Reads fields and writes them down.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the innermost vector ends.
    end: usize,
    depth: usize,
    secrets: Secrets,
    text: String,
}

/// Bytes of a field shown in full; of a longer one only the beginning.
const SHOWN: usize = 32;
/// Where values begin.
const COLUMN: usize = 33;

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8], secrets: Secrets) -> Self {
        Self {
            bytes,
            at: 0,
            end: bytes.len(),
            depth: 0,
            secrets,
            text: String::new(),
        }
    }

    /// What was written; bytes nobody read are shown, too.
    pub(super) fn finish(mut self) -> String {
        if self.left() > 0 {
            self.opaque(self.left(), "unread");
        }
        self.text
    }

    /// Bytes left in the innermost vector.
    pub(super) fn left(&self) -> usize {
        self.end.saturating_sub(self.at)
    }

    /// The next byte, still to be read.
    pub(super) fn peek(&self) -> Option<u8> {
        self.upcoming(1).and_then(|bytes| bytes.first().copied())
    }

    /// The next bytes, still to be read.
    pub(super) fn upcoming(&self, len: usize) -> Option<&'a [u8]> {
        self.bytes.get(self.at..self.end)?.get(..len)
    }

    /// A number of two bytes that gets no line of its own.
    pub(super) fn silent_u16(&mut self) -> Option<u16> {
        u16::try_from(self.take::<2>("extension_type")?).ok()
    }

    /// The first line.
    pub(super) fn title(&mut self, title: impl Display) {
        let _ = writeln!(self.text, "{title}, {} bytes", self.bytes.len());
    }

    /// A line about the field that begins `back` bytes behind.
    fn line(&mut self, back: usize, name: &str, value: impl Display) {
        let offset = self.at.saturating_sub(back);
        let indent = 2 * self.depth;
        let name = format!("{:indent$}{name}", "");
        let _ = writeln!(self.text, "  {offset:04}  {name:COLUMN$} {value}");
    }

    /// A number of `N` bytes, without a line; `None` at an early end.
    fn take<const N: usize>(&mut self, name: &str) -> Option<u64> {
        let end = self.at.checked_add(N).filter(|end| *end <= self.end);
        let Some(read) = end.and_then(|end| self.bytes.get(self.at..end)) else {
            self.ends_early(name);
            return None;
        };
        self.at += N;
        Some(
            read.iter()
                .fold(0, |number, byte| number << 8 | u64::from(*byte)),
        )
    }

    fn ends_early(&mut self, name: &str) {
        let left = self.left();
        self.line(0, name, format_args!("ends early, {left} bytes are left"));
        self.at = self.end;
    }

    /// A number of `N` bytes.
    pub(super) fn number<const N: usize>(&mut self, name: &str) -> Option<u64> {
        let number = self.take::<N>(name)?;
        self.line(N, name, number);
        Some(number)
    }

    /// A code of two bytes, by its name.
    pub(super) fn code<T: Display>(&mut self, name: &str, read: impl Fn(u16) -> T) -> Option<u16> {
        let code = u16::try_from(self.take::<2>(name)?).ok()?;
        self.line(2, name, format_args!("{} (0x{code:04x})", read(code)));
        Some(code)
    }

    /// `len` bytes, in hex.
    pub(super) fn opaque(&mut self, len: usize, name: &str) {
        self.field(0, len, name, shortened);
    }

    /// `len` bytes whose length stood in the `back` bytes before them.
    fn field(&mut self, back: usize, len: usize, name: &str, shown: impl Fn(&[u8]) -> String) {
        if len > self.left() {
            self.ends_early(name);
            return;
        }
        let value = shown(self.bytes.get(self.at..self.at + len).unwrap_or_default());
        self.line(back, name, value);
        self.at += len;
    }

    /// The length in front of a field.
    fn length<const N: usize>(&mut self, name: &str) -> Option<usize> {
        let len = self.take::<N>(name)?;
        Some(usize::try_from(len).unwrap_or(usize::MAX))
    }

    /// A vector whose length has `N` bytes; `inside` reads what is in it.
    pub(super) fn vector<const N: usize>(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.vector_behind::<N>(0, name, inside);
    }

    /// The same, with `before` bytes in front that belong to it.
    pub(super) fn vector_behind<const N: usize>(
        &mut self,
        before: usize,
        name: &str,
        inside: impl FnOnce(&mut Self),
    ) {
        let Some(len) = self.length::<N>(name) else {
            return;
        };
        self.line(N + before, name, format_args!("{len} bytes"));
        self.within(len, inside);
    }

    /// The next `len` bytes; `inside` reads them, and what it leaves is shown as bytes.
    pub(super) fn within(&mut self, len: usize, inside: impl FnOnce(&mut Self)) {
        if len > self.left() {
            self.ends_early("content");
            return;
        }
        let outer = std::mem::replace(&mut self.end, self.at + len);
        self.depth += 1;
        inside(self);
        if self.left() > 0 {
            self.opaque(self.left(), "unread");
        }
        self.depth -= 1;
        self.end = outer;
    }

    /// A vector of bytes whose length has `N` bytes.
    pub(super) fn opaque_vector<const N: usize>(&mut self, name: &str) {
        let Some(len) = self.length::<N>(name) else {
            return;
        };
        self.field(N, len, name, shortened);
    }

    /// The same for bytes that open something: their number, or all of them for people who asked.
    pub(super) fn secret_vector<const N: usize>(&mut self, name: &str) {
        let Some(len) = self.length::<N>(name) else {
            return;
        };
        let secrets = self.secrets;
        self.field(N, len, name, |bytes| match secrets {
            Secrets::Hide => format!("{len} bytes, not shown (--show-secrets)"),
            Secrets::Show => format!("{len} bytes {}", hex(bytes)),
        });
    }

    /// The same for text.
    pub(super) fn text_vector<const N: usize>(&mut self, name: &str) {
        let Some(len) = self.length::<N>(name) else {
            return;
        };
        self.field(N, len, name, |bytes| {
            format!("\"{}\"", bytes.escape_ascii())
        });
    }

    /// A list of two-byte codes, all on one line.
    pub(super) fn codes<const N: usize, T: Display>(
        &mut self,
        name: &str,
        read: impl Fn(u16) -> T,
    ) {
        let Some(len) = self.length::<N>(name) else {
            return;
        };
        if len > self.left() || len % 2 == 1 {
            self.at -= N;
            self.opaque_vector::<N>(name);
            return;
        }
        let bytes = self.bytes.get(self.at..self.at + len).unwrap_or_default();
        let names: Vec<_> = bytes
            .chunks_exact(2)
            .map(|pair| read(code_of(pair)).to_string())
            .collect();
        self.line(N, name, names.join(" "));
        self.at += len;
    }
}

fn code_of(pair: &[u8]) -> u16 {
    pair.iter()
        .fold(0, |code, byte| code << 8 | u16::from(*byte))
}

/// Bytes in hex; of many only the first.
fn shortened(bytes: &[u8]) -> String {
    let len = bytes.len();
    match bytes.get(..SHOWN) {
        _ if bytes.is_empty() => "empty".to_owned(),
        Some(head) if len > SHOWN => format!("{len} bytes {}…", hex(head)),
        _ => format!("{len} bytes {}", hex(bytes)),
    }
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
