//! Exact instruction counts on the real CPU, without performance counters: the x86 trap flag is set
//! while a side runs, so that every user-space instruction raises SIGTRAP, and the handler counts.
//! Unlike callgrind (whose CPU has no AVX-512, VAES, ADX or SHA-NI) it counts the very code paths
//! that the timings run. A `rep` string instruction counts once; a system call counts as one.
use std::collections::HashMap;

static mut COUNTS: [u64; 2] = [0; 2];
static mut SIDE: usize = 0;
static mut LAST: u64 = 0;
static mut HIST: *mut u32 = std::ptr::null_mut();
static mut LO: u64 = 0;
static mut HI: u64 = 0;
static mut OTHER: [(u64, u64, u64); 64] = [(0, 0, 0); 64];
static mut N_OTHER: usize = 0;

extern "C" fn on_trap(_: libc::c_int, _: *mut libc::siginfo_t, ctx: *mut libc::c_void) {
    unsafe {
        let uc = &*(ctx as *const libc::ucontext_t);
        let rip = uc.uc_mcontext.gregs[libc::REG_RIP as usize] as u64;
        if rip == LAST {
            return; // next turn of a rep instruction
        }
        LAST = rip;
        COUNTS[SIDE] += 1;
        if !HIST.is_null() {
            if rip >= LO && rip < HI {
                *HIST.add((rip - LO) as usize) += 1;
            } else {
                for i in 0..N_OTHER {
                    let o = &mut *(&raw mut OTHER[i]);
                    if rip >= o.0 && rip < o.1 {
                        o.2 += 1;
                        break;
                    }
                }
            }
        }
    }
}

fn install() {
    use std::sync::Once;
    static ONCE: Once = Once::new();
    ONCE.call_once(|| unsafe {
        let size = 256 * 1024;
        let sp = libc::mmap(
            std::ptr::null_mut(),
            size,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        );
        let st = libc::stack_t {
            ss_sp: sp,
            ss_flags: 0,
            ss_size: size,
        };
        assert_eq!(libc::sigaltstack(&st, std::ptr::null_mut()), 0);
        let mut sa: libc::sigaction = std::mem::zeroed();
        sa.sa_sigaction = on_trap as *const () as usize;
        sa.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        assert_eq!(libc::sigaction(libc::SIGTRAP, &sa, std::ptr::null_mut()), 0);
    });
}

/// Runs `f` with the trap flag set and adds its instructions to `side`.
#[inline(never)]
pub fn counted(side: usize, f: &mut dyn FnMut()) {
    install();
    unsafe {
        SIDE = side;
        LAST = 0;
        std::arch::asm!("pushfq", "or qword ptr [rsp], 0x100", "popfq");
    }
    f();
    unsafe {
        std::arch::asm!("pushfq", "and qword ptr [rsp], -257", "popfq");
    }
}

pub fn reset() {
    unsafe { COUNTS = [0; 2] }
}

pub fn counts() -> [u64; 2] {
    unsafe { COUNTS }
}

struct Map {
    lo: u64,
    hi: u64,
    off: u64,
    name: String,
}

fn maps() -> Vec<Map> {
    let s = std::fs::read_to_string("/proc/self/maps").unwrap();
    let mut out = Vec::new();
    for l in s.lines() {
        let f: Vec<&str> = l.split_whitespace().collect();
        let (a, b) = f[0].split_once('-').unwrap();
        out.push(Map {
            lo: u64::from_str_radix(a, 16).unwrap(),
            hi: u64::from_str_radix(b, 16).unwrap(),
            off: u64::from_str_radix(f[2], 16).unwrap(),
            name: if f[1].contains('x') {
                f.get(5).unwrap_or(&"anon").to_string()
            } else {
                String::new()
            },
        });
    }
    out
}

/// Starts a histogram of instruction addresses (the executable by address, libraries as a whole).
pub fn profile_start() {
    unsafe {
        let exe = std::fs::read_link("/proc/self/exe")
            .unwrap()
            .to_string_lossy()
            .into_owned();
        for m in maps() {
            if m.name == exe {
                LO = m.lo;
                HI = m.hi;
            } else if !m.name.is_empty() && N_OTHER < 64 {
                OTHER[N_OTHER] = (m.lo, m.hi, 0);
                N_OTHER += 1;
            }
        }
        let p = libc::mmap(
            std::ptr::null_mut(),
            ((HI - LO) * 4) as usize,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        );
        HIST = p as *mut u32;
    }
}

/// Writes "object offset count" lines, and, for the executable, offsets as `nm` shows them.
pub fn profile_write(path: &str) {
    unsafe {
        let hist = HIST;
        HIST = std::ptr::null_mut();
        let ms = maps();
        let m = ms.iter().find(|m| m.lo == LO).unwrap();
        // the first map of the executable is its load base (PIE)
        let base = ms.iter().map(|m| m.lo).next().unwrap();
        let _ = m.off;
        let mut s = String::new();
        for i in 0..(HI - LO) {
            let c = *hist.add(i as usize);
            if c > 0 {
                s += &format!("exe {:x} {}\n", LO + i - base, c);
            }
        }
        let mut by: HashMap<String, u64> = HashMap::new();
        for i in 0..N_OTHER {
            let o = OTHER[i];
            if o.2 > 0 {
                let name = ms
                    .iter()
                    .find(|m| m.lo == o.0)
                    .map(|m| m.name.rsplit('/').next().unwrap().to_string())
                    .unwrap_or_default();
                *by.entry(name).or_default() += o.2;
            }
        }
        for (n, c) in by {
            s += &format!("lib {n} {c}\n");
        }
        std::fs::write(path, s).unwrap();
    }
}
