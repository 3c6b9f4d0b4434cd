//! The command line, the ops and the counting. One JSON object per run on standard output.
use crate::wire::carry;
use crate::*;
use std::time::Instant;

pub const CLIENT: usize = 0;
pub const SERVER: usize = 1;

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    /// not measured, and not below the marker functions
    Warm,
    Time,
    /// like Time, but without reading the clock (callgrind)
    Plain,
    /// single-step
    Steps,
}

/// One side's costs.
#[derive(Clone, Copy, Default)]
struct Cost {
    /// time stamp counter ticks, less the cost of reading it
    ticks: u64,
    allocs: u64,
    bytes: u64,
}

struct Acc {
    mode: Mode,
    cost: [Cost; 2],
}

/// Everything that the client does in a measured region runs below this symbol,
/// so callgrind's `--toggle-collect=bench_client_side` sees the client alone.
#[no_mangle]
#[inline(never)]
pub extern "C" fn bench_client_side(f: &mut &mut dyn FnMut()) {
    f();
    // no tail call: callgrind must see this function around `f`; and the two must stay apart
    std::hint::black_box(1);
}
#[no_mangle]
#[inline(never)]
pub extern "C" fn bench_server_side(f: &mut &mut dyn FnMut()) {
    f();
    std::hint::black_box(0);
}

impl Acc {
    #[inline(always)]
    fn run<R>(&mut self, side: usize, f: impl FnOnce() -> R) -> R {
        let mut out = None;
        let mut f = Some(f);
        let mut g = || out = Some((f.take().unwrap())());
        match self.mode {
            Mode::Warm => g(),
            Mode::Steps => step::counted(side, &mut g),
            Mode::Plain => {
                if side == CLIENT {
                    bench_client_side(&mut (&mut g as &mut dyn FnMut()))
                } else {
                    bench_server_side(&mut (&mut g as &mut dyn FnMut()))
                }
            }
            Mode::Time => {
                let h = heap::counters();
                let t = clock::ticks();
                if side == CLIENT {
                    bench_client_side(&mut (&mut g as &mut dyn FnMut()))
                } else {
                    bench_server_side(&mut (&mut g as &mut dyn FnMut()))
                }
                let c = &mut self.cost[side];
                c.ticks += clock::since(t);
                let h2 = heap::counters();
                c.allocs += h2.0 - h.0;
                c.bytes += h2.1 - h.1;
            }
        }
        out.unwrap()
    }
}

const EARLY: [u8; 512] = [0x5a; 512];

/// One handshake; returns the two established endpoints and the bytes each side sent.
fn handshake<P: Peer>(
    p: &mut P,
    spec: &Spec,
    acc: &mut Acc,
) -> Result<(P::Client, P::Server, [usize; 2]), String> {
    let mut wire = [0usize; 2];
    let (mut c, r) = acc.run(CLIENT, || {
        let mut c = p.client();
        if spec.early {
            c.set_early(&EARLY);
        }
        let r = c.step();
        (c, r)
    });
    r.map_err(|e| format!("client: {e}"))?;
    let mut s = acc.run(SERVER, || p.server());
    for _ in 0..12 {
        wire[0] += carry(&mut c.io().tx, &mut s.io().rx);
        acc.run(SERVER, || s.step())
            .map_err(|e| format!("server: {e}"))?;
        let n = carry(&mut s.io().tx, &mut c.io().rx);
        wire[1] += n;
        if n == 0 && !c.handshaking() && !s.handshaking() {
            break;
        }
        acc.run(CLIENT, || c.step())
            .map_err(|e| format!("client: {e}"))?;
        if c.io().tx.is_empty() && !c.handshaking() && !s.handshaking() {
            break;
        }
    }
    if c.handshaking() || s.handshaking() {
        return Err(format!(
            "no end: client handshaking {}, server {}",
            c.handshaking(),
            s.handshaking()
        ));
    }
    if spec.resume != Resume::No {
        acc.run(CLIENT, || p.keep_session(&mut c));
    }
    Ok((c, s, wire))
}

