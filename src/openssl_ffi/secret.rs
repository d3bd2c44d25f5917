//! Memory for secrets: OpenSSL's secure heap, and octets of ours that lie in it.
//!
//! The secure heap is one piece of memory between two pages that nobody may touch; the system is asked not to write it
//! to the swap space and not to put it into core dumps, and what is given back is wiped. OpenSSL keeps the private
//! numbers of keys there.

use std::alloc::{Layout, alloc, dealloc};
use std::ffi::{c_char, c_int, c_void};
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use openssl::error::ErrorStack;

unsafe extern "C" {
    fn CRYPTO_secure_malloc_init(size: usize, least: usize) -> c_int;
    fn CRYPTO_secure_malloc_initialized() -> c_int;
    fn CRYPTO_secure_used() -> usize;
    fn CRYPTO_secure_zalloc(count: usize, file: *const c_char, line: c_int) -> *mut c_void;
    fn CRYPTO_secure_clear_free(start: *mut c_void, count: usize, file: *const c_char, line: c_int);
    fn CRYPTO_zalloc(count: usize, file: *const c_char, line: c_int) -> *mut c_void;
    fn CRYPTO_set_mem_functions(give: Give, change: Change, take: Take) -> c_int;
    fn OPENSSL_cleanse(start: *mut c_void, count: usize);
}

type Give = unsafe extern "C" fn(usize, *const c_char, c_int) -> *mut c_void;
type Change = unsafe extern "C" fn(*mut c_void, usize, *const c_char, c_int) -> *mut c_void;
type Take = unsafe extern "C" fn(*mut c_void, *const c_char, c_int);

/// Octets of the smallest piece; OpenSSL takes a power of two.
const LEAST: usize = 32;

/// What became of the secure heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecureHeap {
    /// It is there, and the system keeps it in memory and out of core dumps.
    Locked,
    /// It is there and wiped, but the system did not promise all of that; usually the limit on locked memory is too low.
    Unlocked,
    /// There is none: secrets lie in ordinary memory, and are wiped all the same.
    Absent,
}

/// Makes the secure heap of `2^exponent` octets, once for the whole process. Keys that are read before lie in ordinary
/// memory. A second call changes nothing and says [`SecureHeap::Unlocked`], since nothing is known then.
pub fn make_secure_heap(exponent: u32) -> SecureHeap {
    let Some(size) = 1_usize.checked_shl(exponent).filter(|size| *size > LEAST) else { return SecureHeap::Absent };
    // SAFETY: takes two numbers, both powers of two, the first above the second.
    let made = unsafe { CRYPTO_secure_malloc_init(size, LEAST) };
    // SAFETY: takes nothing and reads a flag.
    let there = unsafe { CRYPTO_secure_malloc_initialized() } == 1;
    drop(ErrorStack::get());
    match (made, there) {
        (1, _) => SecureHeap::Locked,
        (_, true) => SecureHeap::Unlocked,
        _ => SecureHeap::Absent,
    }
}

/// Octets of the secure heap that are in use; 0 where there is none.
#[must_use]
pub fn secure_heap_used() -> usize {
    // SAFETY: takes nothing and reads a number, which is 0 before there is a heap.
    unsafe { CRYPTO_secure_used() }
}

/// From now on whatever OpenSSL gives back is wiped first: while it reads and writes keys it leaves decrypted copies of
/// them in ordinary memory. `false` where OpenSSL has memory already, and nothing is changed then.
pub fn wipe_what_openssl_gives_back() -> bool {
    // SAFETY: the three functions belong together, and OpenSSL refuses them once it has memory of other functions.
    unsafe { CRYPTO_set_mem_functions(give, change, take) == 1 }
}

/// Octets before each piece, which hold its size; as many as any object has to be aligned to.
const SIZE_AT: usize = 16;

fn layout(count: usize) -> Option<Layout> {
    Layout::from_size_align(count.checked_add(SIZE_AT)?, SIZE_AT).ok()
}

unsafe extern "C" fn give(count: usize, _: *const c_char, _: c_int) -> *mut c_void {
    let Some(layout) = layout(count).filter(|_| count > 0) else { return std::ptr::null_mut() };
    // SAFETY: the layout is not empty.
    let start = unsafe { alloc(layout) };
    if start.is_null() {
        return start.cast();
    }
    // SAFETY: there are `SIZE_AT` octets, aligned for a number, before the `count` that are handed out.
    unsafe {
        start.cast::<usize>().write(count);
        start.add(SIZE_AT).cast()
    }
}

