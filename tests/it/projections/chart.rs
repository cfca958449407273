//! Charts of patients: events in, entries out.

use domain::record::vitals::VitalSign;
use domain::{PatientId, Role, SensitiveCategory};
use projections::TimeCursor;
use projections::chart::{
    self, ChartEntries, ChartEntry, ChartSearch, EntryContent, EntryFilter, EntryKind, EntryStatus,
};
use uuid::Uuid;

use super::charts::{item, vitals};
use super::fixture::{History, account, appointment, at, clinic, doctor, patient};
use super::scenario::{ASHA, MEERA, PUNE, RAVI, recorded, today};
use super::treatments::{allergy, note, prescription};

fn search(patient: PatientId) -> ChartSearch {
    ChartSearch {
        patient,
        kinds: None,
        from: None,
        to: None,
        doctor: None,
        author: None,
        content: None,
        entered_in_error: false,
        after: None,
        limit: 100,
    }
}

async fn found(history: &History, search: &ChartSearch) -> Vec<ChartEntry> {
    let found = chart::list(&history.pool, &history.sealing, search, |_| true).await;
    found.unwrap().entries
}

fn ids(entries: &[ChartEntry]) -> Vec<Uuid> {
    entries.iter().map(|entry| entry.entry).collect()
}

async fn projected(history: History) -> History {
    let projector = history.projector::<ChartEntries>();
    history.project(&projector).await;
    history
}

#[tokio::test]
async fn a_chart_has_the_last_revision_of_each_entry() {
    let history = projected(recorded().await).await;
    let all = found(&history, &search(patient(ASHA))).await;
    let expected = [
        item(4).as_uuid(),
        item(3).as_uuid(),
        item(2).as_uuid(),
        item(1).as_uuid(),
        vitals(2).as_uuid(),
        vitals(1).as_uuid(),
    ];
    assert_eq!(ids(&all), expected);
    let measured = &all[5];
    assert_eq!((measured.revision, measured.version), (2, 2));
    assert_eq!(measured.occurred_at, at("2026-02-27T09:00:00Z"));
    assert_eq!(measured.recorded_at, today());
    assert_eq!(measured.appointment, Some(appointment(1)));
    assert_eq!(measured.clinic, Some(clinic(PUNE)));
    assert_eq!(measured.author.doctor, Some(doctor(MEERA)));
    let celsius = measured.measurements().unwrap();
    let celsius = celsius.canonical(VitalSign::Temperature).unwrap();
    assert_eq!(celsius.to_string(), "37.5");
    let own = &all[4];
    assert_eq!(own.author.role, Some(Role::Patient));
    assert_eq!(own.author.account, Some(account(21)));
    assert_eq!((own.author.doctor, own.clinic), (None, None));
    let asthma = &all[3];
    assert_eq!(
        (asthma.kind, asthma.status, asthma.revision),
        (EntryKind::Problem, EntryStatus::Ended, 3)
    );
    let phi = asthma.phi.clear().unwrap();
    assert_eq!(phi.ended_on.as_ref().unwrap().as_str(), "2026-02");
    let EntryContent::Summary(content) = &phi.content else {
        panic!("a problem is an item of the summary")
    };
    let diagnosis = content.diagnosis().unwrap();
    assert_eq!(diagnosis.condition.as_str(), "Asthma, allergic");
}

