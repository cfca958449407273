//! The accounts that an admin may see.

use commands::Caller;
use domain::{AccountId, ClinicScope};
use projections::account_directory;

use crate::app::App;
use crate::http::problem::Problem;

/// Returns whether every clinic of `scope` is one of `own`.
pub fn lies_within(scope: &ClinicScope, own: &ClinicScope) -> bool {
    match (scope, own) {
        (_, ClinicScope::All) => true,
        (ClinicScope::All, ClinicScope::Only(_)) => false,
        (ClinicScope::Only(named), ClinicScope::Only(own)) => named.is_subset(own),
    }
}

/// Goes on only if the account's clinics are among the admin's. Since an account keeps the clinics
/// that it was registered with, a read model that is behind can hide it, but never widen it.
pub async fn require_within(app: &App, caller: &Caller, account: AccountId) -> Result<(), Problem> {
    if caller.clinics == ClinicScope::All {
        return Ok(());
    }
    let row = account_directory::get(&app.pool, account).await?;
    let within = row.is_some_and(|row| lies_within(&row.row().clinics, &caller.clinics));
    if within {
        Ok(())
    } else {
        Err(Problem::not_found())
    }
}

#[cfg(test)]
mod tests {
    use domain::ClinicId;
    use uuid::Uuid;

    use super::*;

    fn only<const N: usize>(clinics: [u128; N]) -> ClinicScope {
        ClinicScope::Only(
            clinics
                .map(|id| ClinicId::from_uuid(Uuid::from_u128(id)))
                .into(),
        )
    }

    #[test]
    fn everything_lies_within_the_whole_group() {
        assert!(lies_within(&ClinicScope::All, &ClinicScope::All));
        assert!(lies_within(&only([1, 2]), &ClinicScope::All));
    }

    #[test]
    fn the_whole_group_lies_within_no_named_clinics() {
        assert!(!lies_within(&ClinicScope::All, &only([1, 2])));
    }

    #[test]
    fn named_clinics_lie_within_those_that_name_them_all() {
        assert!(lies_within(&only([1]), &only([1, 2])));
        assert!(lies_within(&only([]), &only([])));
        assert!(!lies_within(&only([1, 3]), &only([1, 2])));
    }
}
