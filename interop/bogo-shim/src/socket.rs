//! The runner's end of the wire.

use crate::options::Options;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpStream};

/// A connection to the runner.
pub(crate) struct Socket {
    stream: TcpStream,
    /// The peer does not take anything any more.
    deaf: bool,
}

impl Socket {
    /// Connects, and says which shim this is.
    pub(crate) fn connect(options: &Options) -> std::io::Result<Self> {
        let address: SocketAddr = if options.ipv6 {
            (Ipv6Addr::LOCALHOST, options.port).into()
        } else {
            (Ipv4Addr::LOCALHOST, options.port).into()
        };
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.write_all(&options.shim_id.to_le_bytes())?;
        Ok(Self {
            stream,
            deaf: false,
        })
    }

    /// Writes all of it. A peer that has hung up may have said why: that is found by reading.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        if !self.deaf && self.stream.write_all(bytes).is_err() {
            self.deaf = true;
        }
    }

    /// Reads at most as much as fits; 0 is the end.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            match self.stream.read(buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return Ok(0),
                result => return result,
            }
        }
    }

    /// Reads what is there already, without waiting for more.
    pub(crate) fn read_waiting(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.stream.set_nonblocking(true)?;
        let read = match self.stream.read(buffer) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
            result => result,
        };
        self.stream.set_nonblocking(false)?;
        read
    }
}

impl Drop for Socket {
    /// Half-closes and drains, or an alert that is still on its way is lost with the connection.
    fn drop(&mut self) {
        if self.stream.shutdown(Shutdown::Write).is_ok() {
            let mut rest = [0; 1024];
            while self.read(&mut rest).is_ok_and(|read| read > 0) {}
        }
    }
}
