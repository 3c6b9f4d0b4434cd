use crate::{configs, info, Provider};
use common::{Endpoint, Info, Io, Peer, Spec};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, ServerConfig, ServerConnection};
use std::io::{Read, Write};
use std::marker::PhantomData;
use std::sync::Arc;

pub struct Rustls<P> {
    client: Arc<ClientConfig>,
    server: Arc<ServerConfig>,
    name: ServerName<'static>,
    _p: PhantomData<P>,
}

pub struct Client {
    conn: ClientConnection,
    io: Io,
    early: usize,
}
pub struct Server {
    conn: ServerConnection,
    io: Io,
    early: usize,
}

macro_rules! shared {
    () => {
        fn io(&mut self) -> &mut Io {
            &mut self.io
        }
        fn handshaking(&self) -> bool {
            self.conn.is_handshaking()
        }
        fn send(&mut self, data: &[u8]) {
            self.conn.writer().write_all(data).unwrap();
            while self.conn.wants_write() {
                self.conn.write_tls(&mut self.io).unwrap();
            }
        }
        fn recv(&mut self, buf: &mut [u8], sink: &mut dyn FnMut(&[u8])) -> usize {
            loop {
                match self.conn.reader().read(buf) {
                    Ok(n) if n > 0 => {
                        sink(&buf[..n]);
                        return n;
                    }
                    _ => {
                        if self.io.rx.is_empty() {
                            return 0;
                        }
                        self.conn.read_tls(&mut self.io).unwrap();
                        self.conn.process_new_packets().unwrap();
                    }
                }
            }
        }
    };
}

impl Endpoint for Client {
    shared!();
    fn step(&mut self) -> Result<(), String> {
        while !self.io.rx.is_empty() {
            self.conn
                .read_tls(&mut self.io)
                .map_err(|e| e.to_string())?;
            self.conn.process_new_packets().map_err(|e| e.to_string())?;
        }
        while self.conn.wants_write() {
            self.conn
                .write_tls(&mut self.io)
                .map_err(|e| e.to_string())?;
        }
        Ok(())
    }
    fn set_early(&mut self, data: &[u8]) {
        if let Some(mut e) = self.conn.early_data() {
            self.early = e.write(data).unwrap();
        }
    }
    fn info(&mut self) -> Info {
        let early = if self.conn.is_early_data_accepted() {
            self.early
        } else {
            0
        };
        info(&self.conn, early, PhantomData::<()>)
    }
}

impl Endpoint for Server {
    shared!();
    fn step(&mut self) -> Result<(), String> {
        while !self.io.rx.is_empty() {
            self.conn
                .read_tls(&mut self.io)
                .map_err(|e| e.to_string())?;
            self.conn.process_new_packets().map_err(|e| e.to_string())?;
            if let Some(mut e) = self.conn.early_data() {
                let mut b = [0u8; 1024];
                while let Ok(n) = e.read(&mut b) {
                    if n == 0 {
                        break;
                    }
                    self.early += n;
                }
            }
        }
        while self.conn.wants_write() {
            self.conn
                .write_tls(&mut self.io)
                .map_err(|e| e.to_string())?;
        }
        Ok(())
    }
    fn info(&mut self) -> Info {
        info(&self.conn, self.early, PhantomData::<()>)
    }
}

impl<P: Provider> Peer for Rustls<P> {
    type Client = Client;
    type Server = Server;
    fn name() -> String {
        P::NAME.into()
    }
    fn new(spec: &Spec) -> Result<Self, String> {
        let (client, server) = configs::<P>(spec)?;
        Ok(Rustls {
            client,
            server,
            name: spec.server_name().try_into().unwrap(),
            _p: PhantomData,
        })
    }
    fn client(&mut self) -> Client {
        Client {
            conn: ClientConnection::new(self.client.clone(), self.name.clone()).unwrap(),
            io: Io::default(),
            early: 0,
        }
    }
    fn server(&mut self) -> Server {
        Server {
            conn: ServerConnection::new(self.server.clone()).unwrap(),
            io: Io::default(),
            early: 0,
        }
    }
}
