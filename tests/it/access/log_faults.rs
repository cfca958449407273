//! A partition that is missing, a log that can't be written, and rows that are never changed.

use chrono::TimeDelta;
use sqlx::Executor as _;
use tests::app::Principal;

use super::fixture::Fixture;

async fn partitions(fixture: &Fixture) -> Vec<String> {
    let partitions = "select inhrelid::regclass::text from pg_inherits
                      where inhparent = 'access_log'::regclass order by 1";
    let partitions = sqlx::query_scalar(partitions);
    partitions.fetch_all(&fixture.clinic.pool).await.unwrap()
}

#[tokio::test]
async fn a_missing_partition_is_added_and_the_read_is_answered() {
    let fixture = Fixture::open().await;
    assert_eq!(
        partitions(&fixture).await,
        ["access_log_2026_12", "access_log_2027_01"]
    );
    let asha = fixture.client(&fixture.asha);
    let card = format!("/api/v1/patients/{}", fixture.patient);
    asha.get(&card).expect(200).await;
    fixture.clinic.site.clock.advance(TimeDelta::days(100));
    asha.get(&card).expect(200).await;
    let expected = [
        "access_log_2026_12",
        "access_log_2027_01",
        "access_log_2027_03",
    ];
    assert_eq!(partitions(&fixture).await, expected);
    // Both months are one log.
    assert_eq!(fixture.view().await.len(), 3);
    fixture.close().await;
}

#[tokio::test]
async fn the_partition_of_the_next_month_is_added_before_the_month_begins() {
    let fixture = Fixture::open().await;
    for months in [1, 2] {
        fixture.clinic.site.clock.advance(TimeDelta::days(31));
        fixture.clinic.clean().await;
        assert_eq!(partitions(&fixture).await.len(), 2 + months);
    }
    let expected = ["access_log_2027_02", "access_log_2027_03"];
    assert_eq!(partitions(&fixture).await[2..], expected);
    fixture.close().await;
}

#[tokio::test]
async fn partitions_are_added_by_two_nodes_at_once() {
    let fixture = Fixture::open().await;
    fixture.clinic.site.clock.advance(TimeDelta::days(200));
    let other = fixture.clinic.another_node().await;
    let asha = fixture.client(&fixture.asha);
    let there = asha.at(&other.client);
    let card = format!("/api/v1/patients/{}", fixture.patient);
    fixture.clinic.site.clock.advance(TimeDelta::days(100));
    let reads = [asha.get(&card).expect(200), there.get(&card).expect(200)];
    futures::future::join_all(reads).await;
    assert_eq!(fixture.rows().await.len(), 2);
    other.stop().await;
    fixture.close().await;
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_shown() {
    let fixture = Fixture::open().await;
    let asha = fixture.client(&fixture.asha);
    let card = format!("/api/v1/patients/{}", fixture.patient);
    asha.get(&card).expect(200).await;
    let pool = &fixture.clinic.pool;
    // No partition, and no way to add one.
    pool.execute(
        "drop table access_log_2026_12;
         alter function access_log_add_partition(date) rename to elsewhere;",
    )
    .await
    .unwrap();
    for path in [
        card.as_str(),
        &fixture.path("profile"),
        "/api/v1/appointments",
    ] {
        let refused = asha.get(path).expect(503).await;
        refused.is("access-log-unavailable");
        assert!(!refused.raw.contains("Asha"), "{refused:?}");
    }
    // A refusal is a decision as well.
    let stranger = fixture.client(&Principal::patient(
        fixture.clinic.world.patient().await.unwrap(),
    ));
    stranger.get(&card).expect(503).await;
    // What shows no patient goes on.
    asha.get("/api/v1/doctors").expect(200).await;
    pool.execute("alter function elsewhere(date) rename to access_log_add_partition;")
        .await
        .unwrap();
    asha.get(&card).expect(200).await;
    fixture.close().await;
}

#[tokio::test]
async fn the_writer_survives_the_loss_of_its_connection() {
    let fixture = Fixture::open().await;
    let asha = fixture.client(&fixture.asha);
    let card = format!("/api/v1/patients/{}", fixture.patient);
    asha.get(&card).expect(200).await;
    let ended = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                 where datname = current_database()
                   and ltrim(query, E' \\n') like 'insert into access_log%' and $1 = ''";
    assert_eq!(fixture.clinic.count(ended, "").await, 1);
    asha.get(&card).expect(200).await;
    assert!(fixture.rows().await.len() >= 2);
    fixture.close().await;
}

#[tokio::test]
async fn rows_of_the_log_are_never_changed() {
    let fixture = Fixture::open().await;
    let asha = fixture.client(&fixture.asha);
    let card = format!("/api/v1/patients/{}", fixture.patient);
    asha.get(&card).expect(200).await;
    for sql in [
        "update access_log set role = 'AUDITOR'",
        "update access_log_2026_12 set role = 'AUDITOR'",
        "delete from access_log",
        "delete from access_log_2026_12",
        "truncate access_log",
        "truncate access_log_2026_12",
    ] {
        let refused = fixture.clinic.pool.execute(sql).await.unwrap_err();
        let code = refused
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code);
        assert_eq!(code.as_deref(), Some("42501"), "{sql}");
    }
    assert_eq!(fixture.rows().await.len(), 1);
    fixture.close().await;
}
