//! Partitions, one per month.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};
use sqlx::{PgConnection, PgExecutor};

/// Months ahead whose partitions are added before they begin.
const AHEAD: u32 = 1;

/// Returns the months of which a node has the partitions at `now`: the present one, and the next.
pub(super) fn months_ahead(now: DateTime<Utc>) -> BTreeSet<NaiveDate> {
    let first = month_of(now);
    let months = (0..=AHEAD).filter_map(|ahead| first.checked_add_months(Months::new(ahead)));
    months.collect()
}

/// Returns the first day of the month in UTC.
pub(super) fn month_of(at: DateTime<Utc>) -> NaiveDate {
    let day = at.date_naive();
    day.with_day(1).unwrap_or(day)
}

/// Adds the partitions of these months that are missing.
pub(super) async fn add(
    connection: &mut PgConnection,
    months: &BTreeSet<NaiveDate>,
) -> Result<(), sqlx::Error> {
    for month in months {
        if add_one(&mut *connection, *month).await? {
            tracing::info!(month = %month.format("%Y-%m"), "Added a partition of the access log.");
        }
    }
    Ok(())
}

async fn add_one(executor: impl PgExecutor<'_>, month: NaiveDate) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(r#"select access_log_add_partition($1) as "added!""#, month)
        .fetch_one(executor)
        .await
}

/// Returns whether an insert was refused because the partition is missing.
pub(super) fn is_missing(error: &sqlx::Error) -> bool {
    // A check violation as well, but of no constraint that has a name.
    error.as_database_error().is_some_and(|error| {
        error.code().as_deref() == Some("23514") && error.constraint().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(now: &str) -> Vec<String> {
        let months = months_ahead(now.parse().unwrap());
        months.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn this_month_and_the_next_have_partitions() {
        assert_eq!(months("2026-01-31T23:59:59Z"), ["2026-01-01", "2026-02-01"]);
        assert_eq!(months("2026-12-01T00:00:00Z"), ["2026-12-01", "2027-01-01"]);
    }
}
