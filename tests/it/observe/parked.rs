//! Parked aggregates: marked in the responses that depend on them, and retried by operators.

use adapters::jwt::JwtKeys;
use adapters::system::SystemClock;
use commands::ports::Clock as _;
use event_store::RetryOutcome;
use projections::Projector;
use projections::patient_appointments::PatientAppointments;
use serde_json::{Value, json};
use tests::world::World;

use super::scrape::Scrape;
use crate::support::{Client, Clinic, Reply, Server, all_read};

const PARKED: &str = r#"caresync_subscriber_parked_aggregates{subscriber="patient_appointments"}"#;

async fn list(clinic: &Clinic, who: &Client, after: &Reply) -> Value {
    let list = clinic.settled(async || who.get("/api/v1/appointments").after(after));
    list.await.body
}

/// The read model parks one appointment, since its table refuses the event.
#[tokio::test]
async fn responses_that_depend_on_a_parked_aggregate_are_marked() {
    let clinic = Clinic::open().await;
    let (asha, ravi) = (clinic.patient(), clinic.patient());
    let hers = clinic.book(&asha, 0).expect(201).await;
    let his = clinic.book(&ravi, 1).expect(201).await;
    let refuse = "alter table patient_appointments
                  add constraint planted check (status <> 'CANCELLED') not valid";
    sqlx::query(refuse).execute(&clinic.pool).await.unwrap();
    let cancelled = asha.post(&hers.appointment("cancel"), &json!({}));
    let cancelled = cancelled.expect(200).await;

    let shown = clinic.settled(async || asha.get(&hers.appointment("")).after(&cancelled));
    let shown = shown.await.body;
    assert_eq!(
        (&shown["status"], &shown["parked"]),
        (&json!("BOOKED"), &json!(true))
    );
    let shown = list(&clinic, &asha, &cancelled).await;
    assert_eq!(shown["parked"], true);
    assert_eq!(shown["items"][0]["parked"], true);
    // His appointment is current; a list may lack an appointment.
    let shown = clinic.settled(async || ravi.get(&his.appointment("")).after(&cancelled));
    assert_eq!(shown.await.body.get("parked"), None);
    let shown = list(&clinic, &ravi, &cancelled).await;
    assert_eq!(
        (&shown["parked"], shown["items"][0].get("parked")),
        (&json!(true), None)
    );
    assert_eq!(Scrape::fetch(clinic.anonymous()).await.count(PARKED), 1);

    let mend = "alter table patient_appointments drop constraint planted";
    sqlx::query(mend).execute(&clinic.pool).await.unwrap();
    let store = clinic.world.store();
    let letter = store.dead_letters().await.unwrap().remove(0);
    assert_eq!(letter.aggregate_id, hers.id().to_string());
    assert_eq!(
        letter.reason,
        "SQLSTATE 23514 from planted on patient_appointments"
    );
    let subscriber = Projector::<PatientAppointments>::new(store.sealing());
    let retried = store.retry(&subscriber, &letter).await.unwrap();
    assert_eq!(retried, RetryOutcome::Applied { events: 1 });

    let shown = list(&clinic, &asha, &cancelled).await;
    assert_eq!(
        (&shown["items"][0]["status"], shown.get("parked")),
        (&json!("CANCELLED"), None)
    );
    assert_eq!(shown["items"][0].get("parked"), None);
    assert_eq!(Scrape::fetch(clinic.anonymous()).await.count(PARKED), 0);
    clinic.close().await;
}

/// As an operator types it, while the server runs.
#[tokio::test]
async fn operators_list_show_and_retry_parked_aggregates() {
    let mut server = Server::start(&JwtKeys::generate().unwrap()).await;
    let pool = server.pool().await;
    let (done, said) = server.run(&["dead-letters", "list"]);
    assert!(done && said.contains("Nothing is parked."), "{said}");

    let refuse = "alter table patient_cards add constraint planted check (version < 1) not valid";
    sqlx::query(refuse).execute(&pool).await.unwrap();
    let world = World::new(pool.clone(), SystemClock.now()).await.unwrap();
    let patient = world.patient().await.unwrap().to_string();
    all_read(&server.client).await;
    let (done, said) = server.run(&["dead-letters", "list"]);
    assert!(done && said.contains(&patient), "{said}");
    assert!(
        said.contains("SQLSTATE 23514 from planted on patient_cards"),
        "{said}"
    );
    let (done, said) = server.run(&["dead-letters", "show", "patient_card", &patient]);
    assert!(done && said.contains("patient.registered 1"), "{said}");
    assert!(!said.contains("Asha"), "{said}");
    let (done, said) = server.run(&["dead-letters", "show", "patient_card", "unknown"]);
    assert!(!done && said.contains("has not parked"), "{said}");

    let retry = ["dead-letters", "retry", "patient_card", &patient];
    let (done, said) = server.run(&retry);
    assert!(!done && said.contains("1 of 1 stay parked"), "{said}");
    let mend = "alter table patient_cards drop constraint planted";
    sqlx::query(mend).execute(&pool).await.unwrap();
    let (done, said) = server.run(&retry);
    assert!(done, "{said}");
    let (done, said) = server.run(&retry);
    assert!(
        !done && said.contains("nothing of that is parked"),
        "{said}"
    );
    let (done, said) = server.run(&["dead-letters", "retry", "--all"]);
    assert!(done, "{said}");
    let cards = sqlx::query_scalar::<_, i64>("select count(*) from patient_cards");
    assert_eq!(cards.fetch_one(&pool).await.unwrap(), 1);
    pool.close().await;
    server.stop().await;
}
