//! Open connections, and which of them can be closed for a new one.
//!
//! A connection either waits for its client (to send a request or to take an answer) or is worked for by the index. If all
//! places are taken, a new connection replaces the one that has waited longest for its client. So clients that only hold
//! connections open cannot block others. If no connection waits, the new one is refused.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// The connections that wait for their clients, in the order in which they began to wait.
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

    /// Tells the connection that has waited longest to end. Returns whether there was one.
    pub(super) fn evict(&self) -> bool {
        let first = self.queue(|queue| queue.connections.pop_first());
        first.is_some_and(|(_, connection)| {
            connection.notify_one();
            true
        })
    }
}

/// A connection. Dropping it removes it from the waiting ones.
#[derive(Debug)]
pub(super) struct Connection {
    waiting: Arc<WaitingClients>,
    end: Arc<Notify>,
    place: Mutex<Option<u64>>,
}

impl Connection {
    /// Makes a connection that waits for its first request.
    pub(super) fn new(waiting: Arc<WaitingClients>) -> Self {
        let connection = Self { waiting, end: Arc::default(), place: Mutex::default() };
        connection.waits();
        connection
    }

    /// Marks the connection as waiting for its client, from now on.
    pub(super) fn waits(&self) {
        self.set(true);
    }

    /// Marks the connection as worked for by the index.
    pub(super) fn works(&self) {
        self.set(false);
    }

    fn set(&self, waits: bool) {
        // Locks are always taken in this order: the connection, then the queue.
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

    /// Completes when another connection needs the place.
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
    fn the_longest_waiting_connection_is_evicted_first_and_one_that_is_worked_for_stays() {
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
