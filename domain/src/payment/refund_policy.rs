//! Refund policy: the share of the fee by the hours between cancellation and visit.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::values::Money;

/// The most lines of a policy.
pub const MAX_STEPS: usize = 24;

/// Reason to refuse a refund policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidRefundPolicy {
    /// A share exceeds 100 percent.
    #[error("a share is at most 100 percent")]
    MoreThanAll,
    /// The lines are not in order.
    #[error("the hours before the visit grow fewer from step to step")]
    HoursNotFewer,
    /// A later cancellation would give a larger refund.
    #[error("a later step gives back no more than an earlier one")]
    LaterIsMore,
    /// The policy has too many lines.
    #[error("a table has at most {MAX_STEPS} lines")]
    TooManySteps,
}

/// One line of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefundStep {
    /// Least hours between the cancellation and the start of the visit.
    pub hours_before: u16,
    /// Share of the fee to refund, in whole percent.
    pub percent: u8,
}

/// The refund policy of a clinic: the first line that applies counts; if none applies, nothing is
/// refunded.
///
/// It applies if the patient cancels. If the doctor or the clinic cancels, the refund is complete.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<RefundStep>", into = "Vec<RefundStep>")]
pub struct RefundPolicy(Vec<RefundStep>);

impl RefundPolicy {
    /// Checks the lines of a policy, earliest first.
    ///
    /// # Errors
    /// [`InvalidRefundPolicy`] names the first rule that is broken.
    pub fn new(steps: Vec<RefundStep>) -> Result<Self, InvalidRefundPolicy> {
        if steps.len() > MAX_STEPS {
            return Err(InvalidRefundPolicy::TooManySteps);
        }
        if steps.iter().any(|step| step.percent > 100) {
            return Err(InvalidRefundPolicy::MoreThanAll);
        }
        for (earlier, later) in steps.iter().zip(steps.iter().skip(1)) {
            if later.hours_before >= earlier.hours_before {
                return Err(InvalidRefundPolicy::HoursNotFewer);
            }
            if later.percent > earlier.percent {
                return Err(InvalidRefundPolicy::LaterIsMore);
            }
        }
        Ok(Self(steps))
    }

    /// Returns the default policy: all of the fee until a day before, half of it until four hours
    /// before.
    #[must_use]
    pub fn usual() -> Self {
        let steps = [(24, 100), (4, 50)].map(|(hours_before, percent)| RefundStep {
            hours_before,
            percent,
        });
        Self(steps.to_vec())
    }

    /// Returns the lines, earliest first.
    pub fn steps(&self) -> &[RefundStep] {
        &self.0
    }

    /// Returns the share, in whole percent, if the patient cancels `before` the start of the visit;
    /// zero once it has begun.
    pub fn percent(&self, before: TimeDelta) -> u8 {
        self.step(before).map_or(0, |step| step.percent)
    }

    /// Returns the last time before `start` at which the patient gets at least such a share; `None`
    /// if there is none, or if it never ends.
    pub fn last_time_of(&self, percent: u8, start: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut steps = self.0.iter().rev();
        let step = steps.find(|step| step.percent >= percent)?;
        let hours = TimeDelta::hours(step.hours_before.into());
        // Once the visit has begun nothing is refunded, so the last time is before its start.
        (percent > 0).then(|| start - hours.max(TimeDelta::microseconds(1)))
    }

    fn step(&self, before: TimeDelta) -> Option<&RefundStep> {
        let fits = |step: &&RefundStep| {
            before >= TimeDelta::hours(step.hours_before.into()) && before > TimeDelta::zero()
        };
        self.0.iter().find(fits)
    }
}

/// Returns a share of an amount. A part of a minor unit is rounded up in the patient's favour.
pub(super) fn share(amount: Money, percent: u8) -> Money {
    let hundredths = i128::from(amount.amount()) * i128::from(percent.min(100));
    let share = i64::try_from((hundredths + 99) / 100).ok();
    let share = share.and_then(|share| Money::new(share, amount.currency()).ok());
    // At most 100 percent of an amount is a valid amount.
    share.unwrap_or(amount)
}

impl TryFrom<Vec<RefundStep>> for RefundPolicy {
    type Error = InvalidRefundPolicy;

