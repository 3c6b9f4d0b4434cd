//! Listings: one document, a document for each row, or a table.

use super::out;
use super::table::{Cell, Table};
use crate::args::Global;
use crate::exit::{Exit, Outcome};
use serde::Serialize;

/// What is listed, in each of its forms.
pub(crate) struct Listing<'a, Document, Row, const N: usize> {
    /// All of it, for `--json`.
    pub(crate) document: &'a Document,
    /// Its rows.
    pub(crate) rows: &'a [Row],
    /// What a row is called that stands alone, for `--jsonl`.
    pub(crate) row_schema: &'static str,
    /// The heads of a table's columns.
    pub(crate) heading: [&'static str; N],
    /// What is said where there is no row.
    pub(crate) none: &'static str,
}

impl<Document: Serialize, Row: Serialize, const N: usize> Listing<'_, Document, Row, N> {
    /// Prints it in the form that was asked for.
    pub(crate) fn print(
        &self,
        global: &Global,
        cells: impl Fn(&Row) -> [Cell; N],
    ) -> Outcome<Exit> {
        if global.json {
            out::json(self.document)?;
        } else if global.jsonl {
            out::json_lines(self.row_schema, self.rows)?;
        } else if self.rows.is_empty() {
            out::line(self.none)?;
        } else {
            let mut table = Table::new(&self.heading);
            self.rows.iter().for_each(|row| table.row(cells(row)));
            out::line(table)?;
        }
        Ok(Exit::Done)
    }
}
