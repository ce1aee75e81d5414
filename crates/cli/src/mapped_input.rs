//! What happens if a file becomes shorter while it is read.
//!
//! Plain files are mapped into memory. If another program cuts one off, the system sends the signal for a bus error as soon as
//! the missing part is read, and by itself that ends the process without a word.

/// From now on such a file ends the process with a message and exit code 2. Outputs are not renamed to their names before they
/// are whole, so none of them looks complete.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "functions of C")]
pub(super) fn tell_of_shrinking_files() {
    /// `SIGBUS` of Linux on the processors that Rust's first and second tier name, but MIPS and SPARC.
    const BUS_ERROR: i32 = 7;

    // SAFETY: the declarations are those of `signal.h` and `unistd.h`. `write` gets a pointer to as many bytes as it is told;
    // the handler calls only functions that a handler may call, and returns to nobody.
    unsafe extern "C" {
        fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
        fn write(file: i32, bytes: *const u8, count: usize) -> isize;
        fn _exit(code: i32) -> !;
    }

    extern "C" fn tell(_: i32) {
        const MESSAGE: &[u8] =
            b"\nerror: an input file became shorter while it was read; run again while no other program changes \
            the input\n";
        // SAFETY: as above.
        unsafe {
            write(2, MESSAGE.as_ptr(), MESSAGE.len());
            _exit(2);
        }
    }

    // SAFETY: as above.
    unsafe {
        signal(BUS_ERROR, tell);
    }
}

/// Elsewhere the system decides.
#[cfg(not(target_os = "linux"))]
pub(super) fn tell_of_shrinking_files() {}
