//! Detection of poison events: events that a subscriber can not apply, however often it tries. Their
//! aggregates are parked. After all other errors (a lost connection, a deadlock, a missing table or master
//! key) the subscriber retries.

use super::error::SubscriberError;
use crate::SealError;

/// SQLSTATE classes that depend on the written values: cardinality, data, integrity, limits, and exceptions
/// of functions.
const VALUE_CLASSES: [&str; 5] = ["21", "22", "23", "54", "P0"];

/// Returns whether the error is caused by the event that was applied.
pub(crate) fn is_poison_event(error: &SubscriberError) -> bool {
    match error {
        SubscriberError::Unreadable { .. }
        | SubscriberError::Store(sqlx::Error::ColumnDecode { .. }) => true,
        SubscriberError::Sealed(error) => error.is_of_one_value(),
        SubscriberError::Store(sqlx::Error::Database(error)) => {
            let code = error.code().unwrap_or_default();
            VALUE_CLASSES.iter().any(|class| code.starts_with(class))
        }
        SubscriberError::Store(sqlx::Error::Decode(error)) => error
            .downcast_ref::<SealError>()
            .is_none_or(SealError::is_of_one_value),
        SubscriberError::Store(_) => false,
    }
}

/// Returns whether a cached plan is older than a migration that changed its result type (SQLSTATE `0A000`,
/// "cached plan must not change result type"). A new connection has no such plan.
pub(super) fn is_stale_plan(error: &SubscriberError) -> bool {
    let SubscriberError::Store(sqlx::Error::Database(error)) = error else {
        return false;
    };
    error.code().as_deref() == Some("0A000")
}

/// The stored reason: kinds, codes and names, no personal data.
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
        SubscriberError::Store(_) => "the database did not accept it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SealFault;

    fn sealed(fault: SealFault) -> SealError {
        let location = "somewhere".to_owned();
        SealError::Fault { location, fault }
    }

    #[test]
    fn a_transient_error_is_no_poison_event() {
        let missing = SealFault::MissingMasterKey { epoch: 3 };
        let lost = std::io::Error::other("gone");
        let transient = [
            SubscriberError::Store(sqlx::Error::PoolTimedOut),
            SubscriberError::Store(sqlx::Error::Io(lost)),
            SubscriberError::Store(SealError::from(sqlx::Error::PoolTimedOut).into()),
            SubscriberError::Store(sealed(missing).into()),
            SubscriberError::Sealed(sealed(missing)),
        ];
        for error in transient {
            assert!(!is_poison_event(&error), "{error:?}");
        }
    }

    #[test]
    fn an_altered_event_is_a_poison_event() {
        let altered = sealed(SealFault::Altered);
        assert!(is_poison_event(&SubscriberError::Sealed(altered.clone())));
        let row = SubscriberError::Store(altered.into());
        assert!(is_poison_event(&row));
        let expected =
            "the stored row: it was altered, or was sealed for another place or under another key";
        assert_eq!(reason(&row), expected);
    }
}