unsafe extern "C" fn take(piece: *mut c_void, _: *const c_char, _: c_int) {
    if piece.is_null() {
        return;
    }
    // SAFETY: the piece came from `give`, which put its size before it, and nobody uses it any more.
    unsafe {
        let start = piece.cast::<u8>().sub(SIZE_AT);
        let count = start.cast::<usize>().read();
        OPENSSL_cleanse(piece, count);
        if let Some(layout) = layout(count) {
            dealloc(start, layout);
        }
    }
}

unsafe extern "C" fn change(piece: *mut c_void, count: usize, file: *const c_char, line: c_int) -> *mut c_void {
    // SAFETY: as for `give` and `take`; both pieces have at least as many octets as are copied, and do not overlap.
    unsafe {
        if piece.is_null() || count == 0 {
            take(piece, file, line);
            return give(count, file, line);
        }
        let before = piece.cast::<u8>().sub(SIZE_AT).cast::<usize>().read();
        let larger = give(count, file, line);
        if !larger.is_null() {
            std::ptr::copy_nonoverlapping(piece.cast::<u8>(), larger.cast::<u8>(), before.min(count));
            take(piece, file, line);
        }
        larger
    }
}

/// A fixed number of octets in the secure heap, or in ordinary memory where that is absent or full. They never move and
/// are wiped when they are dropped.
pub struct SecretOctets {
    start: NonNull<u8>,
    count: usize,
}

// SAFETY: the octets have one owner, and nothing about them belongs to a thread.
unsafe impl Send for SecretOctets {}
// SAFETY: shared access only reads.
unsafe impl Sync for SecretOctets {}

impl SecretOctets {
    /// That many octets, all zero. Where the system has no memory left the program ends, as it does for a `Vec`.
    #[must_use]
    pub fn zeroed(count: usize) -> Self {
        // OpenSSL gives nothing for nothing.
        let taken = count.max(1);
        // SAFETY: `taken` is above 0; file and line may be absent.
        let mut start = unsafe { CRYPTO_secure_zalloc(taken, std::ptr::null(), 0) };
        if start.is_null() {
            drop(ErrorStack::get());
            // SAFETY: as above.
            start = unsafe { CRYPTO_zalloc(taken, std::ptr::null(), 0) };
        }
        let Some(start) = NonNull::new(start.cast::<u8>()) else {
            let layout = Layout::array::<u8>(taken).unwrap_or(Layout::new::<u8>());
            std::alloc::handle_alloc_error(layout);
        };
        Self { start, count }
    }
}

impl Deref for SecretOctets {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: `zeroed` took at least `count` octets at `start` and set them; they live as long as `self`.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.count) }
    }
}

impl DerefMut for SecretOctets {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as for `deref`, and `self` is borrowed alone.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.count) }
    }
}

impl Drop for SecretOctets {
    fn drop(&mut self) {
        // SAFETY: `start` came from OpenSSL with that many octets and is given back once; the function tells the secure
        // heap from ordinary memory and wipes both.
        unsafe { CRYPTO_secure_clear_free(self.start.as_ptr().cast(), self.count.max(1), std::ptr::null(), 0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_are_zero_at_first_and_keep_what_is_written() {
        let mut octets = SecretOctets::zeroed(1_000);
        assert!(octets.iter().all(|octet| *octet == 0) && octets.len() == 1_000);
        octets.fill(7);
        assert!(octets.iter().all(|octet| *octet == 7));
        assert!(SecretOctets::zeroed(0).is_empty());
    }

    #[test]
    fn pieces_grow_and_shrink_with_what_is_in_them_and_nothing_is_a_piece_of_its_own() {
        let nowhere = std::ptr::null();
        // SAFETY: each piece is used as long as it is ours, within its size.
        unsafe {
            assert!(give(0, nowhere, 0).is_null());
            let piece = change(std::ptr::null_mut(), 3, nowhere, 0).cast::<u8>();
            piece.copy_from_nonoverlapping(b"abc".as_ptr(), 3);
            let piece = change(piece.cast(), 40_000, nowhere, 0).cast::<u8>();
            assert_eq!(std::slice::from_raw_parts(piece, 3), b"abc");
            let piece = change(piece.cast(), 2, nowhere, 0).cast::<u8>();
            assert_eq!((piece.addr() % SIZE_AT, std::slice::from_raw_parts(piece, 2)), (0, b"ab".as_slice()));
            assert!(change(piece.cast(), 0, nowhere, 0).is_null());
            take(std::ptr::null_mut(), nowhere, 0);
        }
    }
}
