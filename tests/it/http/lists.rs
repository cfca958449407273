//! Lists and their pages.

use serde_json::{Value, json};

use crate::support::{Clinic, slot};

const LIST: &str = "/api/v1/appointments";

fn starts(page: &Value) -> Vec<&Value> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| &item["slot"]["start"]).collect()
}

#[tokio::test]
async fn pages_follow_the_cursor_to_the_end() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    clinic.book(&asha, 0).expect(201).await;
    clinic.book(&asha, 2).expect(201).await;
    let last = clinic.book(&asha, 1).expect(201).await;
    let first = clinic
        .settled(async || asha.get(&format!("{LIST}?limit=2")).after(&last))
        .await;
    assert_eq!(starts(&first.body), [&json!(slot(2)), &json!(slot(1))]);
    let cursor = first.text("nextCursor");
    let second = asha.get(&format!("{LIST}?limit=2&cursor={cursor}"));
    let second = second.expect(200).await;
    assert_eq!(starts(&second.body), [&json!(slot(0))]);
    assert_eq!(second.body.get("nextCursor"), None);
    clinic.close().await;
}

#[tokio::test]
async fn a_list_is_filtered_by_time_and_status() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let cancelled = clinic.book(&asha, 0).expect(201).await;
    let cancel = asha.post(&cancelled.appointment("cancel"), &json!({}));
    cancel.expect(200).await;
    let last = clinic.book(&asha, 1).expect(201).await;
    for (query, expected) in [
        ("status=BOOKED".to_owned(), vec![slot(1)]),
        ("status=CANCELLED".to_owned(), vec![slot(0)]),
        ("status=EXPIRED".to_owned(), vec![]),
        (
            format!("from={}", slot(1).to_rfc3339().replace('+', "%2B")),
            vec![slot(1)],
        ),
        (
            format!("to={}", slot(1).to_rfc3339().replace('+', "%2B")),
            vec![slot(0)],
        ),
    ] {
        let path = format!("{LIST}?{query}");
        let found = clinic.settled(async || asha.get(&path).after(&last)).await;
        let expected: Vec<Value> = expected.into_iter().map(|start| json!(start)).collect();
        assert_eq!(
            starts(&found.body),
            expected.iter().collect::<Vec<_>>(),
            "{query}"
        );
    }
    clinic.close().await;
}

#[tokio::test]
async fn a_malformed_query_is_refused() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    for query in [
        "patient=me",
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=many",
        "limit=1&limit=2",
        "cursor=garbage",
        "cursor=%00",
        "cursor=",
        "cursor=bnVsbA",
        "status=LATE",
        "from=yesterday",
        "patientId=me",
    ] {
        let refused = asha.get(&format!("{LIST}?{query}")).expect(400).await;
        refused.is("malformed");
    }
    asha.get(&format!("{LIST}?limit=200")).expect(200).await;
    asha.get(&format!("{LIST}?limit=1")).expect(200).await;
    clinic.close().await;
}
