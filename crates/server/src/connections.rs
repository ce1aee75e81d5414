//! Open connections: so many and no more.
//!
//! A connection waits for its client (for a request, for the rest of one, or until an answer is taken), or the index works for it.
//! When all places are taken, the one that has waited longest for its client gives its place to the newcomer; so clients
//! that only hold connections, however many, keep nobody out. Where none waits, the newcomer is refused.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// The connections that wait for their clients, those that wait longest first.
#[derive(Debug, Default)]
pub(super) struct WaitingClients(Mutex<WaitingQueue>);

#[derive(Debug, Default)]
struct WaitingQueue {
    next: u64,
    connections: BTreeMap<u64, Arc<Notify>>,
}

impl WaitingClients {
    fn queue<T>(&self, change: impl FnOnce(&mut WaitingQueue) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells the connection that has waited longest to end; whether there was one.
    pub(super) fn evict(&self) -> bool {
        let first = self.queue(|queue| queue.connections.pop_first());
        first.is_some_and(|(_, connection)| {
            connection.notify_one();
            true
        })
    }
}

/// One connection. Its end takes it off the list.
#[derive(Debug)]
pub(super) struct Connection {
    waiting: Arc<WaitingClients>,
    end: Arc<Notify>,
    place: Mutex<Option<u64>>,
}

impl Connection {
    /// A connection that waits for its first request.
    pub(super) fn new(waiting: Arc<WaitingClients>) -> Self {
        let connection = Self { waiting, end: Arc::default(), place: Mutex::default() };
        connection.waits();
        connection
    }

    /// From now on it waits for its client.
    pub(super) fn waits(&self) {
        self.set(true);
    }

    /// From now on the index works for it.
    pub(super) fn works(&self) {
        self.set(false);
    }

    fn set(&self, waits: bool) {
        let mut place = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        self.waiting.queue(|queue| {
            if let Some(place) = place.take() {
                queue.connections.remove(&place);
            }
            if waits {
                queue.connections.insert(queue.next, Arc::clone(&self.end));
                *place = Some(queue.next);
                queue.next += 1;
            }
        });
    }

    /// Ends when another connection needs the place.
    pub(super) async fn evicted(&self) {
        self.end.notified().await;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.set(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_longest_goes_first_and_who_is_worked_for_stays() {
        let waiting = Arc::new(WaitingClients::default());
        let [first, second, third] = std::array::from_fn(|_| Connection::new(Arc::clone(&waiting)));
        first.works();
        second.waits();
        let next = || waiting.queue(|queue| queue.connections.values().next().map(Arc::clone));
        assert!(Arc::ptr_eq(&next().unwrap(), &third.end), "the second took a step after it");
        drop(third);
        assert!(Arc::ptr_eq(&next().unwrap(), &second.end));
        assert!(waiting.evict());
        assert!(!waiting.evict(), "the first is worked for");
        first.waits();
        assert!(waiting.evict());
    }
}