#[tokio::test]
async fn a_chart_has_notes_prescriptions_and_allergies_in_their_last_revision() {
    let history = projected(recorded().await).await;
    let all = found(&history, &search(patient(RAVI))).await;
    let states: Vec<_> = all
        .iter()
        .map(|entry| (entry.entry, entry.status, entry.revision))
        .collect();
    let expected = [
        (allergy(3).as_uuid(), EntryStatus::Ended, 2),
        (allergy(1).as_uuid(), EntryStatus::Active, 2),
        (prescription(3).as_uuid(), EntryStatus::Cancelled, 2),
        (prescription(1).as_uuid(), EntryStatus::Active, 2),
        (vitals(4).as_uuid(), EntryStatus::Active, 1),
        (note(1).as_uuid(), EntryStatus::Active, 2),
    ];
    assert_eq!(states, expected);
    let Some(EntryContent::Allergy(allergy)) = all[1].content() else {
        panic!("the second entry is an allergy")
    };
    assert_eq!(allergy.substance.as_str(), "Penicillin");
    let Some(EntryContent::Prescription(prescribed)) = all[3].content() else {
        panic!("the fourth entry is a prescription")
    };
    let drug = &prescribed.lines.as_slice()[0].drug;
    assert_eq!(drug.as_str(), "Ibuprofen");
    let Some(EntryContent::Note(written)) = all[5].content() else {
        panic!("the last entry is a note")
    };
    assert_eq!(written.addenda.len(), 1);
    assert_eq!(all[5].occurred_at, at("2026-02-27T08:00:00Z"));
    // By a diagnosis of the visit and by one of the addendum.
    for code in ["J00", "J01"] {
        let by_diagnosis = ChartSearch {
            content: Some(EntryFilter::Diagnosis(code.parse().unwrap())),
            ..search(patient(RAVI))
        };
        let by_diagnosis = found(&history, &by_diagnosis).await;
        assert_eq!(ids(&by_diagnosis), [note(1).as_uuid()], "{code}");
    }
    let hidden = ChartSearch {
        entered_in_error: true,
        ..search(patient(RAVI))
    };
    assert_eq!(found(&history, &hidden).await.len(), 9);
}

#[tokio::test]
async fn what_was_entered_in_error_is_hidden_unless_it_is_asked_for() {
    let history = projected(recorded().await).await;
    let all = ChartSearch {
        entered_in_error: true,
        ..search(patient(ASHA))
    };
    let all = found(&history, &all).await;
    let in_error: Vec<_> = all
        .iter()
        .filter(|entry| entry.status == EntryStatus::EnteredInError)
        .collect();
    let expected = [item(5).as_uuid(), vitals(3).as_uuid()];
    assert_eq!(all.len(), 8);
    assert_eq!(
        in_error.iter().map(|entry| entry.entry).collect::<Vec<_>>(),
        expected
    );
    for entry in in_error {
        let phi = entry.phi.clear().unwrap();
        assert_eq!(
            phi.reason.as_ref().unwrap().as_str(),
            "complaint of a chart"
        );
    }
    let hidden = chart::get(&history.pool, &history.sealing, patient(ASHA), expected[1]);
    assert!(hidden.await.unwrap().is_some());
    let anothers = chart::get(&history.pool, &history.sealing, patient(RAVI), expected[1]);
    assert_eq!(anothers.await.unwrap(), None);
}

#[tokio::test]
async fn a_chart_is_filtered_by_what_is_in_clear_and_by_what_is_sealed() {
    let history = projected(recorded().await).await;
    let all = search(patient(ASHA));
    let found = async |search: ChartSearch| ids(&found(&history, &search).await);
    let kinds = Some(vec![EntryKind::Immunisation, EntryKind::FamilyHistory]);
    let by_kind = found(ChartSearch {
        kinds,
        ..all.clone()
    });
    assert_eq!(by_kind.await, [item(3).as_uuid(), item(2).as_uuid()]);
    let by_time = found(ChartSearch {
        from: Some(at("2026-02-27T09:00:00Z")),
        to: Some(at("2026-02-28T08:00:00Z")),
        ..all.clone()
    });
    assert_eq!(by_time.await, [vitals(1).as_uuid()]);
    let by_author = found(ChartSearch {
        author: Some(account(21)),
        ..all.clone()
    });
    assert_eq!(by_author.await, [vitals(2).as_uuid()]);
    let by_doctor = found(ChartSearch {
        doctor: Some(doctor(MEERA)),
        kinds: Some(vec![EntryKind::Vitals]),
        ..all.clone()
    });
    assert_eq!(by_doctor.await, [vitals(1).as_uuid()]);
    // A relative's diagnosis is none of the patient's.
    for (code, expected) in [
        ("J45", vec![item(1).as_uuid()]),
        ("J45.0", vec![item(1).as_uuid()]),
        ("J45.9", vec![]),
        ("C50", vec![]),
        ("D50", vec![]),
    ] {
        let by_diagnosis = found(ChartSearch {
            content: Some(EntryFilter::Diagnosis(code.parse().unwrap())),
            ..all.clone()
        });
        assert_eq!(by_diagnosis.await, expected, "{code}");
    }
}