    fn try_from(steps: Vec<RefundStep>) -> Result<Self, InvalidRefundPolicy> {
        Self::new(steps)
    }
}

impl From<RefundPolicy> for Vec<RefundStep> {
    fn from(policy: RefundPolicy) -> Self {
        policy.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Currency;

    fn step(hours_before: u16, percent: u8) -> RefundStep {
        RefundStep {
            hours_before,
            percent,
        }
    }

    fn usual() -> RefundPolicy {
        RefundPolicy::usual()
    }

    fn inr(amount: i64) -> Money {
        Money::new(amount, Currency::Inr).unwrap()
    }

    fn back(before: TimeDelta) -> i64 {
        share(inr(80_000), usual().percent(before)).amount()
    }

    #[test]
    fn the_usual_table_is_one() {
        let steps = vec![step(24, 100), step(4, 50)];
        assert_eq!(RefundPolicy::new(steps.clone()), Ok(usual()));
        assert_eq!(usual().steps(), steps);
    }

    #[test]
    fn a_table_has_at_most_24_lines() {
        let lines = |count: u16| (1..=count).rev().map(|hours| step(hours, 10)).collect();
        assert!(RefundPolicy::new(lines(24)).is_ok());
        let too_many = Err(InvalidRefundPolicy::TooManySteps);
        assert_eq!(RefundPolicy::new(lines(25)), too_many);
    }

    #[test]
    fn the_earlier_the_more() {
        let moment = TimeDelta::microseconds(1);
        assert_eq!(back(TimeDelta::days(9)), 80_000);
        assert_eq!(back(TimeDelta::hours(24)), 80_000);
        assert_eq!(back(TimeDelta::hours(24) - moment), 40_000);
        assert_eq!(back(TimeDelta::hours(4)), 40_000);
        assert_eq!(back(TimeDelta::hours(4) - moment), 0);
    }

    #[test]
    fn once_it_has_begun_nothing_is_given_back() {
        let generous = RefundPolicy::new(vec![step(0, 100)]).unwrap();
        let moment = TimeDelta::microseconds(1);
        assert_eq!(generous.percent(moment), 100);
        assert_eq!(generous.percent(TimeDelta::zero()), 0);
        assert_eq!(generous.percent(-moment), 0);
    }

    #[test]
    fn a_part_of_a_paisa_is_the_patients() {
        assert_eq!(share(inr(101), 33), inr(34));
        assert_eq!(share(inr(100), 33), inr(33));
    }

    #[test]
    fn the_largest_amount_is_no_trouble() {
        assert_eq!(share(inr(i64::MAX), 100), inr(i64::MAX));
    }

    #[test]
    fn a_share_holds_until_the_last_line_that_gives_it() {
        let start = DateTime::UNIX_EPOCH + TimeDelta::days(30);
        let before = |hours| Some(start - TimeDelta::hours(hours));
        assert_eq!(usual().last_time_of(100, start), before(24));
        assert_eq!(usual().last_time_of(50, start), before(4));
        // A share between two lines, after a move.
        assert_eq!(usual().last_time_of(20, start), before(4));
        assert_eq!(usual().last_time_of(0, start), None);
        let generous = RefundPolicy::new(vec![step(0, 100)]).unwrap();
        let last = Some(start - TimeDelta::microseconds(1));
        assert_eq!(generous.last_time_of(100, start), last);
    }

    #[test]
    fn a_table_that_makes_no_sense_is_refused() {
        let table = |steps: &[RefundStep]| RefundPolicy::new(steps.to_vec());
        assert_eq!(
            table(&[step(1, 101)]),
            Err(InvalidRefundPolicy::MoreThanAll)
        );
        let same = table(&[step(4, 50), step(4, 20)]);
        assert_eq!(same, Err(InvalidRefundPolicy::HoursNotFewer));
        let later = table(&[step(24, 50), step(4, 60)]);
        assert_eq!(later, Err(InvalidRefundPolicy::LaterIsMore));
        let stored = serde_json::json!([{"hoursBefore": 24, "percent": 120}]);
        assert!(serde_json::from_value::<RefundPolicy>(stored).is_err());
    }

    #[test]
    fn without_a_table_nothing_is_given_back() {
        let none = RefundPolicy::default();
        assert_eq!(none.percent(TimeDelta::days(9)), 0);
    }
}
