//! From nginx and HAProxy to ours and back, on their ticket keys: their sessions resume here, and ours there.

use serde_json::Value;
use tessera_interop::openssl::s_client;
use tessera_interop::terminator::{FULL, Kind, RESUMED, Terminator};
use tessera_interop::{Identity, KeyType, Outcome, Page, Scene, Server};

const VERSIONS: [&str; 2] = ["-tls1_2", "-tls1_3"];

/// One of the others and one of ours, on the same ticket keys.
struct Move {
    scene: Scene,
    keys: String,
    theirs: Terminator,
    ours: Server,
}

impl Move {
    #[track_caller]
    fn new(kind: Kind, flags: &[&str]) -> Self {
        let scene = Scene::new();
        let identity = scene.authority.server(KeyType::P256);
        let keys = kind.keys(&scene, 1);
        let import = ["import", &keys, "--dialect", kind.name()];
        scene.keys("server", &import).succeeded();
        Self {
            theirs: Terminator::start(kind, &scene, &identity, &keys),
            ours: scene.serve_as(&identity, flags),
            keys,
            scene,
        }
    }

    /// A file in the scene's directory.
    fn file(&self, name: &str) -> String {
        self.scene.text_path(name)
    }

    /// Theirs and ours are started anew with this certificate, on the same keys and the same state.
    #[track_caller]
    fn renew(&mut self, identity: &Identity, flags: &[&str]) {
        self.theirs = Terminator::start(self.theirs.kind, &self.scene, identity, &self.keys);
        self.ours.running.kill();
        self.ours = self.scene.serve_as(identity, flags);
    }

    /// A visit there whose session is kept in `to`.
    #[track_caller]
    fn save_theirs(&self, version: &str, to: &str) {
        let visit = self.theirs.visit(version, &["-sess_out", to]);
        says(visit, FULL);
    }

    /// A visit here that offers the session in `from`.
    #[track_caller]
    fn here(&self, version: &str, from: &str) -> Page {
        Page::find(&s_client(&self.ours, version, &["-sess_in", from]).text())
    }

    /// The session in `theirs` resumes here; a new one from here resumes there.
    #[track_caller]
    fn goes_both_ways(&self, version: &str, theirs: &str) {
        resumes(&self.here(version, theirs));
        let ours = self.file("ours.pem");
        let full = s_client(&self.ours, version, &["-sess_out", &ours]);
        assert_eq!(Page::find(&full.text()).0["session"]["resumed"], false);
        says(self.theirs.visit(version, &["-sess_in", &ours]), RESUMED);
    }
}

#[track_caller]
fn says(visit: Outcome, what: [&str; 2]) -> Outcome {
    what.iter().fold(visit, |visit, text| visit.said(text))
}

#[track_caller]
fn resumes(page: &Page) {
    assert_eq!(page.0["session"]["resumed"], true, "{page}");
    let kinds = [("TLSv1.2", "ticket"), ("TLSv1.3", "psk")];
    let (version, kind) = (page.session("version"), page.session("kind"));
    assert!(kinds.contains(&(version, kind)), "{page}");
}

#[track_caller]
fn refuses(page: &Page, refusal: &str) {
    assert_eq!(page.0["session"]["resumed"], false, "{page}");
    assert_eq!(page.session("refusal"), refusal, "{page}");
}

/// The flags of a server that takes and issues tickets of this kind.
fn migrating(kind: Kind) -> [&'static str; 4] {
    ["--foreign-names", "localhost", "--issue", kind.name()]
}

#[test]
fn r11_sessions_of_others_resume_here_and_ours_resume_there() {
    for kind in Kind::ALL {
        let world = Move::new(kind, &migrating(kind));
        for version in VERSIONS {
            let saved = world.file("theirs.pem");
            world.save_theirs(version, &saved);
            world.goes_both_ways(version, &saved);
        }
    }
}