#[tokio::test]
async fn pages_of_any_size_are_the_whole() {
    let history = projected(recorded().await).await;
    let all = search(patient(ASHA));
    let whole = ids(&found(&history, &all).await);
    for limit in 1..=6 {
        let (mut walked, mut after): (Vec<Uuid>, Option<TimeCursor>) = (Vec::new(), None);
        loop {
            let page = ChartSearch {
                after,
                limit,
                ..all.clone()
            };
            let page = found(&history, &page).await;
            walked.extend(ids(&page));
            let Some(last) = page.last() else { break };
            after = Some(last.place());
        }
        assert_eq!(walked, whole, "{limit}");
    }
}

#[tokio::test]
async fn of_an_erased_patient_there_are_entries_that_say_nothing() {
    let history = recorded().await;
    let asha = patient(ASHA).as_uuid();
    let projector = history.projector::<ChartEntries>();
    history.project_without(&projector, asha).await;
    let all = found(&history, &search(patient(ASHA))).await;
    assert_eq!(all.len(), 6);
    assert!(all.iter().all(|entry| entry.phi.is_erased()));
    let ravis = found(&history, &search(patient(RAVI))).await;
    assert!(ravis.iter().all(|entry| entry.content().is_some()));
}

#[tokio::test]
async fn an_entry_does_not_show_the_patient_to_a_log() {
    let history = projected(recorded().await).await;
    let shown = format!("{:?}", found(&history, &search(patient(ASHA))).await);
    for word in ["Asthma", "98.6", "37", "Ten a day", "complaint"] {
        assert!(!shown.contains(word), "{word} in {shown}");
    }
}

/// What a correction or an amendment says nothing about stays.
#[tokio::test]
async fn an_entry_stays_in_its_sensitive_category_when_it_is_corrected() {
    let history = projected(recorded().await).await;
    let hiv = [SensitiveCategory::Hiv].into();
    let corrected = [
        (ASHA, vitals(1).as_uuid()),
        (ASHA, item(1).as_uuid()),
        (RAVI, prescription(1).as_uuid()),
        (RAVI, allergy(1).as_uuid()),
    ];
    for (who, entry) in corrected {
        let entry = chart::get(&history.pool, &history.sealing, patient(who), entry);
        let entry = entry.await.unwrap().unwrap();
        assert!(entry.revision > 1, "{:?}", entry.kind);
        assert_eq!(entry.categories(), hiv, "{:?}", entry.kind);
    }
    let sealed = "select count(*) from chart_entries where phi like '%HIV%'";
    let sealed: i64 = sqlx::query_scalar(sealed)
        .fetch_one(&history.pool)
        .await
        .unwrap();
    assert_eq!(sealed, 0);
}

/// Entries that are not shown are counted once, on the page in whose span they lie, and do not shorten a page.
#[tokio::test]
async fn pages_are_full_of_what_is_shown_and_count_the_rest() {
    let history = projected(recorded().await).await;
    let all = found(&history, &search(patient(ASHA))).await;
    let (pool, sealing) = (&history.pool, &history.sealing);
    for shown in 0..1_u32 << all.len() {
        let place = |entry: &ChartEntry| all.iter().position(|one| one.entry == entry.entry);
        let shows = |entry: &ChartEntry| shown & (1 << place(entry).unwrap()) != 0;
        let expected: Vec<_> = all.iter().filter(|entry| shows(entry)).cloned().collect();
        let (mut walked, mut withheld, mut after) = (Vec::new(), 0, None);
        loop {
            let page = ChartSearch {
                after,
                limit: 3,
                ..search(patient(ASHA))
            };
            let mut page = chart::list(pool, sealing, &page, shows).await.unwrap();
            withheld += page.withheld;
            let is_last = page.entries.len() < 3;
            page.entries.truncate(2);
            after = page.entries.last().map(ChartEntry::place);
            walked.extend(page.entries);
            if is_last {
                break;
            }
        }
        assert_eq!(ids(&walked), ids(&expected));
        assert_eq!(withheld, 6 - shown.count_ones(), "{shown:b}");
    }
}
