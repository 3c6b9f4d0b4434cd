//! What a page makes of the documents it is told, and nothing else.

use std::collections::BTreeMap;

use serde_json::Value;
use tessera_console::Document;

/// All a page knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Page {
    /// Rows of every kind, by their ids.
    pub(crate) rows: BTreeMap<(&'static str, String), Value>,
    pub(crate) sequence: u64,
}

/// The arrays of a document, and what their rows are known by.
const KINDS: [(&str, &str); 5] = [
    ("processes", "id"),
    ("lineages", "id"),
    ("connections", "id"),
    ("keys", "name"),
    ("notices", "sequence"),
];

/// The arrays of its part about the fleet.
const FLEET: [(&str, &[&str]); 3] = [
    ("nodes", &["id"]),
    ("resumed", &["issued_by", "resumed_on"]),
    ("misses", &["at"]),
];

/// Notices a page keeps.
const NOTICES: usize = 2_000;

impl Page {
    /// A page that has seen one document.
    pub(crate) fn of(document: &Document) -> Self {
        let mut page = Self::default();
        page.take(document);
        page
    }

    pub(crate) fn take(&mut self, document: &Document) {
        let document = serde_json::to_value(document).expect("documents are JSON");
        self.take_json(&document);
    }

    pub(crate) fn take_json(&mut self, document: &Value) {
        if document["everything"] == true {
            self.rows.clear();
        }
        self.sequence = document["sequence"].as_u64().expect("a number");
        for (kind, id) in KINDS {
            self.put(kind, &document[kind], &[id]);
        }
        for (kind, id) in FLEET {
            self.put(kind, &document["fleet"][kind], id);
        }
        for kind in ["console", "counters", "web_sessions"] {
            if !document[kind].is_null() {
                self.rows
                    .insert((kind, String::new()), document[kind].clone());
            }
        }
        let gone = document["gone"].as_object().into_iter().flatten();
        for (kind, ids) in gone {
            for id in ids.as_array().into_iter().flatten() {
                self.forget(kind, id.as_str().expect("an id"));
            }
        }
        self.trim();
    }

    fn put(&mut self, kind: &'static str, rows: &Value, ids: &[&str]) {
        for row in rows.as_array().into_iter().flatten() {
            let id: Vec<String> = ids.iter().map(|id| name(&row[*id])).collect();
            self.rows.insert((kind, id.join(" ")), row.clone());
        }
    }

    fn forget(&mut self, gone: &str, id: &str) {
        self.rows
            .retain(|(kind, known), _| *kind != gone || known != id);
        if gone == "nodes" {
            self.rows.retain(|(kind, _), row| {
                *kind != "resumed" || (row["issued_by"] != id && row["resumed_on"] != id)
            });
        }
    }

    fn trim(&mut self) {
        let notices = self.rows.keys().filter(|(kind, _)| *kind == "notices");
        let notices: Vec<_> = notices.cloned().collect();
        let surplus = notices.len().saturating_sub(NOTICES);
        for notice in notices.into_iter().take(surplus) {
            self.rows.remove(&notice);
        }
    }

    /// The rows of one kind.
    pub(crate) fn all(&self, kind: &'static str) -> Vec<&Value> {
        let rows = self.rows.iter().filter(|((known, _), _)| *known == kind);
        rows.map(|(_, row)| row).collect()
    }

    /// One row.
    pub(crate) fn row(&self, kind: &'static str, id: &str) -> &Value {
        self.rows
            .get(&(kind, id.to_owned()))
            .unwrap_or(&Value::Null)
    }

    /// What happened of one kind, for people.
    pub(crate) fn notices(&self, kind: &str) -> Vec<&str> {
        let notices = self.all("notices").into_iter();
        let some = notices.filter(|notice| notice["kind"] == kind);
        some.map(|notice| notice["text"].as_str().unwrap_or_default())
            .collect()
    }
}

/// An id as text; numbers so that they sort as numbers.
fn name(id: &Value) -> String {
    match id {
        Value::String(id) => id.clone(),
        number => format!("{:020}", number.as_u64().unwrap_or_default()),
    }
}
