//! Property tests of timetables in every zone: slots do not overlap, a partition has neither gap
//! nor overlap, and a booking of an unavailable time is refused for the reported reason.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use proptest::prelude::*;

use super::*;
use crate::appointment::{
    Appointment, AppointmentCommand, AppointmentRefusal as Refusal, BookAppointment, BookingPolicy,
    decide,
};
use crate::doctor::{Affiliation, DoctorFacts};
use crate::test_fixtures::{
    admin, appointment_id, clinic, date, doctor_id, inr, minutes, patient_id, zone,
};
use crate::values::{DatedHours, DayHours, Holidays, Opening, OpeningHours, Slot, WeeklyHours};

/// Zones that change their clocks by night, at midnight, by half an hour, and not at all.
const ZONES: [&str; 9] = [
    "Asia/Kolkata",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Beirut",
];

fn time(part: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(part / 12, part % 12 * 5, 0).unwrap()
}

/// On any grid of five minutes.
fn some_opening() -> impl Strategy<Value = Opening> {
    (0_u32..287, 1_u32..120).prop_map(|(from, length)| {
        Opening::new(time(from), time((from + length).min(287))).unwrap()
    })
}

/// Up to two openings a day.
fn some_hours() -> impl Strategy<Value = WeeklyHours> {
    let day = (0_u8..7).prop_map(|day| Weekday::try_from(day).unwrap());
    let openings = prop::collection::vec((day, some_opening()), 0..14);
    openings.prop_map(|openings| {
        let mut kept: Vec<OpeningHours> = Vec::new();
        for (day, opening) in openings {
            let opening = OpeningHours::new(day, opening.from(), opening.to()).unwrap();
            if !kept.iter().any(|other| other.overlaps(&opening)) {
                kept.push(opening);
            }
        }
        WeeklyHours::new(kept).unwrap()
    })
}

fn some_day() -> impl Strategy<Value = DayHours> {
    prop::collection::vec(some_opening(), 0..3).prop_map(|openings| {
        let mut kept: Vec<Opening> = Vec::new();
        for opening in openings {
            if !kept.iter().any(|other| other.overlaps(&opening)) {
                kept.push(opening);
            }
        }
        DayHours::new(kept).unwrap()
    })
}

/// A doctor at a clinic for nine days, with everything that availability depends on.
#[derive(Debug, Clone)]
struct Scene {
    terms: Affiliation,
    holidays: Holidays,
    verified: bool,
    suspended: bool,
    taken: Vec<Taken>,
    policy: BookingPolicy,
    now: DateTime<Utc>,
    from: NaiveDate,
    to: NaiveDate,
}

prop_compose! {
    fn some_terms(from: NaiveDate)(
        hours in some_hours(),
        dates in prop::collection::vec((0_u64..9, some_day()), 0..4),
        zone_name in prop::sample::select(ZONES.to_vec()),
        length in (1_u16..=48).prop_map(|steps| steps * 5),
    ) -> Affiliation {
        let mut dated_hours = DatedHours::default();
        for (day, hours) in dates {
            dated_hours.set(from + Days::new(day), hours, DateTime::UNIX_EPOCH);
        }
        let (fee, slot_length, zone) = (inr(100), minutes(length), zone(zone_name));
        Affiliation { fee, slot_length, zone, hours, dated_hours }
    }
}

/// Times without overlaps, as slot claims are: pauses and lengths in minutes, and the kind of
/// entry.
fn some_taken(from: NaiveDate) -> impl Strategy<Value = Vec<Taken>> {
    let one = (0_i64..1_500, 1_i64..300, any::<bool>());
    prop::collection::vec(one, 0..8).prop_map(move |all| {
        let mut at = from.and_time(NaiveTime::MIN).and_utc();
        let mut taken = Vec::new();
        for (pause, length, leave) in all {
            let start = at + TimeDelta::minutes(pause);
            at = start + TimeDelta::minutes(length);
            let during = Slot::new(start, at).unwrap();
            let by = if leave {
                TakenBy::Leave
            } else {
                TakenBy::Visit
            };
            taken.push(Taken { during, by });
        }
        taken
    })
}

/// Any days of two years, which include every change of the clocks.
fn some_scene() -> impl Strategy<Value = Scene> {
    (0_u64..730).prop_flat_map(|day| {
        let from = date("2026-01-01") + Days::new(day);
        let others = (
            prop::collection::vec(0_u64..9, 0..3),
            (prop::bool::weighted(0.95), prop::bool::weighted(0.05)),
            -3_000_i64..20_000,
            1_u16..12,
            0_u64..9,
        );
        (some_terms(from), some_taken(from), others).prop_map(move |(terms, taken, others)| {
            let (days, (verified, suspended), minutes_ago, horizon_days, length) = others;
            let mut holidays = Holidays::default();
            for day in days {
                let name = "Holi".parse().unwrap();
                holidays.declare(from + Days::new(day), name, DateTime::UNIX_EPOCH);
            }
            let midnight = from.and_time(NaiveTime::MIN).and_utc();
            Scene {
                terms,
                holidays,
                verified,
                suspended,
                taken,
                policy: BookingPolicy {
                    hold_minutes: 15,
                    horizon_days,
                    ..BookingPolicy::default()
                },
                now: midnight - TimeDelta::minutes(minutes_ago),
                from,
                to: from + Days::new(length),
            }
        })
    })
}

impl Scene {
    fn partition(&self) -> Partition {
        let offer = Offer {
            timetable: self.terms.timetable(&self.holidays),
            verified: self.verified,
            suspended: self.suspended,
            taken: &self.taken,
            policy: self.policy,
            now: self.now,
        };
        offer.partition(self.from, self.to)
    }

