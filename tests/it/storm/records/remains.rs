//! What is there after a storm: in the log, the charts, the drafts and the access log.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tests::app::Principal;
use uuid::Uuid;

use super::answers::{Answers, Written};
use super::practice::{Chart, Practice};
use crate::support::Client;

/// Entries of a chart, by kind.
#[derive(Default)]
struct Entries {
    notes: BTreeMap<Uuid, String>,
    vitals: BTreeSet<Uuid>,
    prescriptions: BTreeSet<Uuid>,
}

pub struct Remains {
    /// Number of first events by type and stream.
    first_events: BTreeMap<&'static str, BTreeMap<Uuid, i64>>,
    charts: BTreeMap<Uuid, Entries>,
    /// Drafts of all doctors.
    drafts: BTreeMap<Uuid, Written>,
    /// Requests on file, by outcome.
    on_file: BTreeMap<String, BTreeSet<Uuid>>,
}

impl Remains {
    /// Reads everything, as the patients and the authors of drafts see it.
    pub async fn load(practice: &Practice, answers: &Answers) -> Self {
        practice.settle().await;
        let mut first_events = BTreeMap::new();
        for kind in ["note.signed", "vitals.recorded", "prescription.issued"] {
            first_events.insert(kind, streams(practice, kind).await);
        }
        let mut charts = BTreeMap::new();
        for chart in practice.charts() {
            let patient = practice.token(&Principal::patient(chart.patient));
            let entries = Entries::read(&practice.client(&patient), chart).await;
            charts.insert(chart.patient.as_uuid(), entries);
        }
        let written = answers.drafts.values().chain(answers.signed.values());
        let authors: BTreeSet<_> = written.map(|draft| &draft.author).collect();
        let mut drafts = BTreeMap::new();
        for author in authors {
            drafts.extend(drafts_of(practice, author).await);
        }
        Self {
            first_events,
            charts,
            drafts,
            on_file: on_file(practice).await,
        }
    }

    /// Asserts that exactly what was answered is there.
    pub fn equal(&self, answers: &Answers) {
        let log = &self.first_events;
        assert_eq!(log["note.signed"], once(answers.signed.keys()));
        assert_eq!(log["vitals.recorded"], once(answers.vitals.keys()));
        let prescriptions = once(answers.prescriptions.keys());
        assert_eq!(log["prescription.issued"], prescriptions);
        for (patient, entries) in &self.charts {
            let notes = answers.signed.iter();
            let notes = notes.filter(|(_, note)| note.patient == *patient);
            let notes: BTreeMap<_, _> = notes.map(|(id, note)| (*id, note.text.clone())).collect();
            assert_eq!(entries.notes, notes);
            assert_eq!(entries.vitals, of_patient(&answers.vitals, patient));
            let prescriptions = of_patient(&answers.prescriptions, patient);
            assert_eq!(entries.prescriptions, prescriptions);
        }
        assert_eq!(self.drafts, answers.drafts);
        for (outcome, requests) in [("GRANTED", &answers.shown), ("REFUSED", &answers.refused)] {
            let missing: Vec<_> = requests.difference(&self.on_file[outcome]).collect();
            assert_eq!(missing, Vec::<&Uuid>::new(), "{outcome}, and not on file");
        }
    }
}

impl Entries {
    /// Reads the whole chart, page by page.
    async fn read(client: &Client, chart: &Chart) -> Self {
        let all = format!("/api/v1/patients/{}/chart?limit=1000", chart.patient);
        let (mut entries, mut path) = (Self::default(), all.clone());
        loop {
            let page = client.get(&path).expect(200).await.body;
            for item in page["items"].as_array().unwrap() {
                entries.add(item);
            }
            let Some(cursor) = page["nextCursor"].as_str() else {
                return entries;
            };
            path = format!("{all}&cursor={cursor}");
        }
    }

    /// Asserts that it was not there yet.
    fn add(&mut self, item: &Value) {
        let (id, content) = (id(&item["id"]), &item["content"]);
        let is_new = match item["kind"].as_str() {
            Some("NOTE") => {
                let text = text(&content["note"]["content"]);
                self.notes.insert(id, text).is_none()
            }
            Some("VITALS") => self.vitals.insert(id),
            Some("PRESCRIPTION") => self.prescriptions.insert(id),
            _ => panic!("{item}"),
        };
        assert!(is_new, "{id} is there twice");
    }
}

/// The streams that begin with an event of this type, with the number of these events.
async fn streams(practice: &Practice, event_type: &str) -> BTreeMap<Uuid, i64> {
    let streams = "
        select aggregate_id::uuid, count(*) from events
        where event_type = $1
        group by aggregate_id";
    let streams = sqlx::query_as(streams).bind(event_type);
    let streams: Vec<(Uuid, i64)> = streams.fetch_all(&practice.pool).await.unwrap();
    streams.into_iter().collect()
}

/// The requests in the access log, by outcome.
async fn on_file(practice: &Practice) -> BTreeMap<String, BTreeSet<Uuid>> {
    let recorded = "select outcome, request_id from access_log";
    let recorded: Vec<(String, Uuid)> = sqlx::query_as(recorded)
        .fetch_all(&practice.pool)
        .await
        .unwrap();
    let mut on_file = BTreeMap::<_, BTreeSet<_>>::new();
    for (outcome, request) in recorded {
        on_file.entry(outcome).or_default().insert(request);
    }
    on_file
}

async fn drafts_of(practice: &Practice, author: &str) -> Vec<(Uuid, Written)> {
    let listed = practice.client(author).get("/api/v1/note-drafts");
    let listed = listed.expect(200).await.body;
    let drafts = listed["items"].as_array().unwrap().iter().map(|draft| {
        let written = Written {
            patient: id(&draft["patientId"]),
            author: author.to_owned(),
            version: draft["version"].as_i64().unwrap(),
            text: text(&draft["content"]),
        };
        (id(&draft["id"]), written)
    });
    drafts.collect()
}

fn id(value: &Value) -> Uuid {
    value.as_str().unwrap().parse().unwrap()
}

fn text(content: &Value) -> String {
    content["text"].as_str().unwrap().to_owned()
}

fn once<'a>(ids: impl Iterator<Item = &'a Uuid>) -> BTreeMap<Uuid, i64> {
    ids.map(|id| (*id, 1)).collect()
}

fn of_patient(entries: &BTreeMap<Uuid, Uuid>, patient: &Uuid) -> BTreeSet<Uuid> {
    let own = entries.iter().filter(|(_, of)| *of == patient);
    own.map(|(entry, _)| *entry).collect()
}
