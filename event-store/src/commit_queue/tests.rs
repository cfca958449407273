//! The commit queue against an in-memory log, under random interleavings.

use std::collections::HashMap;
use std::sync::Arc;

use proptest::prelude::*;
use tokio::sync::watch;
use uuid::Uuid;

use super::*;

fn key(name: &str) -> StreamKey {
    ("thing", name.into())
}

fn write(name: &str, expected: i64) -> Write {
    Write {
        key: key(name),
        expected,
        after: None,
        next: expected + 1,
        state: None,
    }
}

fn outcome() -> OutcomeReceiver {
    watch::channel(None).1
}

fn step(name: &str, expected: i64) -> Entry<&'static str> {
    Entry::new(vec![write(name, expected)], Vec::new(), "step")
}

fn depending_on(name: &str, on: &str) -> Entry<&'static str> {
    Entry::new(vec![write(name, 0)], vec![key(on)], "depending")
}

fn names<J>(taken: &TakenBatch<J>) -> Vec<&str> {
    let writes = taken.entries.iter().flat_map(|entry| &entry.writes);
    writes.map(|write| &*write.key.1).collect()
}

/// A queue with these entries.
fn queue_with<const N: usize>(entries: [Entry<&'static str>; N]) -> CommitQueue<&'static str> {
    let mut queue = CommitQueue::default();
    for entry in entries {
        queue.enqueue(entry, &outcome()).unwrap();
    }
    queue
}

fn complete(
    queue: &mut CommitQueue<&'static str>,
    taken: &TakenBatch<&'static str>,
    committed: bool,
) -> Completed<&'static str> {
    queue.complete(taken.entries.iter().map(|entry| (entry, committed)))
}

#[test]
fn a_successor_shares_the_batch_of_its_predecessor() {
    let mut queue = queue_with([step("a", 3), step("a", 4), step("b", 0)]);
    let taken = queue.take(60);
    assert_eq!(names(&taken), ["a", "a", "b"]);
    assert_eq!(taken.links, [(1, 0)]);
}

#[test]
fn a_command_decided_on_an_old_state_is_overtaken_at_once() {
    let mut queue = queue_with([step("a", 3)]);
    assert!(queue.enqueue(step("a", 3), &outcome()).is_err());
    assert_eq!(queue.tail(&key("a")).unwrap().version, 4);
}

#[test]
fn no_command_is_sent_in_parallel_to_its_predecessor() {
    let mut queue = queue_with([step("a", 0)]);
    let first = queue.take(60);
    queue.enqueue(step("a", 1), &outcome()).unwrap();
    assert!(queue.take(60).entries.is_empty());
    assert!(complete(&mut queue, &first, true).orphans.is_empty());
    assert_eq!(names(&queue.take(60)), ["a"]);
}

#[test]
fn a_command_decided_on_a_failed_one_fails_with_it() {
    let mut queue = queue_with([step("a", 0)]);
    let first = queue.take(60);
    // Commands on the second stream of the dependent fail, too.
    let both = Entry::new(vec![write("a", 1), write("b", 0)], Vec::new(), "both");
    queue.enqueue(both, &outcome()).unwrap();
    queue.enqueue(step("b", 1), &outcome()).unwrap();
    queue.enqueue(step("c", 0), &outcome()).unwrap();
    let completed = complete(&mut queue, &first, false);
    assert_eq!(completed.orphans, ["both", "step"]);
    assert!(queue.tail(&key("a")).is_none() && queue.tail(&key("b")).is_none());
    assert_eq!(names(&queue.take(60)), ["c"]);
}

#[test]
fn a_change_of_a_stream_that_others_depend_on_waits_for_them_and_is_not_starved() {
    let mut queue = queue_with([depending_on("x", "doctor")]);
    let first = queue.take(60);
    queue.enqueue(step("doctor", 5), &outcome()).unwrap();
    queue
        .enqueue(depending_on("y", "doctor"), &outcome())
        .unwrap();
    // The change waits for x; y came later and waits for the change.
    assert!(queue.take(60).entries.is_empty());
    complete(&mut queue, &first, true);
    assert_eq!(names(&queue.take(60)), ["doctor"]);
}

#[test]
fn two_commands_of_one_stream_that_change_claims_do_not_share_a_statement() {
    let changes_claims = |expected| Entry {
        changes_claims: true,
        ..step("a", expected)
    };
    let mut queue = queue_with([changes_claims(0), changes_claims(1)]);
    assert_eq!(queue.take(60).entries.len(), 1);
}

#[test]
fn two_writers_do_not_claim_one_resource_at_once() {
    let claiming = |name| Entry {
        claims: vec![("doctor", Uuid::nil())],
        ..step(name, 0)
    };
    let mut queue = queue_with([claiming("a"), claiming("b")]);
    assert_eq!(queue.take(1).entries.len(), 1);
    queue.enqueue(claiming("c"), &outcome()).unwrap();
    queue.enqueue(step("d", 0), &outcome()).unwrap();
    assert_eq!(names(&queue.take(60)), ["d"]);
}

/// A booking that claims these resources.
fn claiming(name: &str, resources: &[u128]) -> Entry<&'static str> {
    let resources = resources.iter().map(|id| ("doctor", Uuid::from_u128(*id)));
    Entry {
        claims: resources.collect(),
        ..step(name, 0)
    }
}

