//! Giving memory back to the system.
//!
//! glibc keeps what was freed in the middle of its heaps: after half a million series had gone into a segment, the
//! process held 162 MB, and 81 MB when large blocks were made to come from the system and go back to it. Other
//! allocators give back by themselves.

/// Gives freed memory back to the system, where the allocator does not do so by itself. It walks all
/// heaps: for the time after much was freed at once.
pub fn release_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        #[expect(unsafe_code, reason = "the C library's own function has no other door")]
        // SAFETY: the declaration is that of glibc's <malloc.h>. The function takes any number, locks what it
        // touches, and changes no memory that is in use.
        unsafe extern "C" {
            safe fn malloc_trim(pad: usize) -> std::ffi::c_int;
        }
        malloc_trim(0);
    }
}
