//! A page of the console in the browser, and what is to be seen on it.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tessera_interop::{Browser, Server};

/// Longer than anything here takes, on any machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A page of the console.
pub(crate) struct Page<'a> {
    pub(crate) browser: &'a mut Browser,
}

impl Page<'_> {
    /// Opens the console.
    #[track_caller]
    pub(crate) fn open<'a>(browser: &'a mut Browser, server: &Server, with: Value) -> Page<'a> {
        let mut asked = with;
        asked["page"] = json!("console");
        asked["url"] = json!(server.console);
        browser.ask("open", asked);
        Page { browser }
    }

    #[track_caller]
    pub(crate) fn press(&mut self, button: &str) {
        self.browser
            .ask("press", json!({"page": "console", "button": button}));
    }

    #[track_caller]
    pub(crate) fn pick(&mut self, radio: &str) {
        self.browser
            .ask("pick", json!({"page": "console", "radio": radio}));
    }

    pub(crate) fn look(&mut self) -> Picture {
        Picture(self.browser.ask("look", json!({"page": "console"})))
    }

    /// Waits until the picture is so.
    #[track_caller]
    pub(crate) fn shows<T>(&mut self, what: &str, seen: impl Fn(&Picture) -> Option<T>) -> T {
        let since = Instant::now();
        loop {
            let picture = self.look();
            if let Some(found) = seen(&picture) {
                return found;
            }
            assert!(since.elapsed() < PATIENCE, "not {what}: {:#}", picture.0);
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Waits until a counter shows this.
    #[track_caller]
    pub(crate) fn counts(&mut self, counter: &str, number: &str) {
        let expression = format!(
            "document.querySelector('[data-testid=counter-{counter}]').textContent.replace(/\\D/g, '')"
        );
        let since = Instant::now();
        loop {
            let asked = json!({"page": "console", "expression": expression});
            let shown = self.browser.ask("evaluate", asked);
            if shown == number {
                return;
            }
            assert!(
                since.elapsed() < PATIENCE,
                "{counter}: {shown}, not {number}"
            );
            thread::sleep(Duration::from_millis(100));
        }
    }

    #[track_caller]
    pub(crate) fn axe(&mut self, what: &str) {
        let violations = self.browser.ask("axe", json!({"page": "console"}));
        assert_eq!(violations, json!([]), "{what}: {violations:#}");
    }

    #[track_caller]
    pub(crate) fn screenshot(&mut self, file: &Path) {
        self.browser
            .ask("picture", json!({"page": "console", "file": file}));
    }

    /// Nothing the browser complained about: a script that failed, something the policy forbids.
    #[track_caller]
    pub(crate) fn is_quiet(&mut self) {
        let said = self.browser.ask("said", json!({"page": "console"}));
        assert_eq!(said, json!([]));
    }
}

/// What the page shows.
pub(crate) struct Picture(pub(crate) Value);

impl Picture {
    pub(crate) fn rows(&self, of: &str) -> Vec<&Value> {
        self.0[of].as_array().expect("rows").iter().collect()
    }

    /// Ids of lines in this state.
    pub(crate) fn lines(&self, state: &str) -> Vec<String> {
        let rows = self.rows("connections").into_iter();
        let mut ids: Vec<String> = rows
            .filter(|row| row["state"] == state)
            .filter_map(|row| row["connection"].as_str().map(str::to_owned))
            .collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// Ids of bars whose state is this.
    pub(crate) fn bars(&self, state: &str) -> Vec<String> {
        let rows = self.rows("lineages").into_iter();
        let mut ids: Vec<String> = rows
            .filter(|row| row["connection"].is_null() && row["state"] == state)
            .filter_map(|row| row["lineage"].as_str().map(str::to_owned))
            .collect();
        ids.sort();
        ids.dedup();
        ids
    }

    pub(crate) fn text(&self) -> &str {
        self.0["text"].as_str().unwrap_or_default()
    }
}