#[test]
fn a_series_that_waits_for_one_claim_blocks_later_commands_on_all_of_its_claims() {
    let mut queue = queue_with([claiming("first", &[1])]);
    let first = queue.take(60);
    // One of its resources is claimed by a command under way, the other one is free.
    for entry in [claiming("series", &[1, 2]), claiming("late", &[2])] {
        queue.enqueue(entry, &outcome()).unwrap();
    }
    queue.enqueue(claiming("other", &[3]), &outcome()).unwrap();
    assert_eq!(names(&queue.take(60)), ["other"]);
    complete(&mut queue, &first, true);
    assert_eq!(names(&queue.take(60)), ["series", "late"]);
}

#[test]
fn a_series_is_not_starved_by_bookings() {
    let mut queue = queue_with([claiming("a0", &[1]), claiming("b0", &[2])]);
    let mut under_way = [queue.take(1), queue.take(1)];
    queue
        .enqueue(claiming("series", &[1, 2]), &outcome())
        .unwrap();
    for round in 1..10 {
        // While one writer is busy with one of its claims, another booking of the other one arrives.
        let (claim, name) = (round % 2 + 1, format!("booking {round}"));
        let finished = usize::try_from(round % 2).unwrap();
        queue
            .enqueue(claiming(&name, &[claim]), &outcome())
            .unwrap();
        let done = std::mem::replace(&mut under_way[finished], queue.take(0));
        complete(&mut queue, &done, true);
        under_way[finished] = queue.take(1);
        if names(&under_way[finished]) == ["series"] {
            assert!(round <= 2, "{round} bookings passed it");
            return;
        }
    }
    panic!("every booking passed it");
}

#[test]
fn commands_of_one_batch_are_completed_one_by_one() {
    let mut queue = queue_with([step("a", 0), step("a", 1), step("b", 0)]);
    let taken = queue.take(60);
    queue.enqueue(step("a", 2), &outcome()).unwrap();
    let one = |index: usize| std::iter::once((&taken.entries[index], true));
    assert!(queue.complete(one(0)).committed.is_empty());
    // Its successor is still under way: nothing is sent in parallel.
    assert!(queue.take(60).entries.is_empty());
    queue.complete(one(1));
    assert_eq!(names(&queue.take(60)), ["a"]);
}

#[test]
fn a_batch_has_at_most_the_given_size() {
    let mut queue = queue_with([step("a", 0), step("b", 0), step("c", 0)]);
    assert_eq!(names(&queue.take(2)), ["a", "b"]);
    assert_eq!(queue.waiting(), 1);
}

