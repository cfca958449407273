//! Random hours, dates, holidays, bookings and leaves: offered slots can be booked, and a booking at any other
//! time is refused for the reason that availability gives.

use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use commands::ports::Clock as _;
use domain::{ClinicZone, Slot};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use tests::app::Principal;
use tests::world::Terms;

use super::schedule::{WEEKDAYS, declare, explained, set_date, set_week};
use crate::support::{Clinic, Reply};

/// Days on which the clocks change, and an ordinary one. Each is asked for with the days around it.
const DAYS: [(&str, &str); 6] = [
    ("Europe/London", "2027-03-28"),
    ("Europe/London", "2027-10-31"),
    ("America/New_York", "2027-11-07"),
    ("Africa/Cairo", "2027-10-28"),
    ("Asia/Kolkata", "2027-05-05"),
    ("Asia/Kolkata", "2027-08-18"),
];

/// Values of strategies, the same for the same seed.
struct Samples(TestRunner);

impl Samples {
    fn from_seed(seed: u8) -> Self {
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
        Self(TestRunner::new_with_rng(Config::default(), rng))
    }

    fn draw<S: Strategy>(&mut self, strategy: &S) -> S::Value {
        strategy.new_tree(&mut self.0).unwrap().current()
    }

    /// A random subsequence, of at most `most` elements.
    fn some<T: Clone + std::fmt::Debug + 'static>(
        &mut self,
        things: Vec<T>,
        most: usize,
    ) -> Vec<T> {
        let most = most.min(things.len());
        self.draw(&prop::sample::subsequence(things, 0..=most))
    }

    /// A random instant within a time range, in whole seconds.
    fn within(&mut self, during: Slot) -> DateTime<Utc> {
        let seconds = (during.end() - during.start()).num_seconds();
        during.start() + TimeDelta::seconds(self.draw(&(0..seconds)))
    }

    /// Up to three openings that do not touch, in steps of five minutes.
    fn openings(&mut self) -> Vec<Value> {
        let part = 0_u32..287;
        let mut ends = self.draw(&prop::collection::btree_set(part, 0..=6));
        if ends.len() % 2 == 1 {
            ends.pop_last();
        }
        let time = |part: u32| format!("{:02}:{:02}", part / 12, part % 12 * 5);
        let ends: Vec<u32> = ends.into_iter().collect();
        let pairs = ends.chunks_exact(2);
        pairs
            .map(|pair| json!({"from": time(pair[0]), "to": time(pair[1])}))
            .collect()
    }
}

/// A parsed response of availability.
struct Explained {
    slots: Vec<Slot>,
    unoffered: Vec<(Slot, String)>,
}

impl Explained {
    fn parse(body: &Value) -> Self {
        let during = |part: &Value| serde_json::from_value::<Slot>(part.clone()).unwrap();
        let reason = |part: &Value| part["reason"].as_str().unwrap().to_owned();
        let unoffered = body["unoffered"].as_array().unwrap();
        Self {
            slots: body["slots"]
                .as_array()
                .unwrap()
                .iter()
                .map(during)
                .collect(),
            unoffered: unoffered
                .iter()
                .map(|part| (during(part), reason(part)))
                .collect(),
        }
    }

    /// Asserts that the parts cover whole days without gap or overlap.
    fn covers(&self, zone: ClinicZone, days: &RangeInclusive<NaiveDate>) {
        let unoffered = self.unoffered.iter().map(|(during, _)| *during);
        let mut parts: Vec<Slot> = unoffered.chain(self.slots.iter().copied()).collect();
        parts.sort();
        let a_moment = TimeDelta::seconds(1);
        let (start, end) = (parts[0].start(), parts[parts.len() - 1].end());
        assert_eq!(zone.date_at(start), *days.start());
        assert!(zone.date_at(start - a_moment) < *days.start());
        assert!(zone.date_at(end) > *days.end());
        assert_eq!(zone.date_at(end - a_moment), *days.end());
        for pair in parts.windows(2) {
            assert_eq!(pair[0].end(), pair[1].start());
        }
    }
}

