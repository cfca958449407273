//! The commit queue: which commands share a batch, wait or are overtaken. Random interleavings are in [`simulation`].

mod simulation;

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
