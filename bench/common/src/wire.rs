//! The in-memory wire. Every endpoint owns one `Io`; the harness moves what is in one side's `tx`
//! into the other side's `rx` by swapping the vectors, so that the wire itself costs next to nothing.
use std::cell::RefCell;
use std::io::{self, IoSlice, Read, Write};

pub struct Buf {
    pub v: Vec<u8>,
    pub pos: usize,
}

thread_local! {
    // the wire's own vectors are used again, so that it allocates nothing in the measured regions
    static POOL: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

impl Default for Buf {
    #[inline]
    fn default() -> Self {
        let v = POOL.with_borrow_mut(|p| p.pop());
        Buf {
            v: v.unwrap_or_else(|| Vec::with_capacity(8192)),
            pos: 0,
        }
    }
}

impl Drop for Buf {
    #[inline]
    fn drop(&mut self) {
        self.free();
    }
}

impl Buf {
    #[inline]
    pub fn pending(&self) -> &[u8] {
        &self.v[self.pos..]
    }
    #[inline]
    pub fn pending_mut(&mut self) -> &mut [u8] {
        &mut self.v[self.pos..]
    }
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.pos == self.v.len()
    }
    #[inline]
    pub fn len(&self) -> usize {
        self.v.len() - self.pos
    }
    #[inline]
    pub fn consume(&mut self, n: usize) {
        self.pos += n;
        debug_assert!(self.pos <= self.v.len());
        if self.pos == self.v.len() {
            self.v.clear();
            self.pos = 0;
        }
    }
    #[inline]
    pub fn push(&mut self, b: &[u8]) {
        self.v.extend_from_slice(b);
    }
    /// Gives the memory back to the wire.
    #[inline]
    pub fn free(&mut self) {
        let mut v = std::mem::take(&mut self.v);
        self.pos = 0;
        if v.capacity() > 0 {
            v.clear();
            POOL.with_borrow_mut(|p| {
                if p.len() < 16 {
                    p.push(v)
                }
            });
        }
    }
}

#[derive(Default)]
pub struct Io {
    pub rx: Buf,
    pub tx: Buf,
}

impl Read for Io {
    #[inline]
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let p = self.rx.pending();
        if p.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let n = p.len().min(buf.len());
        buf[..n].copy_from_slice(&p[..n]);
        self.rx.consume(n);
        Ok(n)
    }
}

impl Write for Io {
    #[inline]
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.tx.push(buf);
        Ok(buf.len())
    }
    #[inline]
    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut n = 0;
        for b in bufs {
            self.tx.push(b);
            n += b.len();
        }
        Ok(n)
    }
    #[inline]
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Moves everything in `from` to `to`; returns the number of bytes.
#[inline]
pub fn carry(from: &mut Buf, to: &mut Buf) -> usize {
    let n = from.len();
    if n == 0 {
        return 0;
    }
    if to.is_empty() && from.pos == 0 {
        to.v.clear();
        to.pos = 0;
        std::mem::swap(&mut from.v, &mut to.v);
    } else {
        to.v.extend_from_slice(from.pending());
        from.v.clear();
        from.pos = 0;
    }
    n
}
