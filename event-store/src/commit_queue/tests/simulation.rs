//! The commit queue against an in-memory log, under random interleavings.

use std::collections::HashMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;

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
