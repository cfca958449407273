//! Regular weeks. A doctor's day begins at the same time on each of its weekdays, so that the demo
//! shows the same times whatever day it is started on.

use chrono::NaiveTime;
use chrono::Weekday::{self, Fri, Mon, Sat, Sun, Thu, Tue, Wed};
use domain::{OpeningHours, WeeklyHours};

/// The same openings on some days of the week.
pub(super) struct Week {
    days: &'static [Weekday],
    openings: &'static [(&'static str, &'static str)],
}

/// The weeks that doctors have, one after the other. [`DAILY`] is the one without a day off.
pub(super) const WEEKS: [Week; 6] = [
    Week {
        days: &[Mon, Tue, Wed, Thu, Fri, Sat],
        openings: &[("09:00", "13:00")],
    },
    Week {
        days: &[Mon, Tue, Wed, Thu, Fri],
        openings: &[("10:00", "13:00"), ("15:00", "18:00")],
    },
    Week {
        days: &[Mon, Wed, Fri],
        openings: &[("08:00", "14:00")],
    },
    Week {
        days: &[Tue, Thu, Sat],
        openings: &[("11:30", "17:00")],
    },
    Week {
        days: &[Mon, Tue, Wed, Thu, Fri, Sat, Sun],
        openings: &[("16:00", "20:00")],
    },
    Week {
        days: &[Sat, Sun],
        openings: &[("09:00", "15:00")],
    },
];

/// The one of [`WEEKS`] with an opening on every day, in the evening.
pub(super) const DAILY: usize = 4;

/// The hours at a second clinic: two evenings, beside every week but the daily one.
pub(super) const SECOND: Week = Week {
    days: &[Tue, Thu],
    openings: &[("18:00", "20:30")],
};

/// The weeks of those who have much to do: 35 hours at least.
pub(super) const FULL_WEEKS: [Week; 4] = [
    Week {
        days: &[Mon, Tue, Wed, Thu, Fri],
        openings: &[("09:00", "13:00"), ("15:00", "18:00")],
    },
    Week {
        days: &[Mon, Tue, Wed, Thu, Fri, Sat],
        openings: &[("08:00", "14:00")],
    },
    Week {
        days: &[Tue, Wed, Thu, Fri, Sat],
        openings: &[("11:00", "15:00"), ("16:00", "20:00")],
    },
    Week {
        days: &[Mon, Tue, Wed, Fri, Sun],
        openings: &[("10:00", "13:00"), ("14:00", "19:00")],
    },
];

impl Week {
    /// The week as a value.
    pub(super) fn hours(&self) -> anyhow::Result<WeeklyHours> {
        let mut openings = Vec::new();
        for &day in self.days {
            for &(from, to) in self.openings {
                openings.push(OpeningHours::new(day, time(from)?, time(to)?)?);
            }
        }
        Ok(WeeklyHours::new(openings)?)
    }
}

fn time(text: &str) -> anyhow::Result<NaiveTime> {
    Ok(NaiveTime::parse_from_str(text, "%H:%M")?)
}
