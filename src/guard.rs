//! What the whole process does for the secrets in it, once and before the first of them is read.
//!
//! Core dumps are off for the whole life of the process, and not only while keys are open: what was wiped may have been
//! copied where nobody knows of it. Private numbers of keys and passphrases lie in OpenSSL's secure heap
//! ([`crate::openssl_ffi::SecretOctets`]), which the system is asked not to write to the swap space; what OpenSSL keeps
//! elsewhere for a moment is wiped as it is given back.

use crate::openssl_ffi::{SecureHeap, make_secure_heap, wipe_what_openssl_gives_back};

/// Exponents of 2: the size of the secure heap in octets. A key of RSA 2048 takes 2 KiB of it.
const MOST: u32 = 24;
/// Below that, keys could be too many for it, and room is worth more than the promise of the system.
#[cfg(unix)]
const LEAST: u32 = 21;

/// What the process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// A command: nobody but the administrator may look into it, nor read its environment.
    Command,
    /// The window. The desktop's services find out by looking at the process whom they talk to, and refuse file dialogs to
    /// one that they cannot look at: it stays open to the same user's other programs.
    Window,
}

/// What could be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guarded {
    /// Whether the system promised not to write a core dump.
    pub no_core_dump: bool,
    /// Whether OpenSSL's other memory is wiped as it is given back.
    pub wiped: bool,
    /// What became of the memory for secrets.
    pub heap: SecureHeap,
}

/// Guards the process, which has to be the first thing that it does; what the system refuses is left as it is and told by the result.
#[must_use]
pub fn guard(process: Process) -> Guarded {
    // Before OpenSSL has any memory, which the heap is the first of.
    let wiped = wipe_what_openssl_gives_back();
    Guarded { no_core_dump: system::refuse_core_dump(process), wiped, heap: make_secure_heap(system::heap_exponent()) }
}

#[cfg(unix)]
mod system {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    use super::{LEAST, MOST, Process};

    /// Linux hands a core dump to a program, whatever the limit is, unless it is exactly one octet; a file of one octet is
    /// not written either.
    const ONE_OCTET: u64 = 1;

    pub(super) fn refuse_core_dump(process: Process) -> bool {
        let before = getrlimit(Resource::Core);
        let least = before.maximum.map_or(ONE_OCTET, |most| most.min(ONE_OCTET));
        let limited = setrlimit(Resource::Core, Rlimit { current: Some(least), maximum: before.maximum }).is_ok();
        let hidden = process == Process::Window || hide();
        limited && hidden
    }

    #[cfg(target_os = "linux")]
    fn hide() -> bool {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        set_dumpable_behavior(DumpableBehavior::NotDumpable).is_ok()
    }

    #[cfg(not(target_os = "linux"))]
    const fn hide() -> bool {
        true
    }

    // As large as the user may lock.
    pub(super) fn heap_exponent() -> u32 {
        let lockable = getrlimit(Resource::Memlock).current.and_then(u64::checked_ilog2).unwrap_or(MOST);
        if lockable < LEAST { MOST } else { lockable.min(MOST) }
    }
}

#[cfg(not(unix))]
mod system {
    use super::{MOST, Process};

    // Windows writes no dump into the working folder; its error reports are a setting of the system.
    pub(super) const fn refuse_core_dump(_: Process) -> bool {
        false
    }

    pub(super) const fn heap_exponent() -> u32 {
        MOST
    }
}
