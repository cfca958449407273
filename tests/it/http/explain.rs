//! Whatever the hours, the dates, the holidays, the bookings and the leave: what is offered can be booked, and
//! what is explained away is refused for that reason.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use commands::ports::Clock as _;
use domain::{ClinicZone, Slot};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use tests::app::Somebody;
use tests::world::Terms;

use super::schedule::{declare, explained, set_date, set_week};
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
struct Dice(TestRunner);

impl Dice {
    fn seeded(seed: u8) -> Self {
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
        Self(TestRunner::new_with_rng(Config::default(), rng))
    }

    fn roll<S: Strategy>(&mut self, strategy: &S) -> S::Value {
        strategy.new_tree(&mut self.0).unwrap().current()
    }

    /// Up to so many of some things.
    fn some<T: Clone + std::fmt::Debug + 'static>(
        &mut self,
        things: Vec<T>,
        most: usize,
    ) -> Vec<T> {
        let most = most.min(things.len());
        self.roll(&prop::sample::subsequence(things, 0..=most))
    }

    /// An instant of a stretch of time, in whole seconds.
    fn within(&mut self, during: Slot) -> DateTime<Utc> {
        let seconds = (during.end() - during.start()).num_seconds();
        during.start() + TimeDelta::seconds(self.roll(&(0..seconds)))
    }

    /// Up to three openings that do not touch, in steps of five minutes.
    fn openings(&mut self) -> Vec<Value> {
        let part = 0_u32..287;
        let mut ends = self.roll(&prop::collection::btree_set(part, 0..=6));
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

/// What was answered, read back.
struct Explained {
    slots: Vec<Slot>,
    unoffered: Vec<(Slot, String)>,
}

impl Explained {
    fn of(body: &Value) -> Self {
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

    /// Neither gap nor overlap, and the borders are midnights.
    fn covers(&self, zone: ClinicZone, (from, to): (NaiveDate, NaiveDate)) {
        let unoffered = self.unoffered.iter().map(|(during, _)| *during);
        let mut parts: Vec<Slot> = unoffered.chain(self.slots.iter().copied()).collect();
        parts.sort();
        let a_moment = TimeDelta::seconds(1);
        let (start, end) = (parts[0].start(), parts[parts.len() - 1].end());
        assert_eq!(zone.date_at(start), from);
        assert!(zone.date_at(start - a_moment) < from);
        assert!(zone.date_at(end) > to);
        assert_eq!(zone.date_at(end - a_moment), to);
        for pair in parts.windows(2) {
            assert_eq!(pair[0].end(), pair[1].start());
        }
    }
}

/// What a booking is answered that begins at an unoffered time.
fn problem(reason: &str) -> (u16, &'static str) {
    match reason {
        "unverified" => (422, "doctor-not-verified"),
        "past" => (422, "slot-in-past"),
        "too-far" => (422, "slot-beyond-horizon"),
        "holiday" => (422, "clinic-closed"),
        "outside-hours" | "too-short" => (422, "slot-outside-hours"),
        "leave" => (409, "doctor-on-leave"),
        "taken" => (409, "slot-already-taken"),
        other => panic!("nobody expects {other} here"),
    }
}

struct Scene {
    clinic: Clinic,
    dice: Dice,
    slot_minutes: u16,
    days: (NaiveDate, NaiveDate),
    last: Reply,
}

impl Scene {
    /// A clinic with some hours, some dates of its own and perhaps a holiday.
    async fn set(seed: u8) -> Self {
        let mut dice = Dice::seeded(seed);
        let (zone, day) = DAYS[usize::from(seed) % DAYS.len()];
        let day: NaiveDate = day.parse().unwrap();
        let (from, to) = (day.pred_opt().unwrap(), day.succ_opt().unwrap());
        let slot_minutes = dice.roll(&(2_u16..18)) * 5;
        let terms = Terms {
            slot_minutes,
            ..Terms::default()
        };
        let noon = from.and_hms_opt(12, 0, 0).unwrap().and_utc();
        let now = noon - TimeDelta::minutes(dice.roll(&(-500_i64..500)));
        let clinic = Clinic::on_clock(zone, now, terms).await;
        let admin = clinic.admin();
        let week = dice.week();
        let mut last = set_week(&clinic, &admin, week).await.expect(200).await;
        for date in dice.some(vec![from, day, to], 2) {
            let openings = json!(dice.openings());
            let set = set_date(&clinic, &admin, &date.to_string(), openings).await;
            let date = set.send().await;
            // By the clinic's clock, the first of the days may be over already.
            if date.status == 200 && date.has("caresync-position") {
                last = date;
            }
        }
        for date in dice.some(vec![day, to], 1) {
            let declared = declare(&clinic, &admin, &date.to_string(), "Holi").await;
            last = declared.expect(200).await;
        }
        Self {
            clinic,
            dice,
            slot_minutes,
            days: (from, to),
            last,
        }
    }

    async fn ask(&self, (from, to): (NaiveDate, NaiveDate)) -> Explained {
        let days = (from.to_string(), to.to_string());
        let body = explained(&self.clinic, (&days.0, &days.1), &self.last).await;
        let explained = Explained::of(&body);
        explained.covers(self.clinic.facts.zone, (from, to));
        explained
    }

    async fn book(&self, start: DateTime<Utc>) -> Reply {
        let wish = self.clinic.wish(start);
        let booking = self.clinic.patient().post("/api/v1/appointments", &wish);
        booking.send().await
    }

    /// Books some of what is offered.
    async fn book_some(&mut self, most: usize) -> usize {
        let offered = self.ask(self.days).await.slots;
        let some = self.dice.some(offered, most);
        for slot in &some {
            let booked = self.book(slot.start()).await;
            assert_eq!(booked.status, 201, "{slot:?}: {}", booked.body);
            self.last = booked;
        }
        some.len()
    }

    /// The doctor is away for some of what is offered, or for a part of it.
    async fn leave_some(&mut self, most: usize) {
        let offered = self.ask(self.days).await.slots;
        let doctor = self.clinic.client(&Somebody::doctor(self.clinic.doctor));
        let path = format!("/api/v1/doctors/{}/leaves", self.clinic.doctor);
        for slot in self.dice.some(offered, most) {
            let late = TimeDelta::minutes(self.dice.roll(&(0_i64..5)));
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
                let nth = self.dice.roll(&(0..slots));
                during.start() + length * i32::try_from(nth).unwrap()
            }
            // The end of it may be the rest of a slot that has begun.
            "past" => {
                let until = during.end().min(now + TimeDelta::seconds(1));
                self.dice.within(Slot::new(during.start(), until).unwrap())
            }
            // Whoever begins right now, or right at the horizon, is told of that.
            _ => self
                .dice
                .within(during)
                .max(during.start() + TimeDelta::milliseconds(1)),
        }
    }

    /// Tries a start in every unoffered time; the reasons that were met.
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

impl Dice {
    /// Some openings on each day of the week.
    fn week(&mut self) -> Value {
        let days = [
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ];
        let openings = days.into_iter().flat_map(|day| {
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
async fn what_is_offered_can_be_booked_and_what_is_not_is_refused_as_explained() {
    let mut met = std::collections::BTreeSet::new();
    let mut booked = 0;
    for seed in 0..12 {
        let mut scene = Scene::set(seed).await;
        booked += scene.book_some(6).await;
        scene.leave_some(3).await;
        let explained = scene.ask(scene.days).await;
        met.extend(scene.refused(explained).await);
        booked += scene.book_some(6).await;
        // Around the last day on which bookings are taken.
        let horizon = scene.clinic.site.clock.now() + TimeDelta::days(90);
        let last = scene.clinic.facts.zone.date_at(horizon);
        let explained = scene.ask((last, last.succ_opt().unwrap())).await;
        met.extend(scene.refused(explained).await);
        scene.clinic.close().await;
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
async fn of_an_unverified_doctor_everything_is_explained_by_that() {
    let terms = Terms {
        verified: false,
        ..Terms::default()
    };
    let clinic = Clinic::with(terms).await;
    let day = "2026-12-02";
    let declared = declare(&clinic, &clinic.client(&Somebody::admin()), day, "Holi").await;
    let declared = declared.expect(200).await;
    let offered = explained(&clinic, (day, day), &declared).await;
    let whole_day = json!([{
        "start": "2026-12-01T18:30:00Z", "end": "2026-12-02T18:30:00Z", "reason": "unverified",
    }]);
    assert_eq!(offered["unoffered"], whole_day);
    let wish = clinic.wish("2026-12-02T03:30:00Z".parse().unwrap());
    let refused = clinic
        .patient()
        .post("/api/v1/appointments", &wish)
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
        let offered = explained(&clinic, (day, day), &booked).await;
        let explained = Explained::of(&offered);
        explained.covers(
            clinic.facts.zone,
            (day.parse().unwrap(), day.parse().unwrap()),
        );
        assert_eq!(offered["slots"], json!([]), "{day}");
        assert_eq!(explained.unoffered.len(), 1, "{day}");
        assert_eq!(explained.unoffered[0].1, reason, "{day}");
    }
    clinic.close().await;
}
