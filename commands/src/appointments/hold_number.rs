//! Numbers of the open holds of an account.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use domain::appointment::{AppointmentRefusal, BookAppointment, BookingPolicy};
use domain::{AccountId, Actor, Role};
use uuid::Uuid;

use crate::claims::{HOLD_SPACE, hold_key};
use crate::{CommandError, Commands, Fault};

/// Accounts of which numbers are remembered until overdue ones are dropped.
const MANY: usize = 10_000;

/// The attempts of one booking to get a hold number. Another node may give out the same number at the same time; the
/// database decides, and the booking is tried again with another one.
#[derive(Debug, Default)]
pub(super) struct HoldAttempts {
    tried: u16,
    /// Set once the account has as many open holds as it may have.
    none_left: AtomicBool,
}

impl HoldAttempts {
    /// Numbers the hold of a booking; it gets no number if the actor's holds are not limited.
    ///
    /// # Errors
    /// [`AppointmentRefusal::TooManyHolds`] if the account has as many open holds as it may have.
    pub(super) async fn number(
        &self,
        commands: &Commands,
        booking: &mut BookAppointment,
    ) -> Result<(), CommandError<AppointmentRefusal>> {
        let (by, policy, at) = (booking.by, booking.policy, booking.at);
        booking.hold_number = match commands.hold_number(by, policy, at).await? {
            HoldNumber::Unlimited => None,
            HoldNumber::Free(number) => Some(number),
            HoldNumber::NoneLeft { max } => {
                self.none_left.store(true, Ordering::Relaxed);
                let refusal = AppointmentRefusal::TooManyHolds { max };
                return Err(CommandError::Refused(refusal));
            }
        };
        Ok(())
    }

    /// Returns whether the booking is tried again after this refusal: its number was taken, and others are left.
    pub(super) fn again(&mut self, refusal: AppointmentRefusal) -> bool {
        let AppointmentRefusal::TooManyHolds { max } = refusal else {
            return false;
        };
        self.tried += 1;
        self.tried <= max && !self.none_left.load(Ordering::Relaxed)
    }
}

/// The number for a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HoldNumber {
    /// The actor's holds are not limited.
    Unlimited,
    /// No other open hold of the account seems to have it.
    Free(u16),
    /// The account has as many open holds as it may have.
    NoneLeft {
        /// The most that is accepted.
        max: u16,
    },
}

/// Numbers that this node has given out, each until its hold ends. Only a hint, so that a booking seldom tries a number
/// that is taken, which would make its batch slow: the database decides.
#[derive(Debug, Default)]
pub(crate) struct HoldNumbers(Mutex<HashMap<AccountId, HashMap<u16, DateTime<Utc>>>>);

impl HoldNumbers {
    /// Gives out a number that is not known to be in use, the first one from a random one on.
    fn take(&self, account: AccountId, random: Uuid, hold: Hold) -> Option<u16> {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if accounts.len() >= MANY {
            accounts.retain(|_, used| used.values().any(|until| *until > hold.at));
        }
        let used = accounts.entry(account).or_default();
        used.retain(|_, until| *until > hold.at);
        let [.., high, low] = *random.as_bytes();
        let start = u16::from_be_bytes([high, low]) % hold.max;
        let number = (start..hold.max)
            .chain(0..start)
            .find(|number| !used.contains_key(number))?;
        used.insert(number, hold.until);
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

/// A hold to come.
#[derive(Debug, Clone, Copy)]
struct Hold {
    max: u16,
    at: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl Commands {
    /// Chooses the number for a hold of this actor. Where none seems to be free, the database is asked: holds end before
    /// their time, too.
    async fn hold_number(
        &self,
        by: Actor,
        policy: BookingPolicy,
        at: DateTime<Utc>,
    ) -> Result<HoldNumber, Fault> {
        let account = by.account_id().filter(|_| by.role() == Some(Role::Patient));
        let Some(account) = account else {
            return Ok(HoldNumber::Unlimited);
        };
        let length = TimeDelta::minutes(i64::from(policy.hold_minutes));
        let hold = Hold {
            max: policy.max_holds.max(1),
            at,
            until: at.checked_add_signed(length).unwrap_or(at),
        };
        if let Some(number) = self.hold_numbers.take(account, self.ids.id(), hold) {
            return Ok(HoldNumber::Free(number));
        }
        let mut free = Vec::new();
        for number in 0..hold.max {
            let key = hold_key(account, number);
            let holder = self.store.holder_of(HOLD_SPACE, &key).await;
            if holder
                .map_err(Fault::doing("looking for the holds of an account"))?
                .is_none()
            {
                free.push(number);
            }
        }
        self.hold_numbers.forget(account, &free);
        let number = self.hold_numbers.take(account, self.ids.id(), hold);
        Ok(number.map_or(HoldNumber::NoneLeft { max: hold.max }, HoldNumber::Free))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn hold(minute: i64) -> Hold {
        let at = DateTime::UNIX_EPOCH + TimeDelta::minutes(minute);
        Hold {
            max: 3,
            at,
            until: at + TimeDelta::minutes(15),
        }
    }

    fn take(numbers: &HoldNumbers, account: u128, minute: i64) -> Option<u16> {
        let account = AccountId::from_uuid(Uuid::from_u128(account));
        numbers.take(
            account,
            Uuid::from_u128(account.as_uuid().as_u128() + 1),
            hold(minute),
        )
    }

    #[test]
    fn each_number_is_given_out_once_until_its_hold_ends_or_it_turns_out_to_be_free() {
        let numbers = HoldNumbers::default();
        let given: BTreeSet<_> = (0..3).filter_map(|_| take(&numbers, 1, 0)).collect();
        assert_eq!(given, BTreeSet::from([0, 1, 2]));
        assert_eq!(take(&numbers, 1, 14), None);
        assert!(take(&numbers, 2, 14).is_some());
        numbers.forget(AccountId::from_uuid(Uuid::from_u128(1)), &[1]);
        assert_eq!(take(&numbers, 1, 14), Some(1));
        assert!(take(&numbers, 1, 15).is_some());
    }
}