/// Status and slug of a booking at an unoffered time, by reason.
fn problem(reason: &str) -> (u16, &'static str) {
    match reason {
        "unverified" => (422, "doctor-not-verified"),
        "past" => (422, "slot-in-past"),
        "too-far" => (422, "slot-beyond-horizon"),
        "holiday" => (422, "clinic-closed"),
        "outside-hours" | "too-short" => (422, "slot-outside-hours"),
        "leave" => (409, "doctor-on-leave"),
        "taken" => (409, "slot-already-taken"),
        other => panic!("unexpected reason: {other}"),
    }
}

struct Scenario {
    clinic: Clinic,
    samples: Samples,
    slot_minutes: u16,
    days: RangeInclusive<NaiveDate>,
    last: Reply,
}

impl Scenario {
    /// A clinic with some hours, some dates of its own and perhaps a holiday.
    async fn new(seed: u8) -> Self {
        let mut samples = Samples::from_seed(seed);
        let (zone, day) = DAYS[usize::from(seed) % DAYS.len()];
        let day: NaiveDate = day.parse().unwrap();
        let (from, to) = (day.pred_opt().unwrap(), day.succ_opt().unwrap());
        let slot_minutes = samples.draw(&(2_u16..18)) * 5;
        let terms = Terms {
            slot_minutes,
            ..Terms::default()
        };
        let noon = from.and_hms_opt(12, 0, 0).unwrap().and_utc();
        let now = noon - TimeDelta::minutes(samples.draw(&(-500_i64..500)));
        let clinic = Clinic::on_clock(zone, now, terms).await;
        let admin = clinic.admin();
        let week = samples.week();
        let mut last = set_week(&clinic, &admin, week).await.expect(200).await;
        for date in samples.some(vec![from, day, to], 2) {
            let openings = json!(samples.openings());
            let set = set_date(&clinic, &admin, &date.to_string(), openings).await;
            let date = set.send().await;
            // By the clinic's clock, the first of the days may be over already.
            if date.status == 200 && date.has("caresync-position") {
                last = date;
            }
        }
        for date in samples.some(vec![day, to], 1) {
            let declared = declare(&clinic, &admin, &date.to_string(), "Holi").await;
            last = declared.expect(200).await;
        }
        Self {
            clinic,
            samples,
            slot_minutes,
            days: from..=to,
            last,
        }
    }

    async fn availability(&self, days: RangeInclusive<NaiveDate>) -> Explained {
        let body = explained(&self.clinic, days.clone(), &self.last).await;
        let explained = Explained::parse(&body);
        explained.covers(self.clinic.facts.zone, &days);
        explained
    }

    async fn book(&self, start: DateTime<Utc>) -> Reply {
        let request = self.clinic.booking_request(start);
        let booking = self.clinic.patient().post("/api/v1/appointments", &request);
        booking.send().await
    }

    /// Books some of what is offered.
    async fn book_some(&mut self, most: usize) -> usize {
        let offered = self.availability(self.days.clone()).await.slots;
        let some = self.samples.some(offered, most);
        for slot in &some {
            let booked = self.book(slot.start()).await;
            assert_eq!(booked.status, 201, "{slot:?}: {}", booked.body);
            self.last = booked;
        }
        some.len()
    }

    /// Plans leaves over some of the offered slots, or over a part of them.
    async fn leave_some(&mut self, most: usize) {
        let offered = self.availability(self.days.clone()).await.slots;
        let doctor = self.clinic.client(&Principal::doctor(self.clinic.doctor));
        let path = format!("/api/v1/doctors/{}/leaves", self.clinic.doctor);
        for slot in self.samples.some(offered, most) {
            let late = TimeDelta::minutes(self.samples.draw(&(0_i64..5)));
            let away = json!({"start": slot.start() + late, "end": slot.end()});
            self.last = doctor.post(&path, &away).expect(201).await;
        }
    }

    /// An instant at which a visit would begin within an unoffered time.
    fn start_within(&mut self, during: Slot, reason: &str) -> DateTime<Utc> {
        let now = self.clinic.site.clock.now();
        match reason {
            // Whole slots, one after the other; between them no visit begins.
            "taken" | "leave" => {
                let length = TimeDelta::minutes(i64::from(self.slot_minutes));
                let slots = (during.end() - during.start()).num_minutes() / length.num_minutes();
                let nth = self.samples.draw(&(0..slots));
                during.start() + length * i32::try_from(nth).unwrap()
            }
            // The end of it may be the rest of a slot that has begun.
            "past" => {
                let until = during.end().min(now + TimeDelta::seconds(1));
                self.samples
                    .within(Slot::new(during.start(), until).unwrap())
            }
            // A start right now, or right at the horizon, is refused for that instead.
            _ => self
                .samples
                .within(during)
                .max(during.start() + TimeDelta::milliseconds(1)),
        }
    }