    /// Books the slot that begins then. The command does not know the claims.
    fn book(&self, start: DateTime<Utc>) -> Result<(), Refusal> {
        let booking = BookAppointment {
            appointment: appointment_id(),
            clinic: clinic(1),
            holidays: self.holidays.clone(),
            doctor: DoctorFacts {
                doctor: doctor_id(),
                verified: self.verified,
                suspended: self.suspended,
                affiliation: Some(self.terms.clone()),
            },
            patient: patient_id(),
            start,
            reason: None,
            follows: None,
            hold_number: None,
            daily_number: None,
            override_reason: None,
            policy: self.policy,
            by: admin(),
            at: self.now,
        };
        decide(&Appointment::default(), AppointmentCommand::Book(booking)).map(|_| ())
    }

    fn is_taken(&self, slot: Slot) -> bool {
        self.taken.iter().any(|taken| taken.during.overlaps(&slot))
    }
}

/// Expected refusal of a booking that begins where an unavailable time does.
fn refusal(reason: UnavailableReason, policy: BookingPolicy) -> Result<(), Refusal> {
    let horizon_days = policy.horizon_days;
    match reason {
        UnavailableReason::Unverified => Err(Refusal::DoctorNotVerified),
        UnavailableReason::Suspended => Err(Refusal::DoctorSuspended),
        UnavailableReason::Past => Err(Refusal::SlotInPast),
        UnavailableReason::TooFar => Err(Refusal::SlotBeyondHorizon { horizon_days }),
        UnavailableReason::Holiday => Err(Refusal::ClinicClosed),
        UnavailableReason::OutsideHours | UnavailableReason::TooShort => {
            Err(Refusal::SlotOutsideHours)
        }
        // Only the claims refuse it: the command itself finds a slot.
        UnavailableReason::Leave | UnavailableReason::Taken => Ok(()),
    }
}

proptest! {
    #[test]
    fn what_is_offered_never_overlaps_and_can_be_booked(scene in some_scene()) {
        let timetable = scene.terms.timetable(&scene.holidays);
        let slots = timetable.slots_between(scene.from, scene.to);
        for pair in slots.windows(2) {
            prop_assert!(pair[0].end() <= pair[1].start());
        }
        for slot in slots {
            prop_assert_eq!(timetable.check_slot(slot.start()), Ok(slot));
        }
    }

    #[test]
    fn every_moment_of_the_days_is_offered_or_explained_once(scene in some_scene()) {
        let Partition { slots, unoffered } = scene.partition();
        prop_assert!(slots.is_sorted());
        prop_assert!(unoffered.is_sorted_by_key(|unoffered| unoffered.during));
        let mut parts: Vec<Slot> = unoffered.iter().map(|one| one.during).chain(slots).collect();
        parts.sort();
        let days = wall_clock::days(scene.terms.zone, scene.from, scene.to).unwrap();
        prop_assert_eq!(parts[0].start(), days.start());
        prop_assert_eq!(parts[parts.len() - 1].end(), days.end());
        for pair in parts.windows(2) {
            prop_assert_eq!(pair[0].end(), pair[1].start());
        }
        for pair in unoffered.windows(2) {
            let touch = pair[0].during.end() == pair[1].during.start();
            prop_assert!(!touch || pair[0].reason != pair[1].reason, "not merged: {:?}", pair);
        }
    }

    #[test]
    fn offered_slots_are_those_of_the_timetable_that_are_not_taken(scene in some_scene()) {
        let mut left = scene.terms.timetable(&scene.holidays).slots_between(scene.from, scene.to);
        left.retain(|slot| scene.book(slot.start()).is_ok() && !scene.is_taken(*slot));
        prop_assert_eq!(scene.partition().slots, left);
    }

    #[test]
    fn what_is_explained_is_refused_for_that_reason(scene in some_scene()) {
        for Unoffered { during, reason } in scene.partition().unoffered {
            let start = during.start();
            // At the present instant a visit would have begun, and the last bookable visit begins
            // at the horizon itself: one instant each that starts with another reason.
            let borders = [scene.now, scene.policy.horizon(scene.now)];
            let start = if borders.contains(&start) && !matches!(reason, UnavailableReason::Leave | UnavailableReason::Taken) {
                start + TimeDelta::nanoseconds(1)
            } else {
                start
            };
            if reason == UnavailableReason::Past && start > scene.now {
                continue; // The rest of a slot that begins now.
            }
            prop_assert_eq!(scene.book(start), refusal(reason, scene.policy), "{:?} {:?}", reason, during);
            if matches!(reason, UnavailableReason::Leave | UnavailableReason::Taken) {
                let slot = Slot::starting(start, scene.terms.slot_length).unwrap();
                prop_assert!(scene.is_taken(slot));
            }
        }
    }

    #[test]
    fn no_moment_but_the_start_of_an_offered_slot_can_be_booked(
        scene in some_scene(),
        minute in 0_i64..9 * 1_440,
    ) {
        let Partition { slots, .. } = scene.partition();
        let start = scene.from.and_time(NaiveTime::MIN).and_utc() + TimeDelta::minutes(minute);
        let days = wall_clock::days(scene.terms.zone, scene.from, scene.to).unwrap();
        prop_assume!(days.start() <= start && start < days.end());
        let slot = Slot::starting(start, scene.terms.slot_length).unwrap();
        let bookable = scene.book(start).is_ok() && !scene.is_taken(slot);
        prop_assert_eq!(slots.contains(&slot), bookable);
    }
}
