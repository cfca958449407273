//! Refund policy: the share of the fee by the hours between cancellation and visit.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::appointment::CancelledBy;
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

    /// Returns the refund of `paid` if the patient cancels `before` the start of the visit; zero
    /// once it has begun. A part of a minor unit is rounded up in the patient's favour.
    pub fn share_of(&self, paid: Money, before: TimeDelta) -> Money {
        let fits = |step: &&RefundStep| {
            before >= TimeDelta::hours(step.hours_before.into()) && before > TimeDelta::zero()
        };
        let percent = self.0.iter().find(fits).map_or(0, |step| step.percent);
        let hundredths = i128::from(paid.amount()) * i128::from(percent);
        let share = i64::try_from((hundredths + 99) / 100);
        let share = share
            .ok()
            .and_then(|share| Money::new(share, paid.currency()).ok());
        // At most 100 percent of an amount is a valid amount.
        share.unwrap_or(paid)
    }
}

/// Returns the refund for a cancelled visit.
///
/// It depends on who cancels: the doctor and the clinic refund everything, the patient gets the
/// share of the policy.
pub fn refund_due(
    policy: &RefundPolicy,
    paid: Money,
    cancelled_by: CancelledBy,
    before: TimeDelta,
) -> Money {
    match cancelled_by {
        CancelledBy::Doctor | CancelledBy::Clinic => paid,
        CancelledBy::Patient => policy.share_of(paid, before),
    }
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
        usual().share_of(inr(80_000), before).amount()
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
        let paid = inr(80_000);
        let moment = TimeDelta::microseconds(1);
        assert_eq!(generous.share_of(paid, moment), paid);
        assert!(generous.share_of(paid, TimeDelta::zero()).is_zero());
        assert!(generous.share_of(paid, -moment).is_zero());
    }

    #[test]
    fn a_part_of_a_paisa_is_the_patients() {
        let third = RefundPolicy::new(vec![step(1, 33)]).unwrap();
        assert_eq!(third.share_of(inr(101), TimeDelta::hours(2)), inr(34));
        assert_eq!(third.share_of(inr(100), TimeDelta::hours(2)), inr(33));
    }

    #[test]
    fn the_doctor_and_the_clinic_give_back_all_of_it() {
        let (paid, begun) = (inr(80_000), TimeDelta::minutes(-5));
        for by in [CancelledBy::Doctor, CancelledBy::Clinic] {
            assert_eq!(refund_due(&usual(), paid, by, begun), paid);
        }
        let by = CancelledBy::Patient;
        assert!(refund_due(&usual(), paid, by, begun).is_zero());
        assert_eq!(
            refund_due(&usual(), paid, by, TimeDelta::hours(5)),
            inr(40_000)
        );
    }

    #[test]
    fn the_largest_amount_is_no_trouble() {
        let paid = inr(i64::MAX);
        assert_eq!(usual().share_of(paid, TimeDelta::days(2)), paid);
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
        assert!(none.share_of(inr(80_000), TimeDelta::days(9)).is_zero());
    }
}
