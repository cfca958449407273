//! Numbers of the open holds of an account, and of its bookings on a day.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use domain::appointment::{AppointmentRefusal, BookAppointment, BookingPolicy};
use domain::{AccountId, Role};
use uuid::Uuid;

use crate::claims::{
    BOOKING_NUMBER_TAKEN, BOOKING_SPACE, HOLD_NUMBER_TAKEN, HOLD_SPACE, booking_key, hold_key,
};
use crate::proposal::Proposal;
use crate::{CommandError, Commands, Fault};

/// Accounts of which numbers are remembered until overdue ones are dropped.
const MANY: usize = 10_000;

/// Numbers that this node has given out, each until it is free again. Only a hint, so that a booking seldom tries a number
/// that is taken, which would make its batch slow: the database decides.
#[derive(Debug, Default)]
pub(crate) struct GivenNumbers(Mutex<HashMap<AccountId, HashMap<u16, DateTime<Utc>>>>);

/// Numbers of both kinds that this node has given out.
#[derive(Debug, Default)]
pub(crate) struct BookingNumbers {
    holds: GivenNumbers,
    of_day: GivenNumbers,
}

impl GivenNumbers {
    /// Gives out a number that is not known to be in use, the first one from a random one on.
    fn take(&self, account: AccountId, random: Uuid, wanted: Wanted) -> Option<u16> {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if accounts.len() >= MANY {
            accounts.retain(|_, used| used.values().any(|until| *until > wanted.at));
        }
        let used = accounts.entry(account).or_default();
        used.retain(|_, until| *until > wanted.at);
        let [.., high, low] = *random.as_bytes();
        let start = u16::from_be_bytes([high, low]) % wanted.max;
        let number = (start..wanted.max)
            .chain(0..start)
            .find(|number| !used.contains_key(number))?;
        used.insert(number, wanted.until);
        Some(number)
    }

    /// Forgets numbers that turned out to be free.
    fn forget(&self, account: AccountId, free: &[u16]) {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(used) = accounts.get_mut(&account) {
            used.retain(|number, _| !free.contains(number));
        }
    }
}

/// A number that is wanted: one of so many, from now until then.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    max: u16,
    at: DateTime<Utc>,
    until: DateTime<Utc>,
}

/// The names under which the numbers of an account are reserved.
#[derive(Clone, Copy)]
struct Names<'a> {
    space: &'static str,
    key: &'a (dyn Fn(u16) -> Vec<u8> + Sync),
}

/// Attempts of one command to find numbers that are free.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    made: u16,
    /// Set once the database was asked and knew of none.
    none_left: AtomicBool,
}

impl Attempts {
    /// Returns whether another attempt may succeed after this refusal: a number was taken by another command.
    pub(super) fn again(&mut self, refusal: Option<AppointmentRefusal>) -> bool {
        let Some(
            AppointmentRefusal::TooManyHolds { max } | AppointmentRefusal::TooManyBookings { max },
        ) = refusal
        else {
            return false;
        };
        self.made += 1;
        self.made <= max && !self.none_left.load(Ordering::Relaxed)
    }
}

/// Sets the refusals if another command took one of the numbers.
pub(super) fn refusing<T, R>(
    proposal: Proposal<T, R>,
    policy: BookingPolicy,
    refusal: impl Fn(AppointmentRefusal) -> R,
) -> Proposal<T, R> {
    let [holds, bookings] = limits(policy);
    proposal
        .on_violation(HOLD_NUMBER_TAKEN, refusal(holds))
        .on_violation(BOOKING_NUMBER_TAKEN, refusal(bookings))
}

/// The refusals where no number is left.
fn limits(policy: BookingPolicy) -> [AppointmentRefusal; 2] {
    [
        AppointmentRefusal::TooManyHolds {
            max: policy.max_holds.max(1),
        },
        AppointmentRefusal::TooManyBookings {
            max: policy.max_daily_bookings.max(1),
        },
    ]
}