#[test]
fn a_command_decided_on_a_state_that_failed_meanwhile_is_overtaken() {
    let mut queue = queue_with([step("a", 0)]);
    let ticket = queue.tail(&key("a")).unwrap().pending.ticket;
    let first = queue.take(60);
    complete(&mut queue, &first, false);
    let late = || {
        let after = Some(ticket);
        Entry::new(
            vec![Write {
                after,
                ..write("a", 1)
            }],
            Vec::new(),
            "late",
        )
    };
    assert!(queue.enqueue(late(), &outcome()).is_err());
    // Another pending command with the same version does not make it valid.
    queue.enqueue(step("a", 0), &outcome()).unwrap();
    assert!(queue.enqueue(late(), &outcome()).is_err());
}

/// One step of the simulation.
#[derive(Debug, Clone)]
enum Move {
    /// A command is decided on the pending states of some streams.
    Decide {
        streams: Vec<usize>,
        depends_on: Option<usize>,
        changes_claims: bool,
    },
    /// One of the decided commands is enqueued.
    Enqueue { which: usize },
    /// A writer takes a batch.
    Take { most: usize },
    /// The oldest batch gets its outcomes; a constraint refuses these commands.
    Finish { refused: Vec<bool> },
    /// Another process appends an event.
    Foreign { stream: usize },
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let streams = prop::collection::hash_set(0..4_usize, 1..3);
    let depends_on = prop::option::of(4..6_usize);
    let decide =
        (streams, depends_on, any::<bool>()).prop_map(|(streams, depends_on, changes_claims)| {
            let streams = streams.into_iter().collect();
            Move::Decide {
                streams,
                depends_on,
                changes_claims,
            }
        });
    // Streams 4 and 5 are dependencies, and written to now and then.
    let change = (4..6_usize).prop_map(|stream| Move::Decide {
        streams: vec![stream],
        depends_on: None,
        changes_claims: false,
    });
    let enqueue = (0..8_usize).prop_map(|which| Move::Enqueue { which });
    let take = (1..6_usize).prop_map(|most| Move::Take { most });
    let finish = prop::collection::vec(prop::bool::weighted(0.3), 6);
    let finish = finish.prop_map(|refused| Move::Finish { refused });
    let foreign = (0..6_usize).prop_map(|stream| Move::Foreign { stream });
    let any =
        prop_oneof![6 => decide, 1 => change, 7 => enqueue, 3 => take, 3 => finish, 1 => foreign];
    prop::collection::vec(any, 1..150)
}

/// A stream is the list of the commands that wrote to it, so different histories are never equal.
type History = Vec<u64>;

/// A command, and the history of each of its streams as it was decided on.
struct Job {
    name: u64,
    saw: Vec<(StreamKey, History)>,
}

/// A simulated database.
#[derive(Default)]
struct Log(HashMap<StreamKey, History>);

impl Log {
    fn history(&self, key: &StreamKey) -> History {
        self.0.get(key).cloned().unwrap_or_default()
    }

    /// The database's outcome, by sequence numbers only. A number that is in use is refused, one that
    /// would leave a gap is not.
    fn accepts(&self, entry: &Entry<Job>) -> bool {
        let free = |write: &Write| {
            i64::try_from(self.history(&write.key).len()).unwrap() <= write.expected
        };
        entry.writes.iter().all(free)
    }
}

#[derive(Default)]
struct World {
    queue: CommitQueue<Job>,
    log: Log,
    writers: VecDeque<TakenBatch<Job>>,
    decided: Vec<Entry<Job>>,
    names: u64,
    enqueued: usize,
    completed: usize,
}

