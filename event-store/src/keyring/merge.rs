//! Merging of keyrings.
//!
//! - A tombstone always wins.
//! - Of two wrapped keys, one that a present master key unwraps wins over one that none unwraps: the
//!   master key of an old backup may have been destroyed since, and its keys rewrapped.
//! - Otherwise the newer wrapping wins.
//!
//! So the order in which keyrings are merged makes no difference.

use super::{KeyState, Keyring, MasterEpoch, SubjectKey};
use uuid::Uuid;

/// Returns whether a present master key unwraps the key of a subject.
pub type CanUnwrap<'a> = &'a (dyn Fn(Uuid, &SubjectKey) -> bool + Sync);

impl Keyring {
    /// Merges `other` into it.
    pub fn merge(&mut self, other: Self, can_unwrap: CanUnwrap<'_>) {
        self.epoch = self.epoch.max(other.epoch);
        for (epoch, theirs) in other.master_epochs {
            match self.master_epochs.get_mut(&epoch) {
                Some(ours) => ours.merge(&theirs),
                None => {
                    self.master_epochs.insert(epoch, theirs);
                }
            }
        }
        for (subject, theirs) in other.subjects {
            match self.subjects.get_mut(&subject) {
                Some(ours)
                    if rank(subject, &theirs, can_unwrap) <= rank(subject, ours, can_unwrap) => {}
                _ => {
                    self.subjects.insert(subject, theirs);
                }
            }
        }
    }
}

impl MasterEpoch {
    fn merge(&mut self, other: &Self) {
        self.retired_at = match (self.retired_at, other.retired_at) {
            (Some(ours), Some(theirs)) => Some(ours.min(theirs)),
            (ours, theirs) => ours.or(theirs),
        };
    }
}

/// The rank of a key: higher wins. The last parts only make it a total order.
fn rank<'a>(
    subject: Uuid,
    key: &'a SubjectKey,
    can_unwrap: CanUnwrap<'_>,
) -> (bool, bool, i64, i16, i16, &'a [u8]) {
    let version = key.key_version;
    match &key.state {
        // The earlier erasure is the original one.
        KeyState::Erased { erased_at } => {
            (true, true, -erased_at.timestamp_micros(), version, 0, &[])
        }
        KeyState::Wrapped {
            master_epoch,
            key: wrapped,
        } => {
            let usable = can_unwrap(subject, key);
            (false, usable, 0, version, *master_epoch, wrapped)
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    const ASHA: Uuid = Uuid::from_u128(1);

    fn wrapped(master_epoch: i16, key: u8) -> SubjectKey {
        SubjectKey {
            key_version: 1,
            created_at: DateTime::UNIX_EPOCH,
            state: KeyState::Wrapped {
                master_epoch,
                key: vec![key],
            },
        }
    }

    fn erased(second: i64) -> SubjectKey {
        SubjectKey {
            key_version: 1,
            created_at: DateTime::UNIX_EPOCH,
            state: KeyState::Erased {
                erased_at: DateTime::from_timestamp(second, 0).unwrap(),
            },
        }
    }

    fn keyring(key: SubjectKey) -> Keyring {
        Keyring {
            subjects: [(ASHA, key)].into(),
            ..Keyring::default()
        }
    }

    /// The present master keys are those of the epochs from 2 on.
    fn can_unwrap(_: Uuid, key: &SubjectKey) -> bool {
        matches!(key.state, KeyState::Wrapped { master_epoch, .. } if master_epoch >= 2)
    }

    fn merged(first: &Keyring, second: &Keyring) -> Keyring {
        let mut merged = first.clone();
        merged.merge(second.clone(), &can_unwrap);
        merged
    }

    fn wins(winner: &SubjectKey, loser: &SubjectKey) {
        let (winner, loser) = (keyring(winner.clone()), keyring(loser.clone()));
        assert_eq!(merged(&winner, &loser), winner);
        assert_eq!(merged(&loser, &winner), winner);
    }

    #[test]
    fn a_tombstone_wins_over_any_key() {
        wins(&erased(5), &wrapped(1, 7));
        wins(&erased(5), &wrapped(9, 7));
    }

    #[test]
    fn the_time_of_the_first_erasure_is_kept() {
        wins(&erased(5), &erased(6));
    }

    #[test]
    fn a_key_that_can_be_opened_wins_over_one_that_cannot() {
        wins(&wrapped(2, 7), &wrapped(1, 7));
        let only_the_first = |_: Uuid, key: &SubjectKey| matches!(key.state, KeyState::Wrapped { master_epoch, .. } if master_epoch == 1);
        let mut merged = keyring(wrapped(3, 7));
        merged.merge(keyring(wrapped(1, 7)), &only_the_first);
        assert_eq!(merged, keyring(wrapped(1, 7)));
    }

    #[test]
    fn a_subject_of_only_one_keyring_is_kept() {
        let known = keyring(wrapped(2, 7));
        assert_eq!(merged(&known, &Keyring::default()), known);
        assert_eq!(merged(&Keyring::default(), &known), known);
    }

    #[test]
    fn an_epoch_of_the_master_key_that_was_retired_stays_retired() {
        let epoch = |retired: Option<i64>| {
            let epoch = MasterEpoch {
                check_value: vec![1],
                opened_at: DateTime::UNIX_EPOCH,
                retired_at: retired.map(|at| DateTime::from_timestamp(at, 0).unwrap()),
            };
            Keyring {
                master_epochs: [(1, epoch)].into(),
                ..Keyring::default()
            }
        };
        assert_eq!(merged(&epoch(None), &epoch(Some(9))), epoch(Some(9)));
        assert_eq!(merged(&epoch(Some(9)), &epoch(None)), epoch(Some(9)));
    }

    fn any_key() -> impl Strategy<Value = SubjectKey> {
        prop_oneof![
            (0_i64..3).prop_map(erased),
            (0_i16..4, 0_u8..3).prop_map(|(epoch, key)| wrapped(epoch, key)),
        ]
    }

    fn any_keyring() -> impl Strategy<Value = Keyring> {
        let keys = proptest::collection::btree_map(0_u128..3, any_key(), 0..4);
        (keys, 0_i16..4).prop_map(|(keys, epoch)| Keyring {
            epoch,
            subjects: keys
                .into_iter()
                .map(|(subject, key)| (Uuid::from_u128(subject), key))
                .collect(),
            ..Keyring::default()
        })
    }

    proptest! {
        #[test]
        fn the_order_of_merging_makes_no_difference(
            (a, b, c) in (any_keyring(), any_keyring(), any_keyring())
        ) {
            prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
            prop_assert_eq!(merged(&a, &b), merged(&b, &a));
            prop_assert_eq!(merged(&a, &a), a);
        }

        #[test]
        fn a_keyring_survives_its_file(keyring in any_keyring()) {
            let text = serde_json::to_string(&keyring).unwrap();
            prop_assert_eq!(serde_json::from_str::<Keyring>(&text).unwrap(), keyring);
        }
    }
}
