//! nginx, HAProxy and Apache's httpd, with ticket keys from a file and nothing behind them: what they answer is whether
//! the connection was resumed.

use std::fs;

use crate::peer::{free_port, program, wait_for_port};
use crate::process::run;
use crate::{Identity, Outcome, Running, Scene, httpd, openssl};

/// Which program it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// nginx: a raw key a file; its session id context follows from its certificates.
    Nginx,
    /// HAProxy: a file with a key a line.
    HaProxy,
    /// Apache's httpd: one raw key of 48 bytes. Over OpenSSL 3 its MAC is not under the key in the file.
    Apache,
}

impl Kind {
    /// Those whose tickets others can open.
    pub const ALL: [Self; 2] = [Self::Nginx, Self::HaProxy];

    /// Its name, for itself and as our dialect.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::HaProxy => "haproxy",
            Self::Apache => "apache",
        }
    }

    /// A file of ticket keys as the program wants it. Those of another `seed` are others.
    #[track_caller]
    pub fn keys(self, scene: &Scene, seed: u8) -> String {
        let key = |number: u8| -> Vec<u8> {
            let bytes = (1..=80).map(|at: u8| at.wrapping_mul(number).wrapping_add(seed));
            bytes.collect()
        };
        let file = format!("{}-{seed}.keys", self.name());
        match self {
            Self::Nginx => scene.write(&file, key(7)),
            Self::Apache => scene.write(&file, &key(7)[..48]),
            Self::HaProxy => {
                let line = |number| {
                    let mut base64 = program("openssl");
                    let text = run(base64.args(["base64", "-A"]), &key(number)).succeeded();
                    text.text().trim().to_owned() + "\n"
                };
                scene.write(&file, [3, 5, 7].map(line).concat())
            }
        }
    }
}

/// One of them, running.
pub struct Terminator {
    /// Which.
    pub kind: Kind,
    /// The process.
    pub running: Running,
    /// Where it listens.
    pub port: u16,
    ca: String,
}

impl Terminator {
    /// Starts it with this certificate and the ticket keys of this file. It takes certificates of clients that
    /// have one of the scene's authority.
    #[track_caller]
    pub fn start(kind: Kind, scene: &Scene, identity: &Identity, keys: &str) -> Self {
        let port = free_port();
        let dir = format!("{}-{port}", kind.name());
        fs::create_dir(scene.path(&dir)).expect("a directory");
        let root = scene.text_path(&dir);
        let ca = scene.authority.path();
        let mut command = match kind {
            Kind::Nginx => {
                let config = nginx(&root, port, identity, keys, &ca);
                let config = scene.write(&format!("{dir}/nginx.conf"), config);
                let mut command = program("nginx");
                command.args(["-p", &root, "-e", "stderr", "-c", &config]);
                command
            }
            Kind::Apache => {
                let config = apache(&root, port, identity, keys, &ca);
                let config = scene.write(&format!("{dir}/httpd.conf"), config);
                scene.write(&format!("{dir}/index.html"), "for everybody\n");
                let mut command = program("apache2");
                command.args(["-X", "-f", &config]);
                command
            }
            Kind::HaProxy => {
                let read = |file| fs::read_to_string(file).expect("a PEM file");
                let both = read(&identity.cert) + &read(&identity.key);
                let both = scene.write(&format!("{dir}/cert.pem"), both);
                let config = haproxy(port, &both, keys, &ca);
                let config = scene.write(&format!("{dir}/haproxy.cfg"), config);
                let mut command = program("haproxy");
                command.args(["-db", "-f", &config]);
                command
            }
        };
        let running = Running::start(&mut command);
        wait_for_port(port);
        Self {
            kind,
            running,
            port,
            ca,
        }
    }

    /// `s_client` of this version gets the answer, and verifies the server.
    #[track_caller]
    pub fn visit(&self, version: &str, args: &[&str]) -> Outcome {
        let mut client = openssl::s_client_to(self.port, &self.ca, version);
        run(
            client.arg("-ign_eof").args(args),
            b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n",
        )
        .succeeded()
    }
}

/// What both ends say of a visit that resumed.
pub const RESUMED: [&str; 2] = ["Reused, TLSv1", "resumed: yes"];
/// And of one that did not.
pub const FULL: [&str; 2] = ["New, TLSv1", "resumed: no"];

fn nginx(root: &str, port: u16, identity: &Identity, keys: &str, ca: &str) -> String {
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary = temporary.map(|what| format!("{what}_temp_path {root}/{what};\n"));
    format!(
        "daemon off;\n\
         master_process off;\n\
         pid {root}/pid;\n\
         events {{}}\n\
         http {{\n\
         access_log off;\n\
         {}\
         map $ssl_session_reused $resumed {{ r yes; default no; }}\n\
         server {{\n\
         listen 127.0.0.1:{port} ssl;\n\
         server_name localhost;\n\
         ssl_certificate {};\n\
         ssl_certificate_key {};\n\
         ssl_protocols TLSv1.2 TLSv1.3;\n\
         ssl_session_ticket_key {keys};\n\
         ssl_session_timeout 1h;\n\
         ssl_client_certificate {ca};\n\
         ssl_verify_client optional;\n\
         location / {{ return 200 \"resumed: $resumed\\n\"; }}\n\
         }}\n\
         }}\n",
        temporary.concat(),
        identity.cert(),
        identity.key(),
    )
}

fn apache(root: &str, port: u16, identity: &Identity, keys: &str, ca: &str) -> String {
    let modules = [
        ("mpm_event", "mod_mpm_event"),
        ("authz_core", "mod_authz_core"),
        ("dir", "mod_dir"),
        ("headers", "mod_headers"),
        ("ssl", "mod_ssl"),
    ];
    let modules = modules
        .map(|(name, file)| format!("LoadModule {name}_module {}/{file}.so\n", httpd::MODULES));
    format!(
        "ServerRoot {root}\n\
         ServerName localhost\n\
         Listen 127.0.0.1:{port}\n\
         PidFile {root}/pid\n\
         ErrorLog /dev/stderr\n\
         LogLevel error\n\
         {}\
         DocumentRoot {root}\n\
         DirectoryIndex index.html\n\
         Header always set X-Session \"resumed: yes\" \"expr=%{{SSL_SESSION_RESUMED}} == 'Resumed'\"\n\
         Header always set X-Session \"resumed: no\" \"expr=%{{SSL_SESSION_RESUMED}} == 'Initial'\"\n\
         SSLEngine on\n\
         SSLCertificateFile {}\n\
         SSLCertificateKeyFile {}\n\
         SSLSessionTicketKeyFile {keys}\n\
         SSLSessionCacheTimeout 3600\n\
         SSLCACertificateFile {ca}\n\
         SSLVerifyClient optional\n",
        modules.concat(),
        identity.cert(),
        identity.key(),
    )
}

fn haproxy(port: u16, both: &str, keys: &str, ca: &str) -> String {
    format!(
        "global\n\
         nbthread 1\n\
         defaults\n\
         mode http\n\
         timeout connect 10s\n\
         timeout client 10s\n\
         timeout server 10s\n\
         frontend tls\n\
         bind 127.0.0.1:{port} ssl crt {both} tls-ticket-keys {keys} ca-file {ca} verify optional\n\
         http-request return status 200 content-type text/plain lf-string \"resumed: yes\\n\" if {{ ssl_fc_is_resumed }}\n\
         http-request return status 200 content-type text/plain lf-string \"resumed: no\\n\"\n"
    )
}