impl World {
    fn decide(&mut self, streams: &[usize], depends_on: Option<usize>, changes_claims: bool) {
        self.names += 1;
        let name = self.names;
        let mut saw = Vec::new();
        let mut writes = Vec::new();
        for stream in streams {
            let key = key(&stream.to_string());
            let tail = self.queue.tail(&key);
            let (history, after) = match tail {
                Some(tail) => {
                    let state = tail.state.as_ref().unwrap();
                    (state.get::<History>().unwrap(), Some(tail.pending.ticket))
                }
                None => (self.log.history(&key), None),
            };
            let next: History = history.iter().copied().chain([name]).collect();
            writes.push(Write {
                key: key.clone(),
                expected: i64::try_from(history.len()).unwrap(),
                after,
                next: i64::try_from(next.len()).unwrap(),
                state: Some(State {
                    aggregate: Arc::new(next),
                    bytes: 0,
                }),
            });
            saw.push((key, history));
        }
        let depends_on = depends_on.map(|stream| key(&stream.to_string()));
        let depends_on = depends_on.into_iter().collect();
        self.decided.push(Entry {
            changes_claims,
            ..Entry::new(writes, depends_on, Job { name, saw })
        });
    }

    fn enqueue(&mut self, which: usize) {
        if self.decided.is_empty() {
            return;
        }
        let entry = self.decided.remove(which % self.decided.len());
        if self.queue.enqueue(entry, &outcome()).is_ok() {
            self.enqueued += 1;
        }
    }

    fn take(&mut self, most: usize) {
        if self.writers.len() >= 3 {
            return;
        }
        let taken = self.queue.take(most);
        assert!(taken.entries.len() <= most);
        for entry in &taken.entries {
            for other in self.writers.iter().flat_map(|writer| &writer.entries) {
                for write in &other.writes {
                    assert!(entry.writes.iter().all(|own| own.key != write.key));
                    assert!(!entry.depends_on.contains(&write.key));
                }
            }
        }
        if !taken.entries.is_empty() {
            self.writers.push_back(taken);
        }
    }

    fn finish(&mut self, refused: &[bool]) {
        let Some(writer) = self.writers.pop_front() else {
            return;
        };
        let mut outcomes: Vec<bool> = Vec::new();
        for (index, entry) in writer.entries.iter().enumerate() {
            let depends_on_refused = (writer.links.iter())
                .any(|(successor, predecessor)| *successor == index && !outcomes[*predecessor]);
            let constraint = refused.get(index).copied().unwrap_or(false);
            let committed = !depends_on_refused && !constraint && self.log.accepts(entry);
            if committed {
                for (key, saw) in &entry.job.saw {
                    assert_eq!(self.log.history(key), *saw, "decided on another history");
                    self.log
                        .0
                        .entry(key.clone())
                        .or_default()
                        .push(entry.job.name);
                }
            }
            outcomes.push(committed);
        }
        self.completed += writer.entries.len();
        let completed = self.queue.complete(writer.entries.iter().zip(outcomes));
        self.completed += completed.orphans.len();
    }

    fn go(&mut self, next: Move) {
        match next {
            Move::Decide {
                streams,
                depends_on,
                changes_claims,
            } => self.decide(&streams, depends_on, changes_claims),
            Move::Enqueue { which } => self.enqueue(which),
            Move::Take { most } => self.take(most),
            Move::Finish { refused } => self.finish(&refused),
            Move::Foreign { stream } => {
                self.names += 1;
                let history = self.log.0.entry(key(&stream.to_string())).or_default();
                history.push(self.names);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn nothing_is_written_that_was_decided_on_another_history_and_every_command_completes(moves in moves()) {
        let mut world = World::default();
        for next in moves {
            world.go(next);
        }
        for _ in 0..200 {
            world.finish(&[]);
            world.take(60);
        }
        prop_assert_eq!(world.queue.waiting(), 0);
        prop_assert_eq!(world.enqueued, world.completed);
        prop_assert!(world.queue.tails.is_empty() && world.queue.written.is_empty());
        prop_assert!(world.queue.depended_on.is_empty() && world.writers.is_empty());
    }
}
