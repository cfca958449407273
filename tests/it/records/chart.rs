//! Charts: pages, filters, erased patients, and a long one in one answer.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::entries::{items, problem, pulse};
use super::practice::Practice;

fn ids(page: &Value) -> Vec<&str> {
    let items = items(page).iter();
    items.map(|item| item["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_chart_comes_in_pages_and_is_filtered() {
    let practice = Practice::open().await;
    let measured = |at: &str| {
        let mut measured = pulse(72);
        measured["takenAt"] = json!(at);
        measured
    };
    let mut all = Vec::new();
    for at in ["2026-11-28T08:00:00Z", "2026-11-29T08:00:00Z"] {
        let recorded = practice.record(&practice.asha, &measured(at)).expect(201);
        all.push(recorded.await);
    }
    for (condition, code) in [
        ("Type 2 diabetes", Some("E11.9")),
        ("Diabetes", Some("E11")),
        ("Lack of vitamin D", Some("E55.9")),
        ("Fatigue", None),
    ] {
        all.push(practice.add(&problem(condition, code)).expect(201).await);
    }
    let last = all.last().unwrap();
    let read = async |query: &str| practice.chart(&practice.doctor, query, last).await;
    let found = async |query: &str| {
        let page = read(query).await;
        let found = ids(&page).into_iter();
        let places = found.map(|id| all.iter().position(|reply| reply.text("id") == id));
        places.map(Option::unwrap).collect::<Vec<_>>()
    };
    assert_eq!(found("").await, [5, 4, 3, 2, 1, 0]);
    assert_eq!(found("?kind=VITALS").await, [1, 0]);
    assert_eq!(
        found("?kind=VITALS,PROBLEM&from=2026-11-29T08:00:00Z&to=2026-11-30T00:00:00Z").await,
        [1]
    );
    assert_eq!(found("?diagnosis=E11").await, [3, 2]);
    assert_eq!(found("?diagnosis=e11.9").await, [2]);
    assert_eq!(found("?diagnosis=E11&kind=VITALS").await, [0; 0]);
    assert_eq!(found("?diagnosis=J45").await, [0; 0]);
    let doctor = format!("?doctorId={}", practice.clinic.doctor);
    assert_eq!(found(&doctor).await, [5, 4, 3, 2]);
    let page = read("?kind=VITALS").await;
    let author = items(&page)[0]["author"]["accountId"].as_str().unwrap();
    assert_eq!(found(&format!("?authorId={author}")).await, [1, 0]);

    for query in ["?limit=1", "?limit=4", "?diagnosis=E11&limit=1"] {
        let (mut walked, mut next) = (Vec::new(), query.to_owned());
        loop {
            let page = read(&next).await;
            walked.extend(ids(&page).into_iter().map(str::to_owned));
            let Some(cursor) = page["nextCursor"].as_str() else {
                break;
            };
            next = format!("{query}&cursor={cursor}");
        }
        let query = query
            .replace("limit=1", "limit=1000")
            .replace("limit=4", "limit=1000");
        assert_eq!(walked, ids(&read(&query).await), "{query}");
    }
    for query in [
        "?kind=NOTHING",
        "?kind=",
        "?kind=VITALS,",
        "?diagnosis=diabetes",
        "?limit=0",
        "?limit=1001",
        "?from=yesterday",
        "?doctorId=7",
        "?cursor=AAAA",
        "?author=me",
    ] {
        let path = practice.path(&format!("chart{query}"));
        let refused = practice.doctor.get(&path).expect(400).await;
        refused.is("malformed");
    }
    let unknown = practice.path("chart/00000000-0000-0000-0000-000000000001");
    practice.doctor.get(&unknown).expect(404).await;
    practice.close().await;
}

#[tokio::test]
async fn of_an_erased_patient_a_chart_says_only_that_there_were_entries() {
    let practice = Practice::open().await;
    let recorded = practice
        .record(&practice.asha, &pulse(72))
        .expect(201)
        .await;
    let added = practice.add(&problem("Asthma", Some("J45"))).expect(201);
    let added = added.await;
    assert_eq!(
        items(&practice.chart(&practice.doctor, "", &added).await).len(),
        2
    );
    let commands = &practice.clinic.app().commands;
    let context = commands.system_context();
    let subject = practice.patient.subject();
    commands.erase_person(subject, &context).await.unwrap();
    let shown = practice.chart(&practice.doctor, "", &added).await;
    assert_eq!(items(&shown).len(), 2);
    for entry in items(&shown) {
        assert_eq!(entry.get("content"), None);
        assert_eq!(entry.get("unreadable"), None);
    }
    let found = practice
        .chart(&practice.doctor, "?diagnosis=J45", &added)
        .await;
    assert_eq!(items(&found).len(), 0);
    let trend = practice.path("vitals/trends?code=8867-4");
    let trend = practice.doctor.get(&trend).expect(200).await;
    assert_eq!(items(&trend.body).len(), 0);
    let history = practice.path(&format!("chart/{}", recorded.id()));
    let history = practice.doctor.get(&history).expect(200).await;
    assert_eq!(history.body["revisions"][0].get("content"), None);
    // What would be recorded now would be lost at once.
    let refused = practice.record(&practice.doctor, &pulse(72)).expect(409);
    refused.await.is("patient-erased");
    let refused = practice.add(&problem("Asthma", None)).expect(409).await;
    refused.is("patient-erased");
    practice.close().await;
}

#[tokio::test]
async fn a_row_that_was_moved_to_another_patient_is_unreadable() {
    let practice = Practice::open().await;
    let recorded = practice
        .record(&practice.asha, &pulse(72))
        .expect(201)
        .await;
    let added = practice.add(&problem("Asthma", None)).expect(201).await;
    practice.chart(&practice.doctor, "", &added).await;
    let swap = "update chart_entries c set phi = o.phi from chart_entries o
                where o.entry_id <> c.entry_id";
    sqlx::raw_sql(swap)
        .execute(&practice.clinic.pool)
        .await
        .unwrap();
    let shown = practice.chart(&practice.doctor, "", &recorded).await;
    for entry in items(&shown) {
        assert_eq!(entry["unreadable"], true);
        assert_eq!(entry.get("content"), None);
    }
    practice.close().await;
}

/// The chart of a long life, and the time that its answers take, printed.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute; run with --long"]
async fn a_chart_of_a_thousand_entries_is_one_answer() {
    let practice = Practice::open().await;
    let mut last = None;
    for number in 0..1_000_u32 {
        let mut measured = pulse(60 + number % 60);
        measured["measurements"]["temperature"] = json!({"value": "98.6", "unit": "[degF]"});
        last = Some(
            practice
                .record(&practice.doctor, &measured)
                .expect(201)
                .await,
        );
    }
    let last = last.unwrap();
    let page = practice.chart(&practice.doctor, "?limit=1000", &last).await;
    let different: BTreeSet<_> = ids(&page).into_iter().collect();
    assert_eq!(different.len(), 1_000);
    assert_eq!(page.get("nextCursor"), None);
    let path = practice.path("chart?limit=1000");
    let mut times = Vec::new();
    for _ in 0..50 {
        let begun = std::time::Instant::now();
        practice.doctor.get(&path).expect(200).await;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    println!("median {:?}, slowest {:?}", times[25], times[49]);
    practice.close().await;
}