#[test]
fn r11_our_own_client_makes_the_same_trip() {
    for kind in Kind::ALL {
        let world = Move::new(kind, &migrating(kind));
        for version in ["1.2", "1.3"] {
            let (there, here) = (world.theirs.port, world.ours.port);
            let file = world.file(&format!("{version}.pem"));
            let visit = |port, more: &[&str]| {
                let args = [&["--get", "/", "--no-wallet", "--tls", version], more].concat();
                world.scene.connect(port, &args).succeeded()
            };
            let save = ["--get", "/", "--tls", version, "--session-out", &file];
            let resume = ["--session-in", &file, "--expect", "resumed"];
            world.scene.connect(there, &save).succeeded().assert_full();
            visit(here, &resume);
            world.scene.connect(here, &save).succeeded().assert_full();
            let back = visit(there, &resume);
            assert!(back.body().contains(RESUMED[1]), "{}", back.outcome);
        }
    }
}

#[test]
fn r11_they_do_so_after_all_certificates_were_renewed() {
    for kind in Kind::ALL {
        let mut world = Move::new(kind, &migrating(kind));
        let saved = VERSIONS.map(|version| {
            let saved = world.file(version);
            world.save_theirs(version, &saved);
            saved
        });
        // Another key, another algorithm, another serial number.
        let renewed = world.scene.authority.server(KeyType::Rsa2048);
        world.renew(&renewed, &migrating(kind));
        for (version, saved) in VERSIONS.iter().zip(&saved) {
            // Made under the old certificates, resumed under the new ones.
            resumes(&world.here(version, saved));
            // nginx has another session id context now, which its next ticket tells.
            let fresh = world.file("fresh.pem");
            world.save_theirs(version, &fresh);
            world.goes_both_ways(version, &fresh);
        }
    }
}

#[test]
fn r11_a_session_keeps_its_lineage_and_first_seen_time_from_server_to_server() {
    let world = Move::new(Kind::Nginx, &migrating(Kind::Nginx));
    let saved = world.file("session.pem");
    world.save_theirs("-tls1_3", &saved);
    let both = ["-sess_in", &saved, "-sess_out", &saved];
    let here = || Page::find(&s_client(&world.ours, "-tls1_3", &both).text());
    let first = here();
    resumes(&first);
    for _ in 0..2 {
        // nginx renews what we sealed for it, and we what nginx renewed.
        says(world.theirs.visit("-tls1_3", &both), RESUMED);
        let again = here();
        resumes(&again);
        for field in ["lineage", "authenticated_at"] {
            assert_eq!(again.session(field), first.session(field), "{again}");
        }
    }
}

#[test]
fn r11_a_lineage_that_began_at_another_server_is_listed_here_and_can_be_revoked() {
    let world = Move::new(
        Kind::Nginx,
        &[&migrating(Kind::Nginx)[..], &["-v"]].concat(),
    );
    let listed = || {
        let list = world.scene.session("server", &["list", "--all", "--json"]);
        let list: Value = serde_json::from_str(&list.succeeded().text()).expect("a document");
        list["sessions"].as_array().expect("a list").clone()
    };
    for (version, revocations) in VERSIONS.into_iter().zip([1, 2]) {
        let saved = world.file("theirs.pem");
        world.save_theirs(version, &saved);
        let page = world.here(version, &saved);
        resumes(&page);
        // However often the ticket comes.
        resumes(&world.here(version, &saved));
        let lineage = page.session("lineage");
        let rows: Vec<Value> = listed()
            .into_iter()
            .filter(|row| row["lineage"] == lineage)
            .collect();
        let [row] = rows.as_slice() else {
            panic!("{lineage} in {rows:?}")
        };
        assert_eq!((&row["state"], &row["uses"]), (&"live".into(), &2.into()));
        assert_eq!(row["authenticated_at"], page.session("authenticated_at"));

        let revoke = ["revoke", &lineage[..10], "--why", "a test"];
        world.scene.session("server", &revoke).succeeded();
        let in_force = format!("in force as of version {revocations}");
        world.ours.running.line_with(&in_force);
        refuses(&world.here(version, &saved), "revoked");
    }
}

#[test]
fn r11_what_is_not_listed_is_not_taken() {
    for flags in [&[][..], &["--foreign-names", "elsewhere.test"]] {
        let world = Move::new(Kind::Nginx, flags);
        for version in VERSIONS {
            let saved = world.file("theirs.pem");
            world.save_theirs(version, &saved);
            refuses(&world.here(version, &saved), "foreign_not_taken");
        }
    }
}

