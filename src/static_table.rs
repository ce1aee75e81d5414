//! Tables that are made when they are first used.

use std::ops::Deref;

use once_cell::race::OnceBox;

/// A table of a program, made when it is first used, in place of a `LazyLock`.
///
/// Nobody ever waits for it. Threads that use it first at the same time all make it, and one of the results stays. So a process that is
/// forked while a thread makes the table can make it again: a lock that this thread held would be held for ever in the child.
#[derive(Debug)]
pub(crate) struct StaticTable<T> {
    table: OnceBox<T>,
    make: fn() -> T,
}

impl<T> StaticTable<T> {
    /// A table that `make` makes, which gives the same whenever it is called.
    pub(crate) const fn new(make: fn() -> T) -> Self {
        Self { table: OnceBox::new(), make }
    }
}

impl<T> Deref for StaticTable<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.table.get_or_init(|| Box::new((self.make)()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Condvar, Mutex};

    use super::*;

    /// Whether a thread makes the table, and whether another has used it.
    static STATE: Mutex<(bool, bool)> = Mutex::new((false, false));
    static CHANGED: Condvar = Condvar::new();
    static IS_FIRST: AtomicBool = AtomicBool::new(true);

    static TABLE: StaticTable<Vec<u32>> = StaticTable::new(|| {
        if IS_FIRST.swap(false, Ordering::SeqCst) {
            let mut state = STATE.lock().unwrap();
            state.0 = true;
            CHANGED.notify_all();
            drop(CHANGED.wait_while(state, |(_, is_used)| !*is_used).unwrap());
        }
        vec![7, 8]
    });

    /// The first thread does not end before the second has the table: with a lock both would wait for ever, as a forked child does.
    #[test]
    fn nobody_waits_for_whoever_makes_it() {
        let slow = std::thread::spawn(|| TABLE.as_ptr() as usize);
        drop(CHANGED.wait_while(STATE.lock().unwrap(), |(is_made, _)| !*is_made).unwrap());

        let used = &*TABLE;
        STATE.lock().unwrap().1 = true;
        CHANGED.notify_all();
        assert_eq!(used, &[7, 8]);
        assert_eq!(slow.join().unwrap(), TABLE.as_ptr() as usize, "all have the same table");
    }
}
