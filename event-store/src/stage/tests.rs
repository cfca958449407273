//! The stage against a database that is a map, under every interleaving that chance finds.

use std::collections::HashMap;

use proptest::prelude::*;

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

fn ending() -> Ending {
    watch::channel(None).1
}

fn step(name: &str, expected: i64) -> Entry<&'static str> {
    Entry::new(vec![write(name, expected)], Vec::new(), "step")
}

fn resting_on(name: &str, on: &str) -> Entry<&'static str> {
    Entry::new(vec![write(name, 0)], vec![key(on)], "resting")
}

fn names<J>(taken: &Taken<J>) -> Vec<&str> {
    let writes = taken.entries.iter().flat_map(|entry| &entry.writes);
    writes.map(|write| &*write.key.1).collect()
}

/// A stage with these waiting.
fn stage_with<const N: usize>(entries: [Entry<&'static str>; N]) -> Stage<&'static str> {
    let mut stage = Stage::default();
    for entry in entries {
        stage.enqueue(entry, &ending()).unwrap();
    }
    stage
}

#[test]
fn a_successor_shares_the_batch_of_its_predecessor() {
    let mut stage = stage_with([step("a", 3), step("a", 4), step("b", 0)]);
    let taken = stage.take(60);
    assert_eq!(names(&taken), ["a", "a", "b"]);
    assert_eq!(taken.links, [(1, 0)]);
}

#[test]
fn who_decided_on_a_state_that_was_left_behind_is_overtaken_at_once() {
    let mut stage = stage_with([step("a", 3)]);
    assert!(stage.enqueue(step("a", 3), &ending()).is_err());
    assert_eq!(stage.tail(&key("a")).unwrap().version, 4);
}

#[test]
fn nobody_goes_beside_a_predecessor_that_is_under_way() {
    let mut stage = stage_with([step("a", 0)]);
    let first = stage.take(60);
    stage.enqueue(step("a", 1), &ending()).unwrap();
    assert!(stage.take(60).entries.is_empty());
    let verdicts = first.entries.iter().map(|entry| (entry, true));
    assert!(stage.complete(verdicts).orphaned.is_empty());
    assert_eq!(names(&stage.take(60)), ["a"]);
}

#[test]
fn who_built_on_a_command_that_failed_fails_with_it() {
    let mut stage = stage_with([step("a", 0)]);
    let first = stage.take(60);
    // The second stream of the one behind breaks, too.
    let both = Entry::new(vec![write("a", 1), write("b", 0)], Vec::new(), "both");
    stage.enqueue(both, &ending()).unwrap();
    stage.enqueue(step("b", 1), &ending()).unwrap();
    stage.enqueue(step("c", 0), &ending()).unwrap();
    let verdicts = first.entries.iter().map(|entry| (entry, false));
    let completed = stage.complete(verdicts);
    assert_eq!(completed.orphaned, ["both", "step"]);
    assert!(stage.tail(&key("a")).is_none() && stage.tail(&key("b")).is_none());
    assert_eq!(names(&stage.take(60)), ["c"]);
}

#[test]
fn a_change_of_what_others_rest_on_waits_for_them_and_is_not_starved() {
    let mut stage = stage_with([resting_on("x", "doctor")]);
    let first = stage.take(60);
    stage.enqueue(step("doctor", 5), &ending()).unwrap();
    stage.enqueue(resting_on("y", "doctor"), &ending()).unwrap();
    // The change waits for x; y came later and waits for the change.
    assert!(stage.take(60).entries.is_empty());
    stage.complete(first.entries.iter().map(|entry| (entry, true)));
    assert_eq!(names(&stage.take(60)), ["doctor"]);
}

#[test]
fn two_guarded_commands_of_one_stream_do_not_share_a_statement() {
    let guarded = |expected| Entry {
        guarded: true,
        ..step("a", expected)
    };
    let mut stage = stage_with([guarded(0), guarded(1)]);
    assert_eq!(stage.take(60).entries.len(), 1);
}

#[test]
fn two_lanes_do_not_claim_one_thing_at_once() {
    let claiming = |name| Entry {
        claims: vec![("doctor", Uuid::nil())],
        ..step(name, 0)
    };
    let mut stage = stage_with([claiming("a"), claiming("b")]);
    assert_eq!(stage.take(1).entries.len(), 1);
    stage.enqueue(claiming("c"), &ending()).unwrap();
    stage.enqueue(step("d", 0), &ending()).unwrap();
    assert_eq!(names(&stage.take(60)), ["d"]);
}

/// A booking of this claim, which is of nobody else.
fn claiming(name: &str, resources: &[u128]) -> Entry<&'static str> {
    let resources = resources.iter().map(|id| ("doctor", Uuid::from_u128(*id)));
    Entry {
        claims: resources.collect(),
        ..step(name, 0)
    }
}

#[test]
fn a_series_that_waits_for_one_claim_is_not_passed_on_any_other() {
    let mut stage = stage_with([claiming("first", &[1])]);
    let first = stage.take(60);
    // It wants what is under way, and what nobody has.
    for entry in [claiming("series", &[1, 2]), claiming("late", &[2])] {
        stage.enqueue(entry, &ending()).unwrap();
    }
    stage.enqueue(claiming("other", &[3]), &ending()).unwrap();
    assert_eq!(names(&stage.take(60)), ["other"]);
    stage.complete(first.entries.iter().map(|entry| (entry, true)));
    assert_eq!(names(&stage.take(60)), ["series", "late"]);
}

#[test]
fn a_series_comes_to_its_turn_however_many_bookings_arrive() {
    let mut stage = stage_with([claiming("a0", &[1]), claiming("b0", &[2])]);
    let mut under_way = [stage.take(1), stage.take(1)];
    stage
        .enqueue(claiming("series", &[1, 2]), &ending())
        .unwrap();
    for round in 1..10 {
        // While one writer is busy with one of its claims, another booking of the other one arrives.
        let (claim, name) = (round % 2 + 1, format!("booking {round}"));
        let finished = usize::try_from(round % 2).unwrap();
        stage.enqueue(claiming(&name, &[claim]), &ending()).unwrap();
        let done = std::mem::replace(&mut under_way[finished], stage.take(0));
        stage.complete(done.entries.iter().map(|entry| (entry, true)));
        under_way[finished] = stage.take(1);
        if names(&under_way[finished]) == ["series"] {
            assert!(round <= 2, "{round} bookings passed it");
            return;
        }
    }
    panic!("every booking passed it");
}

#[test]
fn commands_of_one_batch_are_given_back_one_by_one() {
    let mut stage = stage_with([step("a", 0), step("a", 1), step("b", 0)]);
    let taken = stage.take(60);
    stage.enqueue(step("a", 2), &ending()).unwrap();
    let one = |index: usize| std::iter::once((&taken.entries[index], true));
    assert!(stage.complete(one(0)).settled.is_empty());
    // Its successor is still under way: nothing goes beside it.
    assert!(stage.take(60).entries.is_empty());
    stage.complete(one(1));
    assert_eq!(names(&stage.take(60)), ["a"]);
}

#[test]
fn a_batch_has_at_most_as_many_as_it_may() {
    let mut stage = stage_with([step("a", 0), step("b", 0), step("c", 0)]);
    assert_eq!(names(&stage.take(2)), ["a", "b"]);
    assert_eq!(stage.waiting(), 1);
}

#[test]
fn who_decided_on_a_state_that_failed_meanwhile_is_overtaken() {
    let mut stage = stage_with([step("a", 0)]);
    let ticket = stage.tail(&key("a")).unwrap().coming.ticket;
    let first = stage.take(60);
    stage.complete(first.entries.iter().map(|entry| (entry, false)));
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
    assert!(stage.enqueue(late(), &ending()).is_err());
    // Another command on its way to the same version does not make it right.
    stage.enqueue(step("a", 0), &ending()).unwrap();
    assert!(stage.enqueue(late(), &ending()).is_err());
}

/// One move of the world.
#[derive(Debug, Clone)]
enum Move {
    /// Somebody looks at some streams and decides on what they see.
    Decide {
        streams: Vec<usize>,
        rests_on: Option<usize>,
        guarded: bool,
    },
    /// One of those who decided asks to have it written.
    Ask { which: usize },
    /// A lane takes a batch.
    Take { most: usize },
    /// The lane that has waited longest gets its verdicts; a constraint refuses these commands.
    Finish { refused: Vec<bool> },
    /// Another process appends an event.
    Foreign { stream: usize },
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let streams = prop::collection::hash_set(0..4_usize, 1..3);
    let rests_on = prop::option::of(4..6_usize);
    let decide = (streams, rests_on, any::<bool>()).prop_map(|(streams, rests_on, guarded)| {
        let streams = streams.into_iter().collect();
        Move::Decide {
            streams,
            rests_on,
            guarded,
        }
    });
    // Streams 4 and 5 are rested on, and written to now and then.
    let change = (4..6_usize).prop_map(|stream| Move::Decide {
        streams: vec![stream],
        rests_on: None,
        guarded: false,
    });
    let ask = (0..8_usize).prop_map(|which| Move::Ask { which });
    let take = (1..6_usize).prop_map(|most| Move::Take { most });
    let finish = prop::collection::vec(prop::bool::weighted(0.3), 6);
    let finish = finish.prop_map(|refused| Move::Finish { refused });
    let foreign = (0..6_usize).prop_map(|stream| Move::Foreign { stream });
    let any = prop_oneof![6 => decide, 1 => change, 7 => ask, 3 => take, 3 => finish, 1 => foreign];
    prop::collection::vec(any, 1..150)
}

/// A stream is the list of the commands that wrote to it: two different pasts never look alike.
type Past = Vec<u64>;

/// A command, and the past of each of its streams as it was decided on.
struct Job {
    name: u64,
    saw: Vec<(StreamKey, Past)>,
}

/// What the database holds, and what it would do.
#[derive(Default)]
struct Log(HashMap<StreamKey, Past>);

impl Log {
    fn past(&self, key: &StreamKey) -> Past {
        self.0.get(key).cloned().unwrap_or_default()
    }

    /// The database's verdict: it knows numbers, not pasts. A number that is taken is refused, one
    /// that would leave a gap is not.
    fn takes(&self, entry: &Entry<Job>) -> bool {
        let free =
            |write: &Write| i64::try_from(self.past(&write.key).len()).unwrap() <= write.expected;
        entry.writes.iter().all(free)
    }
}

#[derive(Default)]
struct World {
    stage: Stage<Job>,
    log: Log,
    lanes: VecDeque<Taken<Job>>,
    decided: Vec<Entry<Job>>,
    names: u64,
    asked: usize,
    answered: usize,
}

impl World {
    fn decide(&mut self, streams: &[usize], rests_on: Option<usize>, guarded: bool) {
        self.names += 1;
        let name = self.names;
        let mut saw = Vec::new();
        let mut writes = Vec::new();
        for stream in streams {
            let key = key(&stream.to_string());
            let tail = self.stage.tail(&key);
            let (past, after) = match tail {
                Some(tail) => {
                    let state = tail.state.as_ref().unwrap();
                    (state.get::<Past>().unwrap(), Some(tail.coming.ticket))
                }
                None => (self.log.past(&key), None),
            };
            let next: Past = past.iter().copied().chain([name]).collect();
            writes.push(Write {
                key: key.clone(),
                expected: i64::try_from(past.len()).unwrap(),
                after,
                next: i64::try_from(next.len()).unwrap(),
                state: Some(State {
                    aggregate: Arc::new(next),
                    bytes: 0,
                }),
            });
            saw.push((key, past));
        }
        let rests_on = rests_on.map(|stream| key(&stream.to_string()));
        let rests_on = rests_on.into_iter().collect();
        self.decided.push(Entry {
            guarded,
            ..Entry::new(writes, rests_on, Job { name, saw })
        });
    }

    fn ask(&mut self, which: usize) {
        if self.decided.is_empty() {
            return;
        }
        let entry = self.decided.remove(which % self.decided.len());
        if self.stage.enqueue(entry, &ending()).is_ok() {
            self.asked += 1;
        }
    }

    fn take(&mut self, most: usize) {
        if self.lanes.len() >= 3 {
            return;
        }
        let taken = self.stage.take(most);
        assert!(taken.entries.len() <= most);
        for entry in &taken.entries {
            for other in self.lanes.iter().flat_map(|lane| &lane.entries) {
                for write in &other.writes {
                    assert!(entry.writes.iter().all(|own| own.key != write.key));
                    assert!(!entry.rests_on.contains(&write.key));
                }
            }
        }
        if !taken.entries.is_empty() {
            self.lanes.push_back(taken);
        }
    }

    fn finish(&mut self, refused: &[bool]) {
        let Some(lane) = self.lanes.pop_front() else {
            return;
        };
        let mut verdicts: Vec<bool> = Vec::new();
        for (index, entry) in lane.entries.iter().enumerate() {
            let built_on_refused = (lane.links.iter())
                .any(|(successor, predecessor)| *successor == index && !verdicts[*predecessor]);
            let constraint = refused.get(index).copied().unwrap_or(false);
            let committed = !built_on_refused && !constraint && self.log.takes(entry);
            if committed {
                for (key, saw) in &entry.job.saw {
                    assert_eq!(self.log.past(key), *saw, "decided on another past");
                    self.log
                        .0
                        .entry(key.clone())
                        .or_default()
                        .push(entry.job.name);
                }
            }
            verdicts.push(committed);
        }
        self.answered += lane.entries.len();
        let completed = self.stage.complete(lane.entries.iter().zip(verdicts));
        self.answered += completed.orphaned.len();
    }

    fn go(&mut self, next: Move) {
        match next {
            Move::Decide {
                streams,
                rests_on,
                guarded,
            } => self.decide(&streams, rests_on, guarded),
            Move::Ask { which } => self.ask(which),
            Move::Take { most } => self.take(most),
            Move::Finish { refused } => self.finish(&refused),
            Move::Foreign { stream } => {
                self.names += 1;
                let past = self.log.0.entry(key(&stream.to_string())).or_default();
                past.push(self.names);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn nothing_is_written_that_was_decided_on_another_past_and_nobody_is_forgotten(moves in moves()) {
        let mut world = World::default();
        for next in moves {
            world.go(next);
        }
        for _ in 0..200 {
            world.finish(&[]);
            world.take(60);
        }
        prop_assert_eq!(world.stage.waiting(), 0);
        prop_assert_eq!(world.asked, world.answered);
        prop_assert!(world.stage.tails.is_empty() && world.stage.written.is_empty());
        prop_assert!(world.stage.rested_on.is_empty() && world.lanes.is_empty());
    }
}
