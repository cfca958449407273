//! Whose fault is it that a subscriber could not take an event?
//!
//! The event's, if the same event will fail again tomorrow: then its aggregate is parked. Everything else,
//! a lost connection, a deadlock, a table that is missing, a key that is not set, passes or is mended, and
//! the subscriber waits.

use super::SubscriberError;
use crate::SealError;

/// SQLSTATE classes that speak of the values written: several rows for one, data, integrity, limits,
/// and what functions raise.
const OF_THE_VALUES: [&str; 5] = ["21", "22", "23", "54", "P0"];

/// Whether the event that was being taken is to blame.
pub(crate) fn is_of_the_event(error: &SubscriberError) -> bool {
    match error {
        SubscriberError::Unreadable { .. }
        | SubscriberError::Store(sqlx::Error::ColumnDecode { .. }) => true,
        SubscriberError::Sealed(error) => error.is_of_its_place(),
        SubscriberError::Store(sqlx::Error::Database(error)) => {
            let code = error.code().unwrap_or_default();
            OF_THE_VALUES.iter().any(|class| code.starts_with(class))
        }
        SubscriberError::Store(sqlx::Error::Decode(error)) => error
            .downcast_ref::<SealError>()
            .is_none_or(SealError::is_of_its_place),
        SubscriberError::Store(_) => false,
    }
}

/// Whether the connection planned a statement before a migration changed what it answers (SQLSTATE
/// `0A000`, "cached plan must not change result type"): no event's fault, and mended by another connection.
pub(super) fn is_of_an_old_plan(error: &SubscriberError) -> bool {
    let SubscriberError::Store(sqlx::Error::Database(error)) = error else {
        return false;
    };
    error.code().as_deref() == Some("0A000")
}

/// What is stored about it: kinds, codes and names, nothing that a person said.
pub(super) fn reason(error: &SubscriberError) -> String {
    match error {
        SubscriberError::Unreadable { source, .. } => source.to_string(),
        SubscriberError::Sealed(SealError::Fault { fault, .. }) => fault.to_string(),
        SubscriberError::Sealed(SealError::Store(_)) => "the keys can't be read".to_owned(),
        SubscriberError::Store(sqlx::Error::Database(error)) => {
            let code = error.code().unwrap_or_default();
            match (error.table(), error.constraint()) {
                (Some(table), Some(constraint)) => {
                    format!("SQLSTATE {code} from {constraint} on {table}")
                }
                (Some(table), None) => format!("SQLSTATE {code} on {table}"),
                (None, _) => format!("SQLSTATE {code}"),
            }
        }
        SubscriberError::Store(sqlx::Error::ColumnDecode { index, .. }) => {
            format!("the stored row is unreadable in {index}")
        }
        SubscriberError::Store(sqlx::Error::Decode(error)) => {
            match error.downcast_ref::<SealError>() {
                Some(SealError::Fault { fault, .. }) => format!("the stored row: {fault}"),
                _ => "the stored row is unreadable".to_owned(),
            }
        }
        SubscriberError::Store(_) => "the database did not take it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SealFault;

    fn sealed(fault: SealFault) -> SealError {
        let place = "somewhere".to_owned();
        SealError::Fault { place, fault }
    }

    #[test]
    fn what_passes_is_not_the_events_fault() {
        let missing = SealFault::MissingMasterKey { epoch: 3 };
        let lost = std::io::Error::other("gone");
        let passing = [
            SubscriberError::Store(sqlx::Error::PoolTimedOut),
            SubscriberError::Store(sqlx::Error::Io(lost)),
            SubscriberError::Store(SealError::from(sqlx::Error::PoolTimedOut).into()),
            SubscriberError::Store(sealed(missing).into()),
            SubscriberError::Sealed(sealed(missing)),
        ];
        for error in passing {
            assert!(!is_of_the_event(&error), "{error:?}");
        }
    }

    #[test]
    fn what_was_altered_is() {
        let altered = sealed(SealFault::Altered);
        assert!(is_of_the_event(&SubscriberError::Sealed(altered.clone())));
        let row = SubscriberError::Store(altered.into());
        assert!(is_of_the_event(&row));
        let told =
            "the stored row: it was altered, or was sealed for another place or under another key";
        assert_eq!(reason(&row), told);
    }
}
