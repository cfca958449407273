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
    assert_eq!(taken.chained, [false, true, false]);
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

#[test]
fn a_batch_has_at_most_as_many_as_it_may() {
    let mut stage = stage_with([step("a", 0), step("b", 0), step("c", 0)]);
    assert_eq!(names(&stage.take(2)), ["a", "b"]);
    assert_eq!(stage.waiting(), 1);
}

/// One move of the world.
#[derive(Debug, Clone)]
enum Move {
    /// Somebody decides on what they see and asks to have it written.
    Decide {
        streams: Vec<usize>,
        rests_on: Option<usize>,
        guarded: bool,
    },
    /// A lane takes a batch.
    Take { most: usize },
    /// The lane that has waited longest gets its verdicts; these commands are refused.
    Finish { refused: Vec<bool> },
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let decide = (
        prop::collection::hash_set(0..4_usize, 1..3),
        prop::option::of(4..6_usize),
        any::<bool>(),
    );
    let decide = decide.prop_map(|(streams, rests_on, guarded)| Move::Decide {
        streams: streams.into_iter().collect(),
        rests_on,
        guarded,
    });
    let take = (1..6_usize).prop_map(|most| Move::Take { most });
    let finish = prop::collection::vec(prop::bool::weighted(0.3), 6);
    let finish = finish.prop_map(|refused| Move::Finish { refused });
    // Streams 4 and 5 are rested on, and written to now and then.
    let change = (4..6_usize).prop_map(|stream| Move::Decide {
        streams: vec![stream],
        rests_on: None,
        guarded: false,
    });
    prop::collection::vec(
        prop_oneof![6 => decide, 1 => change, 3 => take, 3 => finish],
        1..120,
    )
}

/// What the database would hold.
#[derive(Default)]
struct Log(HashMap<StreamKey, i64>);

impl Log {
    fn version(&self, key: &StreamKey) -> i64 {
        self.0.get(key).copied().unwrap_or(0)
    }

    /// Writes a command if the database would: gapless, and refused if it builds on a refused one.
    fn write(&mut self, entry: &Entry<Vec<i64>>, refused: bool) -> bool {
        let gapless = entry
            .writes
            .iter()
            .all(|write| self.version(&write.key) == write.expected);
        if refused || !gapless {
            return false;
        }
        for write in &entry.writes {
            self.0.insert(write.key.clone(), write.next);
        }
        true
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn whatever_happens_streams_are_gapless_and_nobody_is_forgotten(moves in moves()) {
        let mut stage = Stage::<Vec<i64>>::default();
        let mut log = Log::default();
        let mut lanes: VecDeque<Taken<Vec<i64>>> = VecDeque::new();
        let (mut asked, mut answered) = (0, 0);
        let finish_all = std::iter::repeat_n(
            [Move::Finish { refused: Vec::new() }, Move::Take { most: 60 }], 200).flatten();
        for next in moves.into_iter().chain(finish_all) {
            match next {
                Move::Decide { streams, rests_on, guarded } => {
                    let writes: Vec<_> = streams.iter().map(|stream| {
                        let key = key(&stream.to_string());
                        let seen = stage.tail(&key).map_or(log.version(&key), |tail| tail.version);
                        Write { key, expected: seen, next: seen + 1, state: None }
                    }).collect();
                    let rests_on = rests_on.map(|stream| key(&stream.to_string()));
                    // The job remembers how what it rests on looked to it.
                    let seen = rests_on.iter().map(|key| log.version(key)).collect();
                    let rests_on = rests_on.into_iter().collect();
                    let entry = Entry { guarded, ..Entry::new(writes, rests_on, seen) };
                    prop_assert!(stage.enqueue(entry, &ending()).is_ok());
                    asked += 1;
                }
                Move::Take { most } if lanes.len() < 3 => {
                    let taken = stage.take(most);
                    prop_assert!(taken.entries.len() <= most);
                    for entry in &taken.entries {
                        for other in lanes.iter().flat_map(|lane| &lane.entries) {
                            for write in &other.writes {
                                prop_assert!(entry.writes.iter().all(|own| own.key != write.key), "beside its like");
                                prop_assert!(!entry.rests_on.contains(&write.key), "rests on what changes");
                            }
                        }
                    }
                    if !taken.entries.is_empty() {
                        lanes.push_back(taken);
                    }
                }
                Move::Take { .. } => {}
                Move::Finish { refused } => {
                    let Some(lane) = lanes.pop_front() else { continue };
                    let refused = |index: usize| refused.get(index).copied().unwrap_or(false);
                    // What nobody refuses goes through: a batch never holds a command that is out of turn.
                    let mut broken = HashSet::new();
                    let mut verdicts = Vec::new();
                    for (index, entry) in lane.entries.iter().enumerate() {
                        let orphan = entry.writes.iter().any(|write| broken.contains(&write.key));
                        let committed = log.write(entry, refused(index));
                        prop_assert_eq!(committed, !refused(index) && !orphan);
                        if !committed {
                            broken.extend(entry.writes.iter().map(|write| write.key.clone()));
                        }
                        verdicts.push(committed);
                    }
                    answered += lane.entries.len();
                    let completed = stage.complete(lane.entries.iter().zip(verdicts));
                    answered += completed.orphaned.len();
                }
            }
        }
        prop_assert_eq!(stage.waiting(), 0);
        prop_assert_eq!(asked, answered);
        prop_assert!(stage.tails.is_empty() && stage.written.is_empty() && stage.rested_on.is_empty());
        prop_assert!(lanes.is_empty());
    }
}
