//! The demo data that is in the log.

use std::ops::Range;
use std::str::FromStr;

/// Doctors who share patients: no patient of one practice is seen by another one.
const DOCTORS_OF_A_PRACTICE: usize = 10;
/// Visits for which a doctor's hours have room, back and ahead, with some to spare.
const MOST_PER_DOCTOR: usize = 700;
/// Visits for which a patient has time, at one a day.
const MOST_PER_PATIENT: usize = 40;

/// The amount of demo data to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Four clinics, to look at.
    Small,
    /// The same, and a group with so many besides.
    Large(Numbers),
}

/// The number of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Patients.
    pub patients: usize,
    /// Doctors.
    pub doctors: usize,
    /// Visits of the last months.
    pub past: usize,
    /// Visits of the next months; each holds its time.
    pub ahead: usize,
}

/// A clinic group that has grown large.
const LARGE: Numbers = Numbers {
    patients: 100_000,
    doctors: 2_000,
    past: 1_000_000,
    ahead: 1_000_000,
};

/// It is no size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSize {
    /// Not how a size is written.
    #[error(
        "write small, large, or the numbers of patients, doctors, past and future visits: 200,5,1000,1000"
    )]
    Unreadable,
    /// There are not enough hours, or days.
    #[error(
        "that does not fit: a doctor has time for {MOST_PER_DOCTOR} visits back and ahead, a patient for \
         {MOST_PER_PATIENT}"
    )]
    TooMany,
}

impl FromStr for Size {
    type Err = InvalidSize;

    fn from_str(text: &str) -> Result<Self, InvalidSize> {
        match text {
            "small" => Ok(Self::Small),
            "large" => Ok(Self::Large(LARGE)),
            numbers => numbers.parse().map(Self::Large),
        }
    }
}

impl FromStr for Numbers {
    type Err = InvalidSize;

    fn from_str(text: &str) -> Result<Self, InvalidSize> {
        let numbers: Result<Vec<usize>, _> = text.split(',').map(str::parse).collect();
        let Ok([patients, doctors, past, ahead]) = numbers.as_deref() else {
            return Err(InvalidSize::Unreadable);
        };
        let numbers = Self {
            patients: *patients,
            doctors: *doctors,
            past: *past,
            ahead: *ahead,
        };
        if numbers.fit() {
            Ok(numbers)
        } else {
            Err(InvalidSize::TooMany)
        }
    }
}

impl Numbers {
    fn fit(self) -> bool {
        let most = self.past.max(self.ahead);
        let hours = self.doctors.saturating_mul(MOST_PER_DOCTOR);
        let days = self.patients.saturating_mul(MOST_PER_PATIENT);
        self.patients >= self.doctors && self.doctors > 0 && most <= hours.min(days)
    }

    /// Returns the number of practices that the doctors form.
    pub(super) fn practices(self) -> usize {
        self.doctors.div_ceil(DOCTORS_OF_A_PRACTICE)
    }

    /// Returns the share of a practice.
    pub(super) fn of_practice(self, number: usize) -> Share {
        let share = |all: usize| {
            let up_to = |number: usize| all * number / self.practices();
            up_to(number)..up_to(number + 1)
        };
        Share {
            patients: share(self.patients),
            doctors: share(self.doctors),
            past: share(self.past).len(),
            ahead: share(self.ahead).len(),
        }
    }
}

/// The share of one practice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) patients: Range<usize>,
    pub(super) doctors: Range<usize>,
    pub(super) past: usize,
    pub(super) ahead: usize,
}

impl Share {
    pub(super) fn visits(&self) -> usize {
        self.past + self.ahead
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_word_or_four_numbers() {
        assert_eq!("small".parse(), Ok(Size::Small));
        assert_eq!("large".parse(), Ok(Size::Large(LARGE)));
        let own = Numbers {
            patients: 200,
            doctors: 5,
            past: 1_000,
            ahead: 900,
        };
        assert_eq!("200,5,1000,900".parse(), Ok(Size::Large(own)));
        for text in ["", "huge", "200,5,1000", "200,5,1000,-1"] {
            assert_eq!(text.parse::<Size>(), Err(InvalidSize::Unreadable), "{text}");
        }
    }

    #[test]
    fn what_hours_and_days_have_no_room_for_is_no_size() {
        for text in ["10,0,0,0", "200,5,3501,0", "10,5,0,401", "4,5,10,10"] {
            assert_eq!(text.parse::<Size>(), Err(InvalidSize::TooMany), "{text}");
        }
        assert!(LARGE.fit());
    }

    #[test]
    fn practices_share_everything_out() {
        let numbers: Numbers = "103,27,1001,999".parse().unwrap();
        let shares: Vec<_> = (0..numbers.practices())
            .map(|number| numbers.of_practice(number))
            .collect();
        assert_eq!(shares.len(), 3);
        for shares in shares.windows(2) {
            assert_eq!(shares[0].patients.end, shares[1].patients.start);
            assert_eq!(shares[0].doctors.end, shares[1].doctors.start);
        }
        assert_eq!(shares[2].patients.end, 103);
        assert_eq!(shares[2].doctors.end, 27);
        assert_eq!(shares.iter().map(Share::visits).sum::<usize>(), 2_000);
    }
}