fn check<P: Peer>(
    c: &mut P::Client,
    s: &mut P::Server,
    spec: &Spec,
    resumed: bool,
    any_group: bool,
) -> Result<(Info, Info), String> {
    let (ci, si) = (c.info(), s.info());
    let bad = |what: &str| Err(format!("{what}: client {ci:?}, server {si:?}"));
    let v = match spec.version {
        Version::Tls12 => "1.2",
        Version::Tls13 => "1.3",
    };
    if !ci.version.contains(v) || !si.version.contains(v) {
        return bad("version");
    }
    let su: &[&str] = match spec.suite {
        Suite::Aes128Gcm => &["AES128", "AES_128_GCM"],
        Suite::Aes256Gcm => &["AES256", "AES_256_GCM"],
        Suite::Chacha20 => &["CHACHA20"],
    };
    if !su.iter().any(|x| ci.suite.to_uppercase().contains(x)) {
        return bad("suite");
    }
    let g = match spec.group {
        Group::X25519 => "X25519",
        Group::P256 => "P256",
        Group::X25519Mlkem768 => "X25519MLKEM768",
    };
    let norm = |x: &str| {
        x.to_uppercase()
            .replace(['-', '_'], "")
            .replace("SECP256R1", "P256")
            .replace("PRIME256V1", "P256")
    };
    // "?" = the library has no call that tells; a TLS 1.2 resumption has no key exchange at all
    // and the group is of no matter to the data ops
    if ci.group != "?"
        && !any_group
        && !(resumed && spec.version == Version::Tls12)
        && norm(&ci.group) != g
    {
        return bad("group");
    }
    if ci.resumed != resumed || si.resumed != resumed {
        return bad("resumption");
    }
    if !ci.peer_cert {
        return bad("the server's certificate was not verified");
    }
    if spec.mtls && !si.peer_cert {
        return bad("the client's certificate was not verified");
    }
    if spec.early && resumed && (ci.early_bytes != EARLY.len() || si.early_bytes != EARLY.len()) {
        return bad("early data");
    }
    // data flows both ways
    let mut b = [0u8; 64];
    c.send(b"ping");
    carry(&mut c.io().tx, &mut s.io().rx);
    let mut got = Vec::new();
    s.recv(&mut b, &mut |m| got.extend_from_slice(m));
    if got != b"ping" {
        return bad("ping");
    }
    s.send(b"pong");
    carry(&mut s.io().tx, &mut c.io().rx);
    got.clear();
    c.recv(&mut b, &mut |m| got.extend_from_slice(m));
    if got != b"pong" {
        return bad("pong");
    }
    Ok((ci, si))
}

fn median(v: &mut [u64]) -> u64 {
    if v.is_empty() {
        return 0;
    }
    v.sort_unstable();
    v[v.len() / 2]
}

struct Args {
    op: String,
    n: Option<usize>,
    ms: u64,
    mode: Mode,
    profile: Option<String>,
    tickets: Option<usize>,
    key: Key,
    group: Group,
    suite: Suite,
    version: Option<Version>,
    pki: Pki,
    variant: Option<String>,
}

const USAGE: &str = "--pki DIR --op full13|full12|resume13|resume12-id|resume12-ticket|early13|mtls13|bulk|small|mem|mem-client|selftest
  [--n N | --ms MS] [--mode time|plain|steps] [--profile FILE] [--tickets N]
  [--key ecdsa|rsa] [--group x25519|p256|x25519mlkem768] [--suite aes128|aes256|chacha] [--version 12|13] [--variant NAME]";

