//! The handler of SIGBUS.
//!
//! What it calls is safe in a signal handler: atomics, `mmap`, `sigaction`. It runs on the thread that faulted, in the
//! middle of that thread's read.

use std::io;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::table::{Found, TABLE};

/// What had the signal before us.
static FORMER: OnceLock<libc::sigaction> = OnceLock::new();

/// Known before the handler is there: asking for it is not safe inside.
static PAGE_BYTES: AtomicUsize = AtomicUsize::new(0);

/// Installs the handler, once in the life of the process.
pub(super) fn install() -> io::Result<()> {
    if FORMER.get().is_some() {
        return Ok(());
    }
    static INSTALLING: parking_lot::Mutex<()> = parking_lot::Mutex::new(());
    let _installing = INSTALLING.lock();
    if FORMER.get().is_none() {
        PAGE_BYTES.store(rustix::param::page_size(), Ordering::SeqCst);
        // The former action is remembered before ours is in place: a fault may come right after.
        let _ = FORMER.set(action(None)?);
        action(Some(&ours()))?;
    }
    Ok(())
}

/// Our action: with the facts of the fault, and on the alternative stack where a thread has one, as the standard
/// library's handler of stack overflows needs it when we pass a fault on.
fn ours() -> libc::sigaction {
    let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) = on_fault;
    #[expect(unsafe_code, reason = "an action is a C structure that is filled from zeros")]
    // SAFETY: all fields are integers, a set of signals or an optional function; zeros are a value of each.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler as *const () as libc::sighandler_t;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    action
}

/// Sets the action of SIGBUS if there is a new one, and gives the one before.
fn action(new: Option<&libc::sigaction>) -> io::Result<libc::sigaction> {
    #[expect(unsafe_code, reason = "the system's interface to signals is C")]
    // SAFETY: `new` is a whole action or null, `former` has room for one, and the handler that we set calls only what
    // is safe in a signal handler.
    let (outcome, former) = unsafe {
        let mut former: libc::sigaction = std::mem::zeroed();
        let new = new.map_or(ptr::null(), ptr::from_ref);
        (libc::sigaction(libc::SIGBUS, new, &raw mut former), former)
    };
    if outcome == 0 { Ok(former) } else { Err(io::Error::last_os_error()) }
}

/// Runs on the thread that faulted.
extern "C" fn on_fault(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    #[expect(unsafe_code, reason = "the facts of a fault come by a C pointer")]
    // SAFETY: the system hands the handler of an action with SA_SIGINFO a valid `info`, whose address is set for
    // every SIGBUS of its own making (a positive code); sent ones we do not look into.
    let address = unsafe { if (*info).si_code > 0 { Some((*info).si_addr() as usize) } else { None } };
    let found = address.and_then(|address| Some((TABLE.find(address)?, address)));
    let is_mended = found.is_some_and(|(found, address)| put_zeros(found, address));
    if !is_mended {
        pass_on(signal, info, context);
    }
}

/// Maps zeros from the page of `address` to the end of the mapping, so that the read that faulted goes on.
fn put_zeros(found: Found, address: usize) -> bool {
    let page_bytes = PAGE_BYTES.load(Ordering::SeqCst);
    let from = address - address % page_bytes;
    let len = (found.start + found.len).next_multiple_of(page_bytes) - from;
    TABLE.break_from(found, from - found.start);
    #[expect(unsafe_code, reason = "only the system can put pages at an address")]
    // SAFETY: the pages belong to a mapping of ours that stays as long as its reader, which is the thread that is in
    // here: nothing else can lie there. It is read-only, so nobody's bytes are overwritten; its file is not touched.
    // The thread's errno is as before, because the code that faulted may be about to read it.
    unsafe {
        let errno = *libc::__errno_location();
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
        let mapped = libc::mmap(from as *mut libc::c_void, len, libc::PROT_READ, flags, -1, 0);
        *libc::__errno_location() = errno;
        mapped != libc::MAP_FAILED
    }
}

/// A fault that is not ours goes to the former handler. If there was none, the default comes back: the instruction
/// faults again on return, and the process ends as it would have without us.
fn pass_on(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let Some(former) = FORMER.get() else { return };
    let function = former.sa_sigaction;
    #[expect(unsafe_code, reason = "a former handler is known by its address only")]
    // SAFETY: the address was given to sigaction as a handler of the kind that its flags say, and its owner expects to
    // be called with these arguments. `former` is a whole action that the system gave us.
    unsafe {
        if function == libc::SIG_DFL || function == libc::SIG_IGN {
            libc::sigaction(signal, former, ptr::null_mut());
            // A signal that was sent does not come again by itself.
            if (*info).si_code <= 0 {
                libc::raise(signal);
            }
        } else if former.sa_flags & libc::SA_SIGINFO != 0 {
            let function: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) =
                std::mem::transmute(function);
            function(signal, info, context);
        } else {
            let function: extern "C" fn(libc::c_int) = std::mem::transmute(function);
            function(signal);
        }
    }
}
