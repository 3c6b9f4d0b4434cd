//! A headless Chromium that does what it is told.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::peer::{program, script};
use crate::process::run;
use crate::{Page, Scene};

/// A browser; it ends with this.
pub struct Browser {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

/// Where the page's own tools are installed: the browser is driven by what is installed there, too.
fn modules() -> &'static Path {
    static MODULES: OnceLock<PathBuf> = OnceLock::new();
    MODULES.get_or_init(|| {
        let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/console/ui");
        // Of several test processes one installs.
        let lock = fs::File::open(ui.join("package-lock.json")).expect("the page's tools");
        lock.lock().expect("a lock");
        if !ui.join("node_modules/playwright-core").is_dir() {
            let mut npm = program("npm");
            run(
                npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&ui),
                b"",
            )
            .succeeded();
        }
        ui
    })
}

impl Browser {
    /// Starts one that trusts this authority.
    #[track_caller]
    pub fn start(scene: &Scene, ca: &str) -> Self {
        let home = scene.path("home");
        trust(&home, ca);
        let options = json!({
            "modules": modules(),
            "chromium": program("chromium").get_program().to_string_lossy(),
            "home": home,
        });
        let mut child = program("node")
            .arg(script("browser.js"))
            .arg(options.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts");
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut browser = Self {
            child,
            stdin,
            stdout,
        };
        browser.answer();
        browser
    }

    /// Has it do something: the answer.
    #[track_caller]
    pub fn ask(&mut self, what: &str, with: Value) -> Value {
        let mut asked = with;
        asked["do"] = json!(what);
        let stdin = self.stdin.as_mut().expect("it listens");
        writeln!(stdin, "{asked}").expect("it listens");
        self.answer()
    }

    /// Opens a URL of a server of ours: what that says of the connection. The page stays open, as `visitor`.
    #[track_caller]
    pub fn visit(&mut self, url: &str) -> Page {
        self.ask("open", json!({"page": "visitor", "url": url}));
        let shown = json!({"page": "visitor", "expression": "document.body.innerText"});
        Page::find(self.ask("evaluate", shown).as_str().unwrap_or_default())
    }

    /// Closes what was opened by a visit.
    #[track_caller]
    pub fn leave(&mut self) {
        self.ask("close", json!({"page": "visitor"}));
    }

    #[track_caller]
    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("it answers");
        let answer: Value =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        assert!(answer["failed"].is_null(), "{answer}");
        answer["ok"].clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // At the end of what it is told it closes the browser, so that nothing writes into the profile any more.
        drop(self.stdin.take());
        let _ = self.child.wait();
    }
}

/// Chromium trusts what the NSS database of its user trusts.
#[track_caller]
fn trust(home: &Path, ca: &str) {
    let database = home.join(".pki/nssdb");
    fs::create_dir_all(&database).expect("a home");
    let database = format!("sql:{}", database.display());
    let mut certutil = program("certutil");
    run(
        certutil.args(["-N", "--empty-password", "-d", &database]),
        b"",
    )
    .succeeded();
    let mut certutil = program("certutil");
    certutil.args([
        "-A", "-t", "C,,", "-n", "tessera", "-i", ca, "-d", &database,
    ]);
    run(&mut certutil, b"").succeeded();
}