fn args() -> Args {
    let mut a = Args {
        op: String::new(),
        n: None,
        ms: 300,
        mode: Mode::Time,
        profile: None,
        tickets: None,
        key: Key::EcdsaP256,
        group: Group::X25519,
        suite: Suite::Aes128Gcm,
        version: None,
        pki: Pki {
            dir: "target/pki".into(),
        },
        variant: None,
    };
    let mut it = std::env::args().skip(1);
    while let Some(k) = it.next() {
        let mut v = || it.next().unwrap_or_else(|| die(USAGE));
        match k.as_str() {
            "--op" => a.op = v(),
            "--n" => a.n = Some(v().parse().unwrap()),
            "--ms" => a.ms = v().parse().unwrap(),
            "--mode" => {
                a.mode = match v().as_str() {
                    "time" => Mode::Time,
                    "plain" => Mode::Plain,
                    "steps" => Mode::Steps,
                    _ => die(USAGE),
                }
            }
            "--profile" => a.profile = Some(v()),
            "--tickets" => a.tickets = Some(v().parse().unwrap()),
            "--key" => {
                a.key = match v().as_str() {
                    "ecdsa" => Key::EcdsaP256,
                    "rsa" => Key::Rsa2048,
                    _ => die(USAGE),
                }
            }
            "--group" => {
                a.group = match v().as_str() {
                    "x25519" => Group::X25519,
                    "p256" => Group::P256,
                    "x25519mlkem768" => Group::X25519Mlkem768,
                    _ => die(USAGE),
                }
            }
            "--suite" => {
                a.suite = match v().as_str() {
                    "aes128" => Suite::Aes128Gcm,
                    "aes256" => Suite::Aes256Gcm,
                    "chacha" => Suite::Chacha20,
                    _ => die(USAGE),
                }
            }
            "--version" => {
                a.version = match v().as_str() {
                    "12" => Some(Version::Tls12),
                    "13" => Some(Version::Tls13),
                    _ => die(USAGE),
                }
            }
            "--pki" => a.pki = Pki { dir: v().into() },
            "--variant" => a.variant = Some(v()),
            _ => die(USAGE),
        }
    }
    a
}

fn die(msg: &str) -> ! {
    eprintln!("{msg}");
    std::process::exit(2)
}

fn unsupported(op: &str, peer: &str, why: &str) -> ! {
    println!(
        "{{\"peer\":\"{peer}\",\"op\":\"{op}\",\"error\":\"{}\"}}",
        why.replace(['"', '\n', '\\'], "'")
    );
    std::process::exit(3)
}

