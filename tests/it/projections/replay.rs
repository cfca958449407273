//! Every projection: a batch that comes twice, a rebuild, the real daemon.

use std::sync::Arc;
use std::time::Duration;

use event_store::{Daemon, DaemonOptions, ReadModelTable, Sealing, Subscriber};
use serde_json::Value;

use super::fixture::{History, patient};
use super::scenario::{ASHA, recorded};

fn tables_of(subscriber: &dyn Subscriber) -> Vec<&'static str> {
    let models = projections::read_models(&Sealing::off());
    let model = models
        .iter()
        .find(|model| model.name() == subscriber.name());
    let tables = model.unwrap().tables().iter();
    tables.map(ReadModelTable::name).collect()
}

/// The rows after a rebuild in batches of a size, each given several times.
async fn rebuilt(
    history: &History,
    subscriber: &dyn Subscriber,
    size: usize,
    times: usize,
) -> Vec<Value> {
    let tables = tables_of(subscriber);
    history.empty(&tables).await;
    for batch in history.events(subscriber).await.chunks(size) {
        for _ in 0..times {
            history.apply(subscriber, batch).await;
        }
    }
    history.contents(&tables).await
}

#[tokio::test]
async fn a_batch_that_comes_twice_changes_nothing() {
    let history = recorded().await;
    for subscriber in projections::all(&history.sealing) {
        let subscriber = &*subscriber;
        let once = rebuilt(&history, subscriber, 500, 1).await;
        for size in [1, 3, 500] {
            let twice = rebuilt(&history, subscriber, size, 2).await;
            assert_eq!(twice, once, "{} in batches of {size}", subscriber.name());
        }
    }
}

#[tokio::test]
async fn a_rebuild_gives_the_same_rows_whatever_the_size_of_its_batches() {
    let history = recorded().await;
    for subscriber in projections::all(&history.sealing) {
        let subscriber = &*subscriber;
        let at_once = rebuilt(&history, subscriber, 500, 1).await;
        for size in [1, 2, 7] {
            let by_and_by = rebuilt(&history, subscriber, size, 1).await;
            assert_eq!(
                by_and_by,
                at_once,
                "{} in batches of {size}",
                subscriber.name()
            );
        }
    }
}

#[tokio::test]
async fn the_whole_log_once_more_takes_no_row_back() {
    let history = recorded().await;
    for subscriber in projections::all(&history.sealing) {
        let subscriber = &*subscriber;
        let before = rebuilt(&history, subscriber, 500, 1).await;
        for batch in history.events(subscriber).await.chunks(1) {
            history.apply(subscriber, batch).await;
            let after = history.contents(&tables_of(subscriber)).await;
            assert_eq!(
                after,
                before,
                "{} went back to an older state",
                subscriber.name()
            );
        }
    }
}

#[tokio::test]
async fn the_daemon_writes_the_same_rows() {
    let history = recorded().await;
    let daemon = Daemon::start(
        &history.store,
        projections::all(&history.sealing),
        DaemonOptions::default(),
    );
    let head = history.store.head().await.unwrap();
    for subscriber in projections::all(&history.sealing) {
        let patience = Duration::from_secs(10);
        daemon
            .progress()
            .wait_for(subscriber.name(), head, patience)
            .await
            .unwrap();
        let followed = history.contents(&tables_of(&*subscriber)).await;
        let rebuilt = rebuilt(&history, &*subscriber, 500, 1).await;
        assert_eq!(followed, rebuilt, "{}", subscriber.name());
    }
    daemon.stop().await;
}

#[tokio::test]
async fn an_erased_person_leaves_rows_that_name_nobody() {
    let history = recorded().await;
    for subscriber in projections::all(&history.sealing) {
        history
            .project_without(&*subscriber, patient(ASHA).as_uuid())
            .await;
        let rows = history.contents(&tables_of(&*subscriber)).await;
        let theirs = rows
            .iter()
            .filter(|row| row["subject"] == patient(ASHA).to_string());
        for row in theirs {
            assert_eq!(row["phi"], Value::Null, "{}", subscriber.name());
        }
    }
}

#[tokio::test]
async fn what_tells_of_a_person_stands_in_phi_alone() {
    let history = recorded().await;
    let personal = [
        "Asha Rao",
        "Meera Nair",
        "@example.org",
        "+919820000000",
        "complaint",
        "1990-05-17",
    ];
    let mut found = 0;
    for subscriber in projections::all(&history.sealing) {
        for mut row in rebuilt(&history, &*subscriber, 500, 1).await {
            let phi = row
                .as_object_mut()
                .unwrap()
                .remove("phi")
                .unwrap_or_default()
                .to_string();
            found += personal.iter().filter(|word| phi.contains(**word)).count();
            let rest = row.to_string();
            let leaked = personal.iter().find(|word| rest.contains(**word));
            assert_eq!(leaked, None, "{}", subscriber.name());
        }
    }
    assert!(found > 10, "hardly anything personal was there to be found");
}

#[tokio::test]
async fn what_is_stored_names_nobody() {
    let history = recorded().await;
    for subscriber in projections::all(&history.sealing) {
        history.project(&*subscriber).await;
        for table in tables_of(&*subscriber) {
            let sql = format!("select t::text from {table} t");
            let rows: Vec<String> = sqlx::query_scalar(&sql)
                .fetch_all(&history.pool)
                .await
                .unwrap();
            for word in [
                "Rao",
                "Meera Nair",
                "@example.org",
                "9820000000",
                "complaint",
            ] {
                let found = rows.iter().find(|row| row.contains(word));
                assert_eq!(found, None, "{word} stands in {table}");
            }
        }
    }
}

#[test]
fn every_projection_has_a_name_of_its_own() {
    let all: Vec<Arc<dyn Subscriber>> = projections::all(&Sealing::off());
    let names: std::collections::BTreeSet<_> = all.iter().map(|one| one.name()).collect();
    assert_eq!(names.len(), all.len());
}
