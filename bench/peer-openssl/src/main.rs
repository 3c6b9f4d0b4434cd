//! OpenSSL: the system's libssl, or with the feature `vendored` the one that openssl-src builds.
use openssl as lib;

#[path = "../../shared/openssl_family.rs"]
mod family;

mod quirks {
    use crate::family::{want_read, Conn};
    use common::{Io, Suite};
    use foreign_types::ForeignTypeRef;
    use libc::{c_int, c_long, c_void};
    use openssl::ssl::*;
    use openssl::x509::{store::X509StoreBuilder, X509};

    extern "C" {
        fn SSL_get_early_data_status(ssl: *const openssl_sys::SSL) -> c_int;
        fn SSL_free_buffers(ssl: *mut openssl_sys::SSL) -> c_int;
        fn SSL_ctrl(
            ssl: *mut openssl_sys::SSL,
            cmd: c_int,
            larg: c_long,
            parg: *mut c_void,
        ) -> c_long;
    }

    pub fn name() -> String {
        // "OpenSSL 3.0.19 27 Jan 2026"
        let v = openssl::version::version();
        format!("openssl-{}", v.split(' ').nth(1).unwrap_or("?"))
    }
    pub fn add_cert(b: &mut X509StoreBuilder, c: X509) {
        b.add_cert(c).unwrap();
    }
    pub fn suites13(b: &mut SslContextBuilder, s: Suite) -> Result<(), String> {
        b.set_ciphersuites(match s {
            Suite::Aes128Gcm => "TLS_AES_128_GCM_SHA256",
            Suite::Aes256Gcm => "TLS_AES_256_GCM_SHA384",
            Suite::Chacha20 => "TLS_CHACHA20_POLY1305_SHA256",
        })
        .map_err(|e| e.to_string())
    }
    pub fn groups(b: &mut SslContextBuilder, g: &str) -> Result<(), String> {
        b.set_groups_list(g)
            .map_err(|_| format!("unsupported: group {g}"))
    }
    pub fn num_tickets(b: &mut SslContextBuilder, n: usize) {
        b.set_num_tickets(n).unwrap();
    }
    /// Anti-replay stays on, so tickets are stateful with early data (the server's cache is needed).
    pub fn early(b: &mut SslContextBuilder, server: bool) {
        if server {
            b.set_max_early_data(16384).unwrap();
            b.set_session_cache_mode(SslSessionCacheMode::SERVER);
        }
    }
    /// true: go on with the handshake proper
    pub fn early_step<const S: bool>(c: &mut Conn<S>) -> Result<bool, String> {
        if c.early_done {
            return Ok(true);
        }
        if !S {
            if c.stream
                .ssl()
                .session()
                .is_some_and(|s| s.max_early_data() > 0)
            {
                let d = std::mem::take(&mut c.early_out);
                let n = c.stream.write_early_data(&d).map_err(|e| e.to_string())?;
                assert_eq!(n, d.len());
                c.early_out = d;
            }
            c.early_done = true;
            return Ok(true);
        }
        let mut b = [0u8; 1024];
        loop {
            match c.stream.read_early_data(&mut b) {
                Ok(0) => {
                    c.early_done = true;
                    return Ok(true);
                }
                Ok(n) => c.early_in += n,
                Err(e) if want_read(&e) => return Ok(false),
                Err(e) => return Err(e.to_string()),
            }
        }
    }
    pub fn half_open<const S: bool>(_: &mut Conn<S>) -> bool {
        false
    }
    pub fn early_accepted(s: &SslRef) -> bool {
        unsafe { SSL_get_early_data_status(s.as_ptr()) == 2 }
    }
    pub fn group_name(s: &SslRef) -> String {
        // SSL_get_negotiated_group
        let nid = unsafe { SSL_ctrl(s.as_ptr(), 134, 0, std::ptr::null_mut()) };
        match nid {
            1034 => "X25519".into(),
            415 => "P-256".into(),
            x if x & 0xffff == 0x11ec => "X25519MLKEM768".into(),
            x => format!("nid {x}"),
        }
    }
    pub fn verify(s: &SslRef) -> Result<(), String> {
        match s.verify_result() {
            openssl::x509::X509VerifyResult::OK => Ok(()),
            e => Err(e.to_string()),
        }
    }
    pub fn connect_state(s: &mut Ssl) {
        s.set_connect_state()
    }
    pub fn accept_state(s: &mut Ssl) {
        s.set_accept_state()
    }
    pub fn closing(s: &mut SslStream<Io>) {
        // OpenSSL makes the session of a connection that was dropped without a shutdown unresumable
        s.set_shutdown(ShutdownState::SENT | ShutdownState::RECEIVED);
    }
    pub fn flush_tickets(_: &mut SslStream<Io>) {}
    pub fn release(s: &mut SslStream<Io>) {
        unsafe { SSL_free_buffers(s.ssl().as_ptr()) };
    }
}

fn main() {
    common::main::<family::Family>();
}