pub type Entry = (&'static str, fn());

/// For binaries that hold several peers: `--variant NAME` picks one.
pub fn main_variants(list: &[Entry]) {
    let a = args();
    let names: Vec<_> = list.iter().map(|x| x.0).collect();
    let v = a
        .variant
        .unwrap_or_else(|| die(&format!("--variant one of {names:?}")));
    match list.iter().find(|x| x.0 == v) {
        Some(x) => (x.1)(),
        None => die(&format!("--variant one of {names:?}")),
    }
}

fn spec_for(a: &Args) -> Option<Spec> {
    use Version::*;
    let (version, resume, early, mtls, tickets) = match a.op.as_str() {
        "full13" => (Tls13, Resume::No, false, false, 0),
        "full12" => (Tls12, Resume::No, false, false, 0),
        "mtls13" => (Tls13, Resume::No, false, true, 0),
        "resume13" => (Tls13, Resume::Ticket, false, false, 1),
        "early13" => (Tls13, Resume::Ticket, true, false, 1),
        "resume12-id" => (Tls12, Resume::Id, false, false, 0),
        "resume12-ticket" => (Tls12, Resume::Ticket, false, false, 1),
        "bulk" | "small" | "mem" | "mem-client" | "selftest" => {
            (Tls13, Resume::No, false, false, 0)
        }
        _ => return None,
    };
    Some(Spec {
        version: a.version.unwrap_or(version),
        key: a.key,
        group: a.group,
        suite: a.suite,
        resume,
        early,
        mtls,
        tickets: a.tickets.unwrap_or(tickets),
        wrong_ca: false,
        wrong_name: false,
        pki: a.pki.clone(),
    })
}

pub fn main<P: Peer>() {
    let a = args();
    if a.mode == Mode::Time {
        clock::ns_per_tick();
    }
    let name = P::name();
    let spec = spec_for(&a).unwrap_or_else(|| die(USAGE));
    let r = match a.op.as_str() {
        "bulk" => data::<P>(&a, &spec, 16384, 16),
        "small" => data::<P>(&a, &spec, 64, 1),
        "mem" => memory::<P>(&a, &spec, SERVER),
        "mem-client" => memory::<P>(&a, &spec, CLIENT),
        "selftest" => selftest::<P>(&spec),
        _ => handshakes::<P>(&a, &spec),
    };
    match r {
        Ok(s) => println!("{{\"peer\":\"{name}\",\"op\":\"{}\",{s}}}", a.op),
        Err(e) => unsupported(&a.op, &name, &e),
    }
}

fn handshakes<P: Peer>(a: &Args, spec: &Spec) -> Result<String, String> {
    let mut p = P::new(spec)?;
    let mut warm = Acc {
        mode: Mode::Warm,
        cost: Default::default(),
    };
    let resuming = spec.resume != Resume::No;
    // the first one is always full, and gives the client its session
    let (mut c, mut s, _) = handshake(&mut p, spec, &mut warm)?;
    check::<P>(&mut c, &mut s, spec, false, false)?;
    drop((c, s));
    let mut infos = None;
    let mut wire = [0; 2];
    for _ in 0..3 {
        let (mut c, mut s, w) = handshake(&mut p, spec, &mut warm)?;
        infos = Some(check::<P>(&mut c, &mut s, spec, resuming, false)?);
        wire = w;
    }
    let (ci, _) = infos.unwrap();
    let what = format!(
        "\"version\":\"{}\",\"suite\":\"{}\",\"group\":\"{}\",\"resumed\":{},\"early\":{},\"c2s\":{},\"s2c\":{}",
        ci.version, ci.suite, ci.group, ci.resumed, ci.early_bytes, wire[0], wire[1]
    );

    let mut acc = Acc {
        mode: a.mode,
        cost: Default::default(),
    };
    if a.mode == Mode::Steps {
        let n = a.n.unwrap_or(1);
        if a.profile.is_some() {
            step::profile_start();
        }
        step::reset();
        for _ in 0..n {
            let (c, s, _) = handshake(&mut p, spec, &mut acc)?;
            acc.run(CLIENT, || drop(c));
            acc.run(SERVER, || drop(s));
        }
        let k = step::counts();
        if let Some(f) = &a.profile {
            step::profile_write(f);
        }
        return Ok(format!(
            "\"n\":{n},\"client_instr\":{},\"server_instr\":{},{what}",
            k[0] / n as u64,
            k[1] / n as u64
        ));
    }
    // time to warm the caches and the branch predictors
    let t = Instant::now();
    if a.mode == Mode::Time {
        while t.elapsed().as_millis() < (a.ms / 5) as u128 {
            handshake(&mut p, spec, &mut warm)?;
        }
    }
    let (mut cn, mut sn, mut tn) = (vec![], vec![], vec![]);
    let start = Instant::now();
    let mut n = 0usize;
    loop {
        match a.n {
            Some(k) if n >= k => break,
            None if n % 16 == 0 && start.elapsed().as_millis() >= a.ms as u128 => break,
            _ => {}
        }
        let before = acc.cost;
        let (mut c, mut s, _) = handshake(&mut p, spec, &mut acc)?;
        if resuming && n % 64 == 0 && !(c.info().resumed && s.info().resumed) {
            return Err("a measured handshake did not resume".into());
        }
        acc.run(CLIENT, || drop(c));
        acc.run(SERVER, || drop(s));
        if a.mode == Mode::Time {
            let dc = acc.cost[0].ticks - before[0].ticks;
            let ds = acc.cost[1].ticks - before[1].ticks;
            cn.push(dc);
            sn.push(ds);
            tn.push(dc + ds);
        }
        n += 1;
    }
    let d = |x: u64| x as f64 / n as f64;
    let k = clock::ns_per_tick();
    Ok(format!(
        "\"n\":{n},\"client_ns\":{:.0},\"server_ns\":{:.0},\"total_ns\":{:.0},\"client_mean_ns\":{:.0},\"server_mean_ns\":{:.0},\"client_allocs\":{:.1},\"server_allocs\":{:.1},\"client_alloc_bytes\":{:.0},\"server_alloc_bytes\":{:.0},{what}",
        median(&mut cn) as f64 * k,
        median(&mut sn) as f64 * k,
        median(&mut tn) as f64 * k,
        d(acc.cost[0].ticks) * k,
        d(acc.cost[1].ticks) * k,
        d(acc.cost[0].allocs),
        d(acc.cost[1].allocs),
        d(acc.cost[0].bytes),
        d(acc.cost[1].bytes),
    ))
}

/// `size`-byte messages, client to server, `batch` messages per trip over the wire.
/// "client" is the sender's cost and "server" the receiver's, per message.
fn data<P: Peer>(a: &Args, spec: &Spec, size: usize, batch: usize) -> Result<String, String> {
    let mut p = P::new(spec)?;
    let mut warm = Acc {
        mode: Mode::Warm,
        cost: Default::default(),
    };
    let (mut c, mut s, _) = handshake(&mut p, spec, &mut warm)?;
    let (ci, _) = check::<P>(&mut c, &mut s, spec, false, true)?;
    let msg: Vec<u8> = (0..size).map(|i| i as u8).collect();
    let mut buf = vec![0u8; size.max(16384)];
    let total = size * batch;
    let mut wire = 0;
    // the time stamp counter moves in steps of some 10 ns here, so small trips are averaged in groups
    let group = if size < 1000 { 64 } else { 1 };
    let mut trip = |acc: &mut Acc| {
        acc.run(CLIENT, || {
            for _ in 0..batch {
                c.send(&msg);
            }
        });
        wire = carry(&mut c.io().tx, &mut s.io().rx);
        let mut got = 0;
        acc.run(SERVER, || {
            while got < total {
                let n = s.recv(&mut buf, &mut |m| {
                    std::hint::black_box(m[m.len() - 1]);
                });
                assert!(n > 0, "short: {got} of {total}");
                got += n;
            }
        });
        assert_eq!(got, total);
    };
    for _ in 0..20 {
        trip(&mut warm);
    }
    let mut acc = Acc {
        mode: a.mode,
        cost: Default::default(),
    };
    if a.mode == Mode::Steps {
        let n = a.n.unwrap_or(if size > 1000 { 1 } else { 20 });
        if a.profile.is_some() {
            step::profile_start();
        }
        step::reset();
        for _ in 0..n {
            trip(&mut acc);
        }
        let k = step::counts();
        if let Some(f) = &a.profile {
            step::profile_write(f);
        }
        let m = (n * batch) as u64;
        return Ok(format!(
            "\"n\":{m},\"client_instr\":{},\"server_instr\":{},\"suite\":\"{}\"",
            k[0] / m,
            k[1] / m,
            ci.suite
        ));
    }
    let t = Instant::now();
    if a.mode == Mode::Time {
        while t.elapsed().as_millis() < (a.ms / 5) as u128 {
            for _ in 0..8 {
                trip(&mut warm);
            }
        }
    }
    let (mut cn, mut sn, mut tn) = (vec![], vec![], vec![]);
    let start = Instant::now();
    let mut n = 0usize;
    loop {
        match a.n {
            Some(k) if n >= k => break,
            None if n % 64 == 0 && start.elapsed().as_millis() >= a.ms as u128 => break,
            _ => {}
        }
        let b = acc.cost;
        for _ in 0..group {
            trip(&mut acc);
        }
        if a.mode == Mode::Time {
            let (dc, ds) = (
                acc.cost[0].ticks - b[0].ticks,
                acc.cost[1].ticks - b[1].ticks,
            );
            cn.push(dc);
            sn.push(ds);
            tn.push(dc + ds);
        }
        n += 1;
    }
    let m = (n * batch * group) as f64;
    let k = clock::ns_per_tick();
    let per = |x: u64| x as f64 * k / (batch * group) as f64;
    Ok(format!(
        "\"n\":{},\"size\":{size},\"client_ns\":{:.1},\"server_ns\":{:.1},\"total_ns\":{:.1},\"client_mean_ns\":{:.1},\"server_mean_ns\":{:.1},\"client_allocs\":{:.2},\"server_allocs\":{:.2},\"client_alloc_bytes\":{:.0},\"server_alloc_bytes\":{:.0},\"wire_per_msg\":{:.1},\"suite\":\"{}\",\"version\":\"{}\"",
        n * batch * group,
        per(median(&mut cn)),
        per(median(&mut sn)),
        per(median(&mut tn)),
        acc.cost[0].ticks as f64 * k / m,
        acc.cost[1].ticks as f64 * k / m,
        acc.cost[0].allocs as f64 / m,
        acc.cost[1].allocs as f64 / m,
        acc.cost[0].bytes as f64 / m,
        acc.cost[1].bytes as f64 / m,
        wire as f64 / batch as f64,
        ci.suite,
        ci.version,
    ))
}

enum Kept<P: Peer> {
    C(P::Client),
    S(P::Server),
}

/// N established idle connections of one side; the other side is dropped as soon as it has shaken
/// hands, so its memory is used again by the next one.
fn memory<P: Peer>(a: &Args, spec: &Spec, side: usize) -> Result<String, String> {
    let n = a.n.unwrap_or(2000);
    let mut p = P::new(spec)?;
    let mut acc = Acc {
        mode: Mode::Warm,
        cost: Default::default(),
    };
    let mut keep: Vec<Kept<P>> = Vec::with_capacity(n);
    // everything that is allocated once, and the memory of one connection in flight
    for _ in 0..50 {
        handshake(&mut p, spec, &mut acc)?;
    }
    let (h0, r0) = (heap::in_use(), heap::rss());
    for _ in 0..n {
        let (mut c, mut s, _) = handshake(&mut p, spec, &mut acc)?;
        c.io().rx.free();
        c.io().tx.free();
        s.io().rx.free();
        s.io().tx.free();
        keep.push(if side == SERVER {
            Kept::S(s)
        } else {
            Kept::C(c)
        });
    }
    let (h1, r1) = (heap::in_use(), heap::rss());
    // one message each way of use: what a connection holds after it has carried data
    for k in keep.iter_mut() {
        match k {
            Kept::C(c) => c.release(),
            Kept::S(s) => s.release(),
        }
    }
    let (h2, r2) = (heap::in_use(), heap::rss());
    let per = |x: u64, y: u64| (y as f64 - x as f64) / n as f64;
    let out = format!(
        "\"n\":{n},\"heap_bytes\":{:.0},\"rss_bytes\":{:.0},\"heap_bytes_released\":{:.0},\"rss_bytes_released\":{:.0}",
        per(h0, h1),
        per(r0, r1),
        per(h0, h2),
        per(r0, r2)
    );
    drop(keep);
    Ok(out)
}

/// Verification must really be on.
fn selftest<P: Peer>(spec: &Spec) -> Result<String, String> {
    let mut acc = Acc {
        mode: Mode::Warm,
        cost: Default::default(),
    };
    let mut out = String::new();
    for version in [Version::Tls13, Version::Tls12] {
        let base = Spec {
            version,
            ..spec.clone()
        };
        let mut p = match P::new(&base) {
            // a version that a peer does not speak has nothing to verify; the first one is spoken by all
            Err(e) if version == Version::Tls12 && e.starts_with("unsupported") => continue,
            p => p?,
        };
        let (mut c, mut s, _) = handshake(&mut p, &base, &mut acc)?;
        check::<P>(&mut c, &mut s, &base, false, false)?;
        for (what, sp) in [
            (
                "wrong_ca",
                Spec {
                    wrong_ca: true,
                    ..base.clone()
                },
            ),
            (
                "wrong_name",
                Spec {
                    wrong_name: true,
                    ..base.clone()
                },
            ),
        ] {
            let mut p = P::new(&sp)?;
            match handshake(&mut p, &sp, &mut acc) {
                Ok(_) => return Err(format!("{version:?}: handshake with {what} was accepted")),
                Err(e) => {
                    out += &format!(
                        "\"{version:?} {what}\":\"{}\",",
                        e.replace(['"', '\n', '\\'], "'")
                    )
                }
            }
        }
    }
    out.pop();
    Ok(out)
}
