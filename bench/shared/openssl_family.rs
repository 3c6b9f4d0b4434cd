// Included by peer-openssl and peer-boring: the `openssl` and `boring` crates have the same shape.
// The including file provides `use <crate> as lib;` and a module `quirks` with what differs.
use super::lib::pkey::PKey;
use super::lib::ssl::*;
use super::lib::x509::store::X509StoreBuilder;
use super::lib::x509::X509;
use crate::{lib, quirks};
use common::{Endpoint, Group, Info, Io, Peer, Resume, Spec, Suite, Version};
use std::sync::{Arc, Mutex};

pub struct Family {
    client: SslContext,
    server: SslContext,
    name: &'static str,
    resume: Resume,
    early: bool,
    session: Arc<Mutex<Option<SslSession>>>,
}

pub struct Conn<const SERVER: bool> {
    pub stream: SslStream<Io>,
    pub done: bool,
    pub early: bool,
    pub early_out: Vec<u8>,
    pub early_in: usize,
    pub early_done: bool,
}

fn es<E: std::fmt::Display>(e: E) -> String {
    e.to_string()
}

fn store(pem: &[u8]) -> lib::x509::store::X509Store {
    let mut b = X509StoreBuilder::new().unwrap();
    for c in X509::stack_from_pem(pem).unwrap() {
        quirks::add_cert(&mut b, c);
    }
    b.build()
}

fn base(spec: &Spec) -> Result<SslContextBuilder, String> {
    let mut b = SslContextBuilder::new(SslMethod::tls()).map_err(es)?;
    let v = match spec.version {
        Version::Tls12 => SslVersion::TLS1_2,
        Version::Tls13 => SslVersion::TLS1_3,
    };
    b.set_min_proto_version(Some(v)).map_err(es)?;
    b.set_max_proto_version(Some(v)).map_err(es)?;
    b.set_cipher_list(match spec.suite {
        Suite::Aes128Gcm => "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256",
        Suite::Aes256Gcm => "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384",
        Suite::Chacha20 => "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305",
    })
    .map_err(es)?;
    quirks::suites13(&mut b, spec.suite)?;
    quirks::groups(
        &mut b,
        match spec.group {
            // in TLS 1.2 the list also speaks of the certificate's curve
            Group::X25519 if spec.version == Version::Tls12 => "X25519:P-256",
            Group::X25519 => "X25519",
            Group::P256 => "P-256",
            Group::X25519Mlkem768 => "X25519MLKEM768",
        },
    )?;
    Ok(b)
}

fn own_cert(b: &mut SslContextBuilder, cert: &[u8], key: &[u8]) {
    b.set_certificate(&X509::from_pem(cert).unwrap()).unwrap();
    b.set_private_key(&PKey::private_key_from_pem(key).unwrap())
        .unwrap();
}

impl Peer for Family {
    type Client = Conn<false>;
    type Server = Conn<true>;
    fn name() -> String {
        quirks::name()
    }
    fn new(spec: &Spec) -> Result<Self, String> {
        let session = Arc::new(Mutex::new(None));
        let mut c = base(spec)?;
        let ca = if spec.wrong_ca {
            spec.pki.other_ca(spec.key)
        } else {
            spec.pki.ca(spec.key)
        };
        c.set_cert_store(store(&ca));
        c.set_verify(SslVerifyMode::PEER);
        if spec.mtls {
            own_cert(
                &mut c,
                &spec.pki.client(spec.key),
                &spec.pki.client_key(spec.key),
            );
        }
        if spec.resume == Resume::No {
            c.set_session_cache_mode(SslSessionCacheMode::OFF);
        } else {
            c.set_session_cache_mode(
                SslSessionCacheMode::CLIENT | SslSessionCacheMode::NO_INTERNAL,
            );
            let st = session.clone();
            c.set_new_session_callback(move |_, s| *st.lock().unwrap() = Some(s));
        }
        if spec.early {
            quirks::early(&mut c, false);
        }

        let mut s = base(spec)?;
        own_cert(
            &mut s,
            &spec.pki.leaf(spec.key),
            &spec.pki.leaf_key(spec.key),
        );
        s.set_session_id_context(b"bench").unwrap();
        if spec.mtls {
            s.set_cert_store(store(&spec.pki.ca(spec.key)));
            s.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
        }
        quirks::num_tickets(&mut s, spec.tickets);
        match spec.resume {
            Resume::No => {
                s.set_session_cache_mode(SslSessionCacheMode::OFF);
                if spec.tickets == 0 {
                    s.set_options(SslOptions::NO_TICKET);
                    c.set_options(SslOptions::NO_TICKET);
                }
            }
            Resume::Ticket => {
                s.set_session_cache_mode(SslSessionCacheMode::OFF);
            }
            Resume::Id => {
                s.set_session_cache_mode(SslSessionCacheMode::SERVER);
                s.set_options(SslOptions::NO_TICKET);
                c.set_options(SslOptions::NO_TICKET);
            }
        }
        if spec.early {
            quirks::early(&mut s, true);
        }
        Ok(Family {
            client: c.build(),
            server: s.build(),
            name: spec.server_name(),
            resume: spec.resume,
            early: spec.early,
            session,
        })
    }
    fn client(&mut self) -> Conn<false> {
        let mut ssl = Ssl::new(&self.client).unwrap();
        quirks::connect_state(&mut ssl);
        ssl.param_mut().set_host(self.name).unwrap();
        ssl.set_hostname(self.name).unwrap();
        if self.resume != Resume::No {
            if let Some(s) = &*self.session.lock().unwrap() {
                // safe: the session came from a connection of this very context
                unsafe { ssl.set_session(s).unwrap() };
            }
        }
        Conn {
            stream: SslStream::new(ssl, Io::default()).unwrap(),
            done: false,
            early: self.early,
            early_out: Vec::new(),
            early_in: 0,
            early_done: false,
        }
    }
    fn server(&mut self) -> Conn<true> {
        let mut ssl = Ssl::new(&self.server).unwrap();
        quirks::accept_state(&mut ssl);
        Conn {
            stream: SslStream::new(ssl, Io::default()).unwrap(),
            done: false,
            early: self.early,
            early_out: Vec::new(),
            early_in: 0,
            early_done: false,
        }
    }
}