impl Commands {
    /// Chooses the numbers of a booking by an account of a patient. Bookings of others are not limited.
    pub(super) async fn number(
        &self,
        command: &mut BookAppointment,
        attempts: &Attempts,
    ) -> Result<(), CommandError<AppointmentRefusal>> {
        let by = command.by;
        let account = by.account_id().filter(|_| by.role() == Some(Role::Patient));
        let Some(account) = account else {
            return Ok(());
        };
        let (at, policy) = (command.at, command.policy);
        let later = |length| at.checked_add_signed(length).unwrap_or(at);
        let hold = Wanted {
            max: policy.max_holds.max(1),
            at,
            until: later(TimeDelta::minutes(i64::from(policy.hold_minutes))),
        };
        let of_day = Wanted {
            max: policy.max_daily_bookings.max(1),
            at,
            until: end_of_day(at),
        };
        let day = at.date_naive();
        let given = &self.booking_numbers;
        let holds = Names {
            space: HOLD_SPACE,
            key: &|number| hold_key(account, number),
        };
        let bookings = Names {
            space: BOOKING_SPACE,
            key: &|number| booking_key(account, day, number),
        };
        command.hold_number = self.free_number(&given.holds, account, hold, holds).await?;
        command.daily_number = self
            .free_number(&given.of_day, account, of_day, bookings)
            .await?;
        let [too_many_holds, too_many_bookings] = limits(policy);
        let refusal = match (command.hold_number, command.daily_number) {
            (Some(_), Some(_)) => return Ok(()),
            (None, _) => too_many_holds,
            (_, None) => too_many_bookings,
        };
        attempts.none_left.store(true, Ordering::Relaxed);
        Err(CommandError::Refused(refusal))
    }

    /// A number that seems to be free. Where none does, the database is asked: holds end before their time, too.
    async fn free_number(
        &self,
        given: &GivenNumbers,
        account: AccountId,
        wanted: Wanted,
        names: Names<'_>,
    ) -> Result<Option<u16>, Fault> {
        if let Some(number) = given.take(account, self.ids.id(), wanted) {
            return Ok(Some(number));
        }
        let keys: Vec<_> = (0..wanted.max).map(names.key).collect();
        let taken = self.store.taken_names(names.space, &keys).await;
        let taken = taken.map_err(Fault::doing("looking for the numbers of an account"))?;
        let taken: BTreeSet<_> = taken.into_iter().collect();
        let free: Vec<_> = (0..wanted.max)
            .filter(|number| !taken.contains(&(names.key)(*number)))
            .collect();
        given.forget(account, &free);
        Ok(given.take(account, self.ids.id(), wanted))
    }
}

/// The end of the day, UTC.
fn end_of_day(at: DateTime<Utc>) -> DateTime<Utc> {
    let next = at.date_naive().checked_add_days(Days::new(1));
    next.map_or(at, |next| next.and_time(NaiveTime::MIN).and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(minute: i64) -> Wanted {
        let at = DateTime::UNIX_EPOCH + TimeDelta::minutes(minute);
        Wanted {
            max: 3,
            at,
            until: at + TimeDelta::minutes(15),
        }
    }

    fn take(numbers: &GivenNumbers, account: u128, minute: i64) -> Option<u16> {
        let account = AccountId::from_uuid(Uuid::from_u128(account));
        numbers.take(
            account,
            Uuid::from_u128(account.as_uuid().as_u128() + 1),
            hold(minute),
        )
    }

    #[test]
    fn each_number_is_given_out_once_until_its_hold_ends_or_it_turns_out_to_be_free() {
        let numbers = GivenNumbers::default();
        let given: BTreeSet<_> = (0..3).filter_map(|_| take(&numbers, 1, 0)).collect();
        assert_eq!(given, BTreeSet::from([0, 1, 2]));
        assert_eq!(take(&numbers, 1, 14), None);
        assert!(take(&numbers, 2, 14).is_some());
        numbers.forget(AccountId::from_uuid(Uuid::from_u128(1)), &[1]);
        assert_eq!(take(&numbers, 1, 14), Some(1));
        assert!(take(&numbers, 1, 15).is_some());
    }
}
