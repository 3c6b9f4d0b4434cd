//! `demo` with its console: the story drawn, and the guided tour.

use crate::console_page::Page;
use crate::started::{code, run, tessera};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// A running `demo`; killed when dropped.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Demo {
    fn start(command: &mut Command) -> (Self, BufReader<std::process::ChildStdout>) {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        (Self(child), stdout)
    }
}

#[test]
fn the_demo_stays_up_with_its_story_in_the_console_and_the_tour_holds() {
    let (demo, mut stdout) = Demo::start(tessera().args(["demo", "--json"]));
    let mut document = String::new();
    stdout.read_line(&mut document).expect("a document");
    let story: Value = serde_json::from_str(&document).expect("JSON");
    let page = Page::at(story["console"].as_str().expect("a console"));
    let picture = page.shows("all of the story", |picture| {
        let rows = picture["connections"].as_array()?;
        let mut told = story["connections"].as_array()?.iter();
        let shown = |row: &Value| rows.iter().any(|shown| shown["id"] == row["connection"]);
        told.all(shown).then(|| picture.clone())
    });
    assert_eq!(picture["processes"].as_array().map(Vec::len), Some(4));
    for step in 1..=7 {
        let done = page.does("tour", &json!({"step": step}));
        let checks = done["checks"].as_array().expect("checks");
        assert!(checks.len() >= 2, "{done}");
        assert!(
            checks.iter().all(|check| check["ok"] == true),
            "{step}: {done:#}"
        );
    }
    drop(demo);
}

#[test]
fn the_tour_in_the_terminal_checks_every_step() {
    let output = run(&["demo", "--learn", "--once"]);
    assert_eq!(code(&output), 0, "{output:?}");
    let said = String::from_utf8_lossy(&output.stdout);
    for step in 1..=7 {
        assert!(
            said.contains(&format!("\n{step}. ")),
            "no step {step} in {said}"
        );
    }
    assert!(said.matches('✓').count() >= 20, "{said}");
    assert!(!said.contains('✗'), "{said}");
}