impl<const SERVER: bool> Drop for Conn<SERVER> {
    fn drop(&mut self) {
        quirks::closing(&mut self.stream);
    }
}

pub fn want_read(e: &Error) -> bool {
    e.code() == ErrorCode::WANT_READ
}

impl<const SERVER: bool> Endpoint for Conn<SERVER> {
    fn io(&mut self) -> &mut Io {
        self.stream.get_mut()
    }
    fn handshaking(&self) -> bool {
        !self.done
    }
    fn step(&mut self) -> Result<(), String> {
        if !self.done {
            if self.early && !quirks::early_step(self)? {
                return Ok(());
            }
            let r = if SERVER {
                self.stream.accept()
            } else {
                self.stream.connect()
            };
            match r {
                Ok(()) => {
                    self.done = !quirks::half_open(self);
                    if SERVER && self.done {
                        quirks::flush_tickets(&mut self.stream);
                    }
                }
                Err(e) if want_read(&e) => return Ok(()),
                Err(e) => {
                    return Err(quirks::verify(self.stream.ssl())
                        .err()
                        .unwrap_or_else(|| es(e)));
                }
            }
        }
        if self.done && !self.stream.get_ref().rx.is_empty() {
            // post-handshake messages; no application data is on its way when `step` is called
            match self.stream.ssl_read(&mut [0u8; 1]) {
                Ok(0) => {}
                Ok(_) => return Err("unexpected application data".into()),
                Err(e) if want_read(&e) => {}
                Err(e) => return Err(es(e)),
            }
        }
        Ok(())
    }
    fn send(&mut self, data: &[u8]) {
        let n = self.stream.ssl_write(data).unwrap();
        assert_eq!(n, data.len());
    }
    fn recv(&mut self, buf: &mut [u8], sink: &mut dyn FnMut(&[u8])) -> usize {
        match self.stream.ssl_read(buf) {
            Ok(n) => {
                sink(&buf[..n]);
                n
            }
            Err(e) if want_read(&e) => 0,
            Err(e) => panic!("{e}"),
        }
    }
    fn set_early(&mut self, data: &[u8]) {
        self.early_out = data.to_vec();
    }
    fn info(&mut self) -> Info {
        let s = self.stream.ssl();
        Info {
            version: s.version_str().replace("TLSv", "TLS "),
            suite: s.current_cipher().map_or(String::new(), |c| {
                c.standard_name().unwrap_or(c.name()).to_string()
            }),
            group: quirks::group_name(s),
            resumed: s.session_reused(),
            peer_cert: quirks::verify(s).is_ok() && s.peer_certificate().is_some(),
            early_bytes: if SERVER {
                self.early_in
            } else if quirks::early_accepted(s) {
                self.early_out.len()
            } else {
                0
            },
        }
    }
    fn release(&mut self) {
        quirks::release(&mut self.stream);
    }
}
