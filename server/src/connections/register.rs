//! All connections, and which one makes room for another.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

use super::activity::Activity;

/// The connections that there are.
#[derive(Debug, Default)]
pub(super) struct Register(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    next: u64,
    connections: HashMap<u64, Connection>,
    by_client: HashMap<IpAddr, usize>,
}

#[derive(Debug)]
struct Connection {
    client: IpAddr,
    activity: Arc<Activity>,
    leave: CancellationToken,
}

/// A connection's place in the register, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    id: u64,
    activity: Arc<Activity>,
    leave: CancellationToken,
    register: Arc<Register>,
}

impl Register {
    /// Takes a connection in.
    pub(super) fn enter(self: &Arc<Self>, client: IpAddr, activity: Arc<Activity>) -> Place {
        let leave = CancellationToken::new();
        let mut held = self.held();
        let id = held.next;
        held.next += 1;
        let connection = Connection { client, activity: Arc::clone(&activity), leave: leave.clone() };
        held.connections.insert(id, connection);
        *held.by_client.entry(client).or_default() += 1;
        Place { id, activity, leave, register: Arc::clone(self) }
    }

    /// How many connections a client has.
    pub(super) fn count(&self, client: IpAddr) -> usize {
        self.held().by_client.get(&client).copied().unwrap_or_default()
    }

    /// Tells one connection to leave that waits for its client, this one or any: of the client with the most
    /// connections, the one that has waited longest. False when every connection is at work.
    pub(super) fn make_room(&self, of: Option<IpAddr>, now: Instant) -> bool {
        let mut held = self.held();
        let spare =
            held.connections.iter().filter(|(_, connection)| of.is_none_or(|of| of == connection.client));
        let spare = spare.filter_map(|(id, connection)| {
            let (second, since) = connection.activity.spare_since(now)?;
            let crowd = held.by_client.get(&connection.client).copied().unwrap_or_default();
            Some((std::cmp::Reverse(crowd), second, since, *id))
        });
        let Some((_, _, _, id)) = spare.min() else { return false };
        if let Some(connection) = held.remove(id) {
            connection.leave.cancel();
        }
        true
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn remove(&mut self, id: u64) -> Option<Connection> {
        let connection = self.connections.remove(&id)?;
        if let Some(count) = self.by_client.get_mut(&connection.client) {
            *count -= 1;
            if *count == 0 {
                self.by_client.remove(&connection.client);
            }
        }
        Some(connection)
    }
}

impl Place {
    /// What the connection is doing.
    pub(super) fn activity(&self) -> &Arc<Activity> {
        &self.activity
    }

    /// Waits until it has to make room.
    pub(super) fn told_to_leave(&self) -> WaitForCancellationFuture<'_> {
        self.leave.cancelled()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.register.held().remove(self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn enter(register: &Arc<Register>, client: &str, at: Instant) -> Place {
        register.enter(client.parse().unwrap(), Arc::new(Activity::new(at)))
    }

    fn left(place: &Place) -> bool {
        place.leave.is_cancelled()
    }

    #[test]
    fn the_client_with_the_most_connections_gives_up_its_oldest_waiting_one() {
        let register = Arc::new(Register::default());
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let lone = enter(&register, "10.0.0.1", start);
        let at_work = enter(&register, "10.0.0.2", start);
        at_work.activity().begin(false, start);
        let (older, newer) = (enter(&register, "10.0.0.2", at(1)), enter(&register, "10.0.0.2", at(2)));
        assert!(register.make_room(None, at(3)));
        assert!(left(&older) && !left(&newer) && !left(&lone) && !left(&at_work));
        let crowd = "10.0.0.2".parse().unwrap();
        assert_eq!(register.count(crowd), 2);
        drop(older);
        assert_eq!(register.count(crowd), 2, "it was counted out when it was told");
        drop((newer, at_work));
        assert_eq!(register.count(crowd), 0);
    }

    #[test]
    fn nobody_makes_room_where_everybody_is_at_work() {
        let register = Arc::new(Register::default());
        let start = Instant::now();
        let place = enter(&register, "10.0.0.1", start);
        place.activity().begin(false, start);
        assert!(!register.make_room(None, start));
        place.activity().end(start);
        assert!(!register.make_room(Some("10.0.0.2".parse().unwrap()), start), "another client's");
        assert!(register.make_room(Some("10.0.0.1".parse().unwrap()), start));
    }
}
