//! One node runs the subscribers. When it is killed or hangs, another node takes over.

use std::time::{Duration, Instant};

use adapters::jwt::JwtKeys;
use adapters::system::SystemClock;
use commands::ports::Clock as _;
use tests::world::World;

use crate::support::{Server, all_read};

const ROUNDS: usize = 4;

/// Two programs on one database; the first began, so it runs the subscribers.
struct Pair {
    first: Server,
    second: Server,
    world: World,
}

impl Pair {
    async fn start() -> Self {
        let keys = JwtKeys::generate().unwrap();
        let first = Server::start(&keys).await;
        let second = Server::beside(&first, &keys).await;
        let world = World::new(first.pool().await, SystemClock.now()).await;
        let world = world.unwrap();
        all_read(&first.client).await;
        Self {
            first,
            second,
            world,
        }
    }

    /// Appends an event and waits until a program has read it. Returns the time it took.
    async fn reads_on(&self, who: &Server) -> Duration {
        self.world.patient().await.unwrap();
        let since = Instant::now();
        all_read(&who.client).await;
        since.elapsed()
    }
}

/// The process is suspended with its connections open, so that no other process notices its end.
#[tokio::test]
async fn the_subscribers_of_a_hanging_node_are_taken_over_and_handed_back() {
    let mut pair = Pair::start().await;
    for round in 0..ROUNDS {
        // The node that took over last runs them now.
        let (hanging, other) = if round % 2 == 0 {
            (&pair.first, &pair.second)
        } else {
            (&pair.second, &pair.first)
        };
        hanging.pause();
        let took = pair.reads_on(other).await;
        println!("round {round}: taken over from a hanging node after {took:?}");
        hanging.resume();
        // It resumes with a stale lease. No event is applied twice or lost.
        pair.reads_on(hanging).await;
        all_read(&other.client).await;
    }
    let taken = "select count(*) from patient_cards";
    let pool = pair.world.store().pool();
    let cards: i64 = sqlx::query_scalar(taken).fetch_one(pool).await.unwrap();
    assert_eq!(cards, 2 * i64::try_from(ROUNDS).unwrap());
    pair.second.stop().await;
    pair.first.stop().await;
}

#[tokio::test]
async fn the_subscribers_of_a_killed_node_are_taken_over() {
    let mut pair = Pair::start().await;
    pair.first.kill();
    let took = pair.reads_on(&pair.second).await;
    println!("taken over from a killed node after {took:?}");
    // The database outlives the program that ran it.
    pair.first.restart().await;
    all_read(&pair.first.client).await;
    pair.second.stop().await;
    pair.first.stop().await;
}
