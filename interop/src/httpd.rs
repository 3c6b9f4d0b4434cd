//! Apache's httpd, whose TLS is OpenSSL's: a server that asks for the client's certificate after it
//! has seen what is asked for, as IIS does.

use crate::peer::{free_port, program};
use crate::{Identity, Running, Scene};

/// A running httpd with a page for everybody at `/`, and one at `/private/` for those who show a
/// certificate of the scene's authority.
pub struct Httpd {
    /// The process.
    pub running: Running,
    /// Where it listens.
    pub port: u16,
}

/// What is at `/private/`.
pub const WELCOME: &str = "welcome, whoever you are\n";

/// Where its modules are.
pub(crate) const MODULES: &str = "/usr/lib/apache2/modules";

impl Httpd {
    /// Starts it with this certificate.
    #[track_caller]
    pub fn start(scene: &Scene, identity: &Identity) -> Self {
        let port = free_port();
        let root = scene.text_path("httpd");
        for dir in ["httpd", "httpd/site", "httpd/site/private"] {
            std::fs::create_dir(scene.path(dir)).expect("a directory");
        }
        scene.write("httpd/site/index.html", "for everybody\n");
        scene.write("httpd/site/private/index.html", WELCOME);
        let modules = [
            ("mpm_event", "mod_mpm_event"),
            ("authz_core", "mod_authz_core"),
            ("dir", "mod_dir"),
            ("ssl", "mod_ssl"),
        ];
        let modules =
            modules.map(|(name, file)| format!("LoadModule {name}_module {MODULES}/{file}.so\n"));
        let config = format!(
            "ServerRoot {root}\n\
             ServerName localhost\n\
             Listen 127.0.0.1:{port}\n\
             PidFile {root}/pid\n\
             ErrorLog /dev/stderr\n\
             LogLevel warn\n\
             {}\
             DocumentRoot {root}/site\n\
             DirectoryIndex index.html\n\
             SSLEngine on\n\
             SSLCertificateFile {}\n\
             SSLCertificateKeyFile {}\n\
             SSLCACertificateFile {}\n\
             <Location /private>\n\
             SSLVerifyClient require\n\
             </Location>\n",
            modules.concat(),
            identity.cert(),
            identity.key(),
            scene.authority.path(),
        );
        let config = scene.write("httpd/httpd.conf", config);
        let running = Running::start(program("apache2").args(["-X", "-f", &config]));
        // Its sockets are open by the time it complains of this.
        running.line_with("Session Cache is not configured");
        Self { running, port }
    }
}