#[test]
fn r11_a_migration_ends_on_its_day() {
    let over = [
        "--foreign-names",
        "localhost",
        "--foreign-until",
        "2026-01-01",
    ];
    let world = Move::new(Kind::HaProxy, &over);
    for version in VERSIONS {
        let saved = world.file("theirs.pem");
        world.save_theirs(version, &saved);
        refuses(&world.here(version, &saved), "foreign_migration_over");
    }
}

#[test]
fn r11_a_client_that_showed_a_certificate_elsewhere_is_nobody_here() {
    for kind in Kind::ALL {
        let world = Move::new(kind, &migrating(kind));
        let client = world.scene.authority.client("alice", KeyType::P256);
        for version in VERSIONS {
            let saved = world.file("theirs.pem");
            let shown = ["-cert", client.cert(), "-key", client.key()];
            let visit = [&shown[..], &["-sess_out", &saved]].concat();
            says(world.theirs.visit(version, &visit), FULL);
            refuses(&world.here(version, &saved), "foreign_identity");
        }
    }
}

#[test]
fn r11_a_ticket_that_its_key_did_not_make_is_forged_whoever_made_it() {
    // Apache's httpd over OpenSSL 3 gives the MAC a key out of a buffer that it has left by then. Once
    // that is mended, this fails, and httpd belongs to those whose sessions resume here.
    let world = Move::new(Kind::Apache, &migrating(Kind::Apache));
    for version in VERSIONS {
        let saved = world.file("theirs.pem");
        world.save_theirs(version, &saved);
        refuses(&world.here(version, &saved), "forged");
    }
}

#[test]
fn r11_where_clients_are_asked_who_they_are_no_ticket_of_others_is_taken() {
    let world = Move::new(Kind::Nginx, &[]);
    let ca = world.scene.authority.path();
    let asking = ["--client-auth", "request", "--client-ca", &ca];
    let identity = world.scene.authority.server(KeyType::P256);
    let flags = [&asking[..], &migrating(Kind::Nginx)].concat();
    let asking = world.scene.serve_as(&identity, &flags);
    for version in VERSIONS {
        let saved = world.file("theirs.pem");
        world.save_theirs(version, &saved);
        let page = Page::find(&s_client(&asking, version, &["-sess_in", &saved]).text());
        refuses(&page, "no_identity");
    }
}

#[test]
fn r11_a_session_goes_from_nginx_to_haproxy_in_a_file() {
    let scene = Scene::new();
    let identity = scene.authority.server(KeyType::P256);
    let [nginx_keys, haproxy_keys] =
        [(Kind::Nginx, 1), (Kind::HaProxy, 2)].map(|(kind, seed)| kind.keys(&scene, seed));
    let nginx = Terminator::start(Kind::Nginx, &scene, &identity, &nginx_keys);
    // The second round: another key, another algorithm, another serial number.
    for renewed in [KeyType::P256, KeyType::Rsa2048] {
        let identity = scene.authority.server(renewed);
        let haproxy = Terminator::start(Kind::HaProxy, &scene, &identity, &haproxy_keys);
        for version in VERSIONS {
            let [from, like, to] = ["from.pem", "like.pem", "to.pem"].map(|f| scene.text_path(f));
            says(haproxy.visit(version, &["-sess_out", &like]), FULL);
            // Learned from a session of the other server, or given.
            for context in [["--to-like", &like], ["--to-context", "686170726f7879"]] {
                says(nginx.visit(version, &["-sess_out", &from]), FULL);
                let convert = ["convert", &from, "--from", "nginx", "--to", "haproxy"];
                let keys = ["--from-keys", &nginx_keys, "--to-keys", &haproxy_keys];
                let args = [&convert[..], &keys, &context, &["-o", &to]].concat();
                scene.session("client", &args).succeeded();
                says(haproxy.visit(version, &["-sess_in", &to]), RESUMED);
            }
        }
    }
}
