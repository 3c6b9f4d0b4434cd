//! rustls' unbuffered API: the caller owns the buffers, decryption is in place.
use crate::{configs, info, Provider};
use common::{Buf, Endpoint, Info, Io, Peer, Spec};
use rustls::client::UnbufferedClientConnection;
use rustls::pki_types::ServerName;
use rustls::server::UnbufferedServerConnection;
use rustls::unbuffered::{ConnectionState, EncodeError, InsufficientSizeError, UnbufferedStatus};
use rustls::{ClientConfig, ServerConfig};
use std::cell::RefCell;
use std::io::Write;
use std::marker::PhantomData;
use std::sync::Arc;

pub struct Rustls<P> {
    client: Arc<ClientConfig>,
    server: Arc<ServerConfig>,
    name: ServerName<'static>,
    _p: PhantomData<P>,
}

const OUT: usize = 32768;
thread_local! {
    /// one buffer for what is about to be written, as an event loop would have
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; OUT]);
}

macro_rules! endpoint {
    ($t:ident, $c:ty) => {
        pub struct $t {
            conn: $c,
            io: Io,
            /// bytes read from the wire, not yet used up
            inbuf: Buf,
            established: bool,
        }

        impl $t {
            fn new(conn: $c) -> Self {
                $t {
                    conn,
                    io: Io::default(),
                    inbuf: Buf {
                        v: Vec::new(),
                        pos: 0,
                    },
                    established: false,
                }
            }
            fn fill(&mut self) {
                if !self.io.rx.is_empty() {
                    // stands for read(2)
                    self.inbuf.push(self.io.rx.pending());
                    let n = self.io.rx.len();
                    self.io.rx.consume(n);
                }
            }
        }

        impl Endpoint for $t {
            fn io(&mut self) -> &mut Io {
                &mut self.io
            }
            fn handshaking(&self) -> bool {
                !self.established
            }
            fn step(&mut self) -> Result<(), String> {
                self.fill();
                SCRATCH.with_borrow_mut(|out| {
                    let mut len = 0;
                    loop {
                        let UnbufferedStatus {
                            mut discard, state, ..
                        } = self.conn.process_tls_records(self.inbuf.pending_mut());
                        let mut stop = false;
                        match state.map_err(|e| e.to_string())? {
                            ConnectionState::EncodeTlsData(mut e) => {
                                match e.encode(&mut out[len..]) {
                                    Ok(n) => len += n,
                                    Err(EncodeError::InsufficientSize(InsufficientSizeError {
                                        required_size,
                                    })) => out.resize(len + required_size, 0),
                                    Err(e) => return Err(e.to_string()),
                                }
                            }
                            ConnectionState::TransmitTlsData(t) => {
                                self.io.write_all(&out[..len]).unwrap();
                                len = 0;
                                t.done();
                            }
                            ConnectionState::BlockedHandshake => stop = true,
                            ConnectionState::WriteTraffic(_) => {
                                self.established = true;
                                stop = true;
                            }
                            ConnectionState::ReadTraffic(mut r) => {
                                while let Some(x) = r.next_record() {
                                    discard += x.map_err(|e| e.to_string())?.discard;
                                }
                            }
                            s => return Err(format!("state {s:?}")),
                        }
                        self.inbuf.consume(discard);
                        if stop {
                            return Ok(());
                        }
                    }
                })
            }
            fn send(&mut self, data: &[u8]) {
                SCRATCH.with_borrow_mut(|out| {
                    let UnbufferedStatus { state, .. } = self.conn.process_tls_records(&mut []);
                    match state.unwrap() {
                        ConnectionState::WriteTraffic(mut w) => {
                            let n = w.encrypt(data, out).unwrap();
                            self.io.write_all(&out[..n]).unwrap();
                        }
                        s => panic!("state {s:?}"),
                    }
                })
            }
            fn recv(&mut self, _buf: &mut [u8], sink: &mut dyn FnMut(&[u8])) -> usize {
                self.fill();
                let mut got = 0;
                while got == 0 && !self.inbuf.is_empty() {
                    let UnbufferedStatus {
                        mut discard, state, ..
                    } = self.conn.process_tls_records(self.inbuf.pending_mut());
                    match state.unwrap() {
                        ConnectionState::ReadTraffic(mut r) => {
                            while let Some(x) = r.next_record() {
                                let x = x.unwrap();
                                sink(x.payload);
                                got += x.payload.len();
                                discard += x.discard;
                            }
                        }
                        _ if discard == 0 => break,
                        _ => {}
                    }
                    self.inbuf.consume(discard);
                }
                got
            }
            fn info(&mut self) -> Info {
                info(&self.conn, 0, PhantomData::<()>)
            }
            fn release(&mut self) {
                if self.inbuf.is_empty() {
                    self.inbuf.v = Vec::new();
                }
            }
        }
    };
}

endpoint!(Client, UnbufferedClientConnection);
endpoint!(Server, UnbufferedServerConnection);

impl<P: Provider> Peer for Rustls<P> {
    type Client = Client;
    type Server = Server;
    fn name() -> String {
        format!("{}-unbuf", P::NAME)
    }
    fn new(spec: &Spec) -> Result<Self, String> {
        if spec.early {
            return Err("unsupported: early data is measured through the buffered API only".into());
        }
        let (client, server) = configs::<P>(spec)?;
        Ok(Rustls {
            client,
            server,
            name: spec.server_name().try_into().unwrap(),
            _p: PhantomData,
        })
    }
    fn client(&mut self) -> Client {
        Client::new(
            UnbufferedClientConnection::new(self.client.clone(), self.name.clone()).unwrap(),
        )
    }
    fn server(&mut self) -> Server {
        Server::new(UnbufferedServerConnection::new(self.server.clone()).unwrap())
    }
}
