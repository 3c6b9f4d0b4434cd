//! s2n-tls (its libcrypto is aws-lc, from aws-lc-sys).
use common::{Endpoint, Group, Info, Io, Peer, Resume, Spec, Suite, Version};
use libc::{c_int, c_void};
use s2n_tls::callbacks::{SessionTicket, SessionTicketCallback, VerifyHostNameCallback};
use s2n_tls::config::Config;
use s2n_tls::connection::Connection;
use s2n_tls::enums::{Blinding, ClientAuthType};
use s2n_tls::security::Policy;
use s2n_tls_sys as ffi;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::{Duration, SystemTime};

type Store = Arc<Mutex<Option<Vec<u8>>>>;

struct Peer0 {
    client: Config,
    server: Config,
    name: &'static str,
    resume: Resume,
    early: bool,
    session: Store,
}

struct Conn<const SERVER: bool> {
    conn: Connection,
    io: Box<Io>,
    done: bool,
    early: bool,
    early_out: Vec<u8>,
    early_in: usize,
    early_done: bool,
}

struct Name(&'static str);
impl VerifyHostNameCallback for Name {
    fn verify_host_name(&self, n: &str) -> bool {
        n == self.0
    }
}
struct Any;
impl VerifyHostNameCallback for Any {
    fn verify_host_name(&self, _: &str) -> bool {
        true
    }
}
struct Tickets(Store);
impl SessionTicketCallback for Tickets {
    fn on_session_ticket(&self, _: &mut Connection, t: &SessionTicket) {
        let mut b = vec![0; t.len().unwrap()];
        t.data(&mut b).unwrap();
        *self.0.lock().unwrap() = Some(b);
    }
}

/// The crate keeps the raw pointers to itself; both types hold nothing else.
fn raw(c: &mut Connection) -> *mut ffi::s2n_connection {
    assert_eq!(size_of::<Connection>(), size_of::<usize>());
    unsafe { *(c as *mut Connection as *mut *mut ffi::s2n_connection) }
}
fn raw_config(c: &mut Config) -> *mut ffi::s2n_config {
    assert_eq!(size_of::<Config>(), size_of::<usize>());
    unsafe { *(c as *mut Config as *mut *mut ffi::s2n_config) }
}

unsafe extern "C" fn recv_cb(ctx: *mut c_void, buf: *mut u8, len: u32) -> c_int {
    let rx = &mut (*(ctx as *mut Io)).rx;
    let n = rx.len().min(len as usize);
    if n == 0 {
        *libc::__errno_location() = libc::EAGAIN;
        return -1;
    }
    std::ptr::copy_nonoverlapping(rx.pending().as_ptr(), buf, n);
    rx.consume(n);
    n as c_int
}
unsafe extern "C" fn send_cb(ctx: *mut c_void, buf: *const u8, len: u32) -> c_int {
    (*(ctx as *mut Io))
        .tx
        .push(std::slice::from_raw_parts(buf, len as usize));
    len as c_int
}

type Cache = Mutex<HashMap<Vec<u8>, Vec<u8>>>;
unsafe extern "C" fn cache_store(
    _: *mut ffi::s2n_connection,
    ctx: *mut c_void,
    _ttl: u64,
    k: *const c_void,
    kn: u64,
    v: *const c_void,
    vn: u64,
) -> c_int {
    let c = &*(ctx as *const Cache);
    let k = std::slice::from_raw_parts(k as *const u8, kn as usize).to_vec();
    let v = std::slice::from_raw_parts(v as *const u8, vn as usize).to_vec();
    c.lock().unwrap().insert(k, v);
    0
}
unsafe extern "C" fn cache_get(
    _: *mut ffi::s2n_connection,
    ctx: *mut c_void,
    k: *const c_void,
    kn: u64,
    v: *mut c_void,
    vn: *mut u64,
) -> c_int {
    let c = &*(ctx as *const Cache);
    if let Some(x) = c
        .lock()
        .unwrap()
        .get(std::slice::from_raw_parts(k as *const u8, kn as usize))
    {
        if x.len() as u64 <= *vn {
            *vn = x.len() as u64;
            std::ptr::copy_nonoverlapping(x.as_ptr(), v as *mut u8, x.len());
            return 0;
        }
    }
    *vn = 0;
    0
}
unsafe extern "C" fn cache_delete(
    _: *mut ffi::s2n_connection,
    ctx: *mut c_void,
    k: *const c_void,
    kn: u64,
) -> c_int {
    let c = &*(ctx as *const Cache);
    c.lock()
        .unwrap()
        .remove(std::slice::from_raw_parts(k as *const u8, kn as usize));
    0
}

/// s2n-tls has no lists of suites and groups to set, only named policies. These pairs
/// (client's, server's) negotiate what the spec asks for; the harness checks that they did.
fn policies(spec: &Spec) -> Result<(String, String), String> {
    if let Ok(p) = std::env::var("S2N_POLICIES") {
        let (c, s) = p.split_once(',').unwrap();
        return Ok((c.into(), s.into()));
    }
    let (c, s) = match (spec.version, spec.group, spec.suite) {
        (Version::Tls13, Group::X25519, Suite::Aes128Gcm) => {
            ("CloudFront-TLS-1-2-2021", "CloudFront-TLS-1-2-2021")
        }
        (Version::Tls13, Group::X25519Mlkem768, Suite::Aes128Gcm) => {
            ("CloudFront-TLS-1-2-2021-PQ", "CloudFront-TLS-1-2-2021-PQ")
        }
        (Version::Tls13, _, Suite::Aes256Gcm) => ("20190801", "20190801"),
        (Version::Tls12, Group::X25519, Suite::Aes128Gcm) => {
            ("CloudFront-Upstream-TLS-1-2", "CloudFront-TLS-1-2-2021")
        }
        _ => {
            return Err(format!(
                "unsupported: no policy pair for {:?} {:?} {:?}",
                spec.version, spec.group, spec.suite
            ))
        }
    };
    Ok((c.into(), s.into()))
}

fn es(e: s2n_tls::error::Error) -> String {
    e.to_string()
}

impl Peer for Peer0 {
    type Client = Conn<false>;
    type Server = Conn<true>;
    fn name() -> String {
        "s2n-tls".into()
    }
    fn new(spec: &Spec) -> Result<Self, String> {
        let session: Store = Arc::default();
        let (cp, sp) = policies(spec)?;
        let mut c = Config::builder();
        c.set_security_policy(&Policy::from_version(&cp).map_err(es)?)
            .map_err(es)?;
        c.with_system_certs(false).map_err(es)?;
        c.trust_pem(&if spec.wrong_ca {
            spec.pki.other_ca(spec.key)
        } else {
            spec.pki.ca(spec.key)
        })
        .map_err(es)?;
        c.set_verify_host_callback(Name(spec.server_name()))
            .map_err(es)?;
        c.set_max_blinding_delay(0).ok();
        if spec.mtls {
            c.load_pem(&spec.pki.client(spec.key), &spec.pki.client_key(spec.key))
                .map_err(es)?;
            c.set_client_auth_type(ClientAuthType::Required)
                .map_err(es)?;
        }
        if spec.resume == Resume::Ticket {
            c.enable_session_tickets(true).map_err(es)?;
            c.set_session_ticket_callback(Tickets(session.clone()))
                .map_err(es)?;
        }
        let mut s = Config::builder();
        s.set_security_policy(&Policy::from_version(&sp).map_err(es)?)
            .map_err(es)?;
        s.with_system_certs(false).map_err(es)?;
        s.load_pem(&spec.pki.leaf(spec.key), &spec.pki.leaf_key(spec.key))
            .map_err(es)?;
        if spec.mtls {
            s.trust_pem(&spec.pki.ca(spec.key)).map_err(es)?;
            s.set_verify_host_callback(Any).map_err(es)?;
            s.set_client_auth_type(ClientAuthType::Required)
                .map_err(es)?;
        }
        let key_time = SystemTime::now() - Duration::from_secs(60);
        if spec.resume == Resume::Ticket {
            s.add_session_ticket_key(b"bench", b"0123456789abcdef0123456789abcdef", key_time)
                .map_err(es)?;
        }
        let (client, mut server) = (c.build().map_err(es)?, s.build().map_err(es)?);
        let sc = raw_config(&mut server);
        unsafe {
            if spec.resume == Resume::Ticket {
                assert_eq!(
                    ffi::s2n_config_set_initial_ticket_count(sc, spec.tickets as u8),
                    0
                );
            }
            if spec.early {
                assert_eq!(ffi::s2n_config_set_server_max_early_data_size(sc, 16384), 0);
            }
            if spec.resume == Resume::Id {
                let cache: *mut Cache = Box::leak(Box::default());
                let p = cache as *mut c_void;
                assert_eq!(
                    ffi::s2n_config_set_cache_store_callback(sc, Some(cache_store), p),
                    0
                );
                assert_eq!(
                    ffi::s2n_config_set_cache_retrieve_callback(sc, Some(cache_get), p),
                    0
                );
                assert_eq!(
                    ffi::s2n_config_set_cache_delete_callback(sc, Some(cache_delete), p),
                    0
                );
                assert_eq!(ffi::s2n_config_set_session_cache_onoff(sc, 1), 0);
                // s2n-tls encrypts what it puts in the cache
                let (mut name, mut key) = (*b"bench", *b"0123456789abcdef0123456789abcdef");
                let t = key_time
                    .duration_since(SystemTime::UNIX_EPOCH)
                    .unwrap()
                    .as_secs();
                assert_eq!(
                    ffi::s2n_config_add_ticket_crypto_key(
                        sc,
                        name.as_mut_ptr(),
                        5,
                        key.as_mut_ptr(),
                        32,
                        t
                    ),
                    0
                );
            }
        }
        Ok(Peer0 {
            client,
            server,
            name: spec.server_name(),
            resume: spec.resume,
            early: spec.early,
            session,
        })
    }
    fn client(&mut self) -> Conn<false> {
        let mut c = Conn::new(Connection::new_client(), &self.client, self.early);
        c.conn.set_server_name(self.name).unwrap();
        if self.resume != Resume::No {
            if let Some(s) = &*self.session.lock().unwrap() {
                let r = unsafe {
                    ffi::s2n_connection_set_session(raw(&mut c.conn), s.as_ptr(), s.len())
                };
                assert_eq!(r, 0);
            }
        }
        c
    }
    fn server(&mut self) -> Conn<true> {
        Conn::new(Connection::new_server(), &self.server, self.early)
    }
    fn keep_session(&mut self, c: &mut Conn<false>) {
        if self.resume == Resume::Id {
            let n = c.conn.session_ticket_length().unwrap();
            let mut b = vec![0; n];
            let r = unsafe { ffi::s2n_connection_get_session(raw(&mut c.conn), b.as_mut_ptr(), n) };
            assert_eq!(r as usize, n);
            *self.session.lock().unwrap() = Some(b);
        }
    }
}

impl<const SERVER: bool> Conn<SERVER> {
    fn new(mut conn: Connection, config: &Config, early: bool) -> Self {
        let mut io: Box<Io> = Box::default();
        conn.set_config(config.clone()).unwrap();
        conn.set_blinding(Blinding::SelfService).unwrap();
        conn.prefer_throughput().unwrap();
        let p = &mut *io as *mut Io as *mut c_void;
        conn.set_receive_callback(Some(recv_cb)).unwrap();
        conn.set_send_callback(Some(send_cb)).unwrap();
        unsafe {
            conn.set_receive_context(p).unwrap();
            conn.set_send_context(p).unwrap();
        }
        Conn {
            conn,
            io,
            done: false,
            early,
            early_out: Vec::new(),
            early_in: 0,
            early_done: false,
        }
    }

    /// true: go on with the handshake proper
    fn early_step(&mut self) -> Result<bool, String> {
        let c = raw(&mut self.conn);
        let mut blocked = 0;
        let mut n: isize = 0;
        let would_block = || unsafe {
            ffi::s2n_error_get_type(*ffi::s2n_errno_location()) as u32
                == ffi::s2n_error_type::BLOCKED
        };
        if !SERVER {
            if self.early_out.is_empty() {
                self.early_done = true;
                return Ok(true);
            }
            let d = &self.early_out;
            let r = unsafe {
                ffi::s2n_send_early_data(c, d.as_ptr(), d.len() as isize, &mut n, &mut blocked)
            };
            self.early_done = true;
            return match r {
                0 => Ok(true),
                _ if would_block() => Ok(true),
                _ => Err("s2n_send_early_data".into()),
            };
        }
        let mut b = [0u8; 1024];
        loop {
            n = 0;
            let r = unsafe {
                ffi::s2n_recv_early_data(c, b.as_mut_ptr(), b.len() as isize, &mut n, &mut blocked)
            };
            self.early_in += n as usize;
            if r == 0 {
                self.early_done = true;
                return Ok(true);
            }
            if would_block() {
                return Ok(false);
            }
            return Err("s2n_recv_early_data".into());
        }
    }
}

impl<const SERVER: bool> Endpoint for Conn<SERVER> {
    fn io(&mut self) -> &mut Io {
        &mut self.io
    }
    fn handshaking(&self) -> bool {
        !self.done
    }
    fn step(&mut self) -> Result<(), String> {
        if !self.done {
            if self.early && !self.early_done && !self.early_step()? {
                return Ok(());
            }
            match self.conn.poll_negotiate() {
                Poll::Ready(Ok(_)) => self.done = true,
                Poll::Ready(Err(e)) => return Err(es(e)),
                Poll::Pending => return Ok(()),
            }
        }
        if self.done && !self.io.rx.is_empty() {
            match self.conn.poll_recv(&mut [0u8; 1]) {
                Poll::Ready(Ok(0)) | Poll::Pending => {}
                Poll::Ready(Ok(_)) => return Err("unexpected application data".into()),
                Poll::Ready(Err(e)) => return Err(es(e)),
            }
        }
        Ok(())
    }
    fn send(&mut self, data: &[u8]) {
        let mut d = data;
        while !d.is_empty() {
            match self.conn.poll_send(d) {
                Poll::Ready(Ok(n)) => d = &d[n..],
                Poll::Ready(Err(e)) => panic!("{e}"),
                Poll::Pending => panic!("send: pending"),
            }
        }
    }
    fn recv(&mut self, buf: &mut [u8], sink: &mut dyn FnMut(&[u8])) -> usize {
        match self.conn.poll_recv(buf) {
            Poll::Ready(Ok(n)) => {
                if n > 0 {
                    sink(&buf[..n]);
                }
                n
            }
            Poll::Ready(Err(e)) => panic!("{e}"),
            Poll::Pending => 0,
        }
    }
    fn set_early(&mut self, data: &[u8]) {
        let mut max = 0u32;
        let r =
            unsafe { ffi::s2n_connection_get_max_early_data_size(raw(&mut self.conn), &mut max) };
        if r == 0 && max as usize >= data.len() {
            self.early_out = data.to_vec();
        }
    }
    fn info(&mut self) -> Info {
        let mut st = 0;
        unsafe { ffi::s2n_connection_get_early_data_status(raw(&mut self.conn), &mut st) };
        // S2N_EARLY_DATA_STATUS_END
        let accepted = self.early && st == ffi::s2n_early_data_status_t::END;
        let c = &mut self.conn;
        Info {
            version: match c.actual_protocol_version().unwrap() {
                s2n_tls::enums::Version::TLS13 => "TLS 1.3".into(),
                s2n_tls::enums::Version::TLS12 => "TLS 1.2".into(),
                v => format!("{v:?}"),
            },
            suite: c.cipher_suite().unwrap().into(),
            group: c.selected_key_exchange_group().unwrap_or("?").into(),
            resumed: c.resumed(),
            // s2n-tls has no flag to read; `selftest` proves that verification is on
            peer_cert: if SERVER {
                c.client_cert_used()
            } else {
                c.resumed() || c.peer_cert_chain().is_ok()
            },
            early_bytes: if SERVER {
                self.early_in
            } else if accepted {
                self.early_out.len()
            } else {
                0
            },
        }
    }
    fn release(&mut self) {
        self.conn.release_buffers().unwrap();
    }
}

fn main() {
    common::main::<Peer0>();
}