    /// Tries a start in every unoffered time. Returns the reasons met.
    async fn refused(&mut self, explained: Explained) -> Vec<String> {
        let mut met = Vec::new();
        for (during, reason) in explained.unoffered {
            let start = self.start_within(during, &reason);
            let refused = self.book(start).await;
            let (status, slug) = problem(&reason);
            let told = (
                refused.status,
                refused.body["type"].as_str().unwrap_or_default(),
            );
            assert_eq!(told, (status, slug), "{start} in {during:?}, {reason}");
            met.push(reason);
        }
        met
    }
}

impl Samples {
    /// Some openings on each day of the week.
    fn week(&mut self) -> Value {
        let openings = WEEKDAYS.into_iter().flat_map(|day| {
            let mut openings = self.openings();
            for opening in &mut openings {
                opening["day"] = json!(day);
            }
            openings
        });
        openings.collect()
    }
}

#[tokio::test]
async fn offered_slots_can_be_booked_and_other_times_are_refused_for_the_reason_given() {
    let mut met = std::collections::BTreeSet::new();
    let mut booked = 0;
    for seed in 0..12 {
        let mut scenario = Scenario::new(seed).await;
        booked += scenario.book_some(6).await;
        scenario.leave_some(3).await;
        let explained = scenario.availability(scenario.days.clone()).await;
        met.extend(scenario.refused(explained).await);
        booked += scenario.book_some(6).await;
        // Around the last day on which bookings are taken.
        let horizon = scenario.clinic.site.clock.now() + TimeDelta::days(90);
        let last = scenario.clinic.facts.zone.date_at(horizon);
        let explained = scenario.availability(last..=last.succ_opt().unwrap()).await;
        met.extend(scenario.refused(explained).await);
        scenario.clinic.close().await;
    }
    let met: Vec<_> = met.iter().map(String::as_str).collect();
    let all = [
        "holiday",
        "leave",
        "outside-hours",
        "past",
        "taken",
        "too-far",
        "too-short",
    ];
    assert_eq!(met, all, "a seed should meet each of them");
    assert!(booked > 40, "only {booked} slots were tried");
}

#[tokio::test]
async fn an_unverified_doctor_is_the_only_reason_given() {
    let terms = Terms {
        verified: false,
        ..Terms::default()
    };
    let clinic = Clinic::with(terms).await;
    let day = "2026-12-02";
    let declared = declare(&clinic, &clinic.client(&Principal::admin()), day, "Holi").await;
    let declared = declared.expect(200).await;
    let offered = explained(&clinic, day..=day, &declared).await;
    let whole_day = json!([{
        "start": "2026-12-01T18:30:00Z", "end": "2026-12-02T18:30:00Z", "reason": "unverified",
    }]);
    assert_eq!(offered["unoffered"], whole_day);
    let request = clinic.booking_request("2026-12-02T03:30:00Z".parse().unwrap());
    let refused = clinic
        .patient()
        .post("/api/v1/appointments", &request)
        .expect(422)
        .await;
    let (_, slug) = problem("unverified");
    refused.is(slug);
    clinic.close().await;
}

#[tokio::test]
async fn days_of_any_year_can_be_asked_for() {
    let clinic = Clinic::open().await;
    let booked = clinic.book(&clinic.patient(), 0).expect(201).await;
    for (day, reason) in [
        ("0000-01-01", "past"),
        ("1900-01-01", "past"),
        ("2026-11-30", "past"),
        ("2027-03-03", "too-far"),
        ("9999-12-31", "too-far"),
    ] {
        let offered = explained(&clinic, day..=day, &booked).await;
        let explained = Explained::parse(&offered);
        let day_parsed = day.parse().unwrap();
        explained.covers(clinic.facts.zone, &(day_parsed..=day_parsed));
        assert_eq!(offered["slots"], json!([]), "{day}");
        assert_eq!(explained.unoffered.len(), 1, "{day}");
        assert_eq!(explained.unoffered[0].1, reason, "{day}");
    }
    clinic.close().await;
}
