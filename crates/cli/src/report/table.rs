//! Tables for people: columns as wide as their widest cell.

use anstyle::Style;
use std::fmt;

/// Rows of cells under a heading.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    heading: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

/// One cell: text, and how it looks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            style: Style::new(),
        }
    }
}

impl Cell {
    /// Text that looks like this.
    pub(crate) fn styled(text: impl Into<String>, style: Style) -> Self {
        Self {
            text: text.into(),
            style,
        }
    }
}

impl Table {
    /// A table without rows.
    pub(crate) fn new(heading: &[&'static str]) -> Self {
        Self {
            heading: heading.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    fn widths(&self) -> Vec<usize> {
        // A row that ends early may say what it likes in its last cell: nothing stands behind it.
        let padded =
            |row: &&Vec<Cell>, column| row.len() == self.heading.len() || column + 1 < row.len();
        let width = |column: usize, heading: &&str| {
            let rows = self.rows.iter().filter(|row| padded(row, column));
            let cells = rows.filter_map(|row| row.get(column));
            let widest = cells.map(|cell| cell.text.chars().count()).max();
            widest.unwrap_or(0).max(heading.len())
        };
        self.heading
            .iter()
            .enumerate()
            .map(|(column, heading)| width(column, heading))
            .collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        let dim = Style::new().dimmed();
        let heading = self
            .heading
            .iter()
            .map(|text| Cell::styled(*text, dim))
            .collect();
        for (number, row) in std::iter::once(&heading).chain(&self.rows).enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            let last = row.len().saturating_sub(1);
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let Cell { text, style } = cell;
                if column == last {
                    write!(f, "{style}{text}{style:#}")?;
                } else {
                    let padding = width.saturating_sub(text.chars().count()) + 2;
                    write!(f, "{style}{text}{style:#}{:padding$}", "")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_lines_have_no_tail() {
        let mut table = Table::new(&["id", "what"]);
        table.row(["1".into(), "a session".into()]);
        table.row(["1000".into(), "b".into()]);
        let plain = anstream::adapter::strip_str(&table.to_string()).to_string();
        assert_eq!(plain, "id    what\n1     a session\n1000  b");
    }
}
