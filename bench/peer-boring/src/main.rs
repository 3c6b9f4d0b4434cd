//! BoringSSL.
use boring as lib;

#[path = "../../shared/openssl_family.rs"]
mod family;

mod quirks {
    use crate::family::Conn;
    use boring::ssl::*;
    use boring::x509::{store::X509StoreBuilder, X509};
    use boring_sys as ffi;
    use common::{Io, Suite};
    use foreign_types::ForeignTypeRef;

    pub fn name() -> String {
        "boringssl".into()
    }
    pub fn add_cert(b: &mut X509StoreBuilder, c: X509) {
        b.add_cert(&c).unwrap();
    }
    pub fn suites13(b: &mut SslContextBuilder, s: Suite) -> Result<(), String> {
        let id: u16 = match s {
            Suite::Aes128Gcm => 0x1301,
            Suite::Aes256Gcm => 0x1302,
            Suite::Chacha20 => 0x1303,
        };
        let flags = 0u32;
        if unsafe { ffi::SSL_CTX_set1_tls13_ciphers(b.as_ptr(), &id, &flags, 1) } == 1 {
            Ok(())
        } else {
            Err("unsupported: suite".into())
        }
    }
    pub fn groups(b: &mut SslContextBuilder, g: &str) -> Result<(), String> {
        b.set_curves_list(g)
            .map_err(|_| format!("unsupported: group {g}"))
    }
    pub fn num_tickets(b: &mut SslContextBuilder, n: usize) {
        assert_eq!(unsafe { ffi::SSL_CTX_set_num_tickets(b.as_ptr(), n) }, 1);
    }
    pub fn early(b: &mut SslContextBuilder, _server: bool) {
        unsafe { ffi::SSL_CTX_set_early_data_enabled(b.as_ptr(), 1) };
    }
    fn in_early(s: &SslRef) -> bool {
        unsafe { ffi::SSL_in_early_data(s.as_ptr()) == 1 }
    }
    /// BoringSSL's handshake "ends" early on both sides; see `half_open`.
    pub fn early_step<const S: bool>(_: &mut Conn<S>) -> Result<bool, String> {
        Ok(true)
    }
    /// Called when the handshake function said it was done. In early data it is not: the client
    /// writes its 0-RTT data now, the server reads it, then both go on.
    pub fn half_open<const S: bool>(c: &mut Conn<S>) -> bool {
        if !c.early || !in_early(c.stream.ssl()) {
            return false;
        }
        if !S {
            if !c.early_done {
                c.early_done = true;
                let d = std::mem::take(&mut c.early_out);
                assert_eq!(c.stream.ssl_write(&d).unwrap(), d.len());
                c.early_out = d;
            }
            // the next connect() waits for the ServerHello
            return match c.stream.connect() {
                Ok(()) => in_early(c.stream.ssl()),
                Err(_) => true,
            };
        }
        let mut b = [0u8; 1024];
        while in_early(c.stream.ssl()) {
            match c.stream.ssl_read(&mut b) {
                Ok(n) if n > 0 => c.early_in += n,
                _ => break,
            }
        }
        in_early(c.stream.ssl()) || unsafe { ffi::SSL_in_init(c.stream.ssl().as_ptr()) == 1 }
    }
    pub fn early_accepted(s: &SslRef) -> bool {
        unsafe { ffi::SSL_early_data_accepted(s.as_ptr()) == 1 }
    }
    pub fn group_name(s: &SslRef) -> String {
        s.curve_name().unwrap_or("?").into()
    }
    pub fn verify(s: &SslRef) -> Result<(), String> {
        s.verify_result().map_err(|e| e.to_string())
    }
    pub fn connect_state(s: &mut Ssl) {
        unsafe { ffi::SSL_set_connect_state(s.as_ptr()) }
    }
    pub fn accept_state(s: &mut Ssl) {
        unsafe { ffi::SSL_set_accept_state(s.as_ptr()) }
    }
    pub fn closing(s: &mut SslStream<Io>) {
        let _ = s;
    }
    /// BoringSSL holds its tickets back until the server writes; a write of nothing lets them go.
    pub fn flush_tickets(s: &mut SslStream<Io>) {
        unsafe {
            ffi::SSL_write(
                s.ssl().as_ptr(),
                std::ptr::NonNull::<u8>::dangling().as_ptr().cast(),
                0,
            )
        };
    }
    pub fn release(s: &mut SslStream<Io>) {
        // BoringSSL frees its record buffers by itself when they are empty
        let _ = s;
    }
}

fn main() {
    common::main::<family::Family>();
}
