//! Imports that are cut off, and readers and writers beside them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use event_store::{Daemon, DaemonOptions, EventStore};
use sqlx::PgPool;
use tokio::task::JoinSet;

use super::super::fixture::{LettingEvent, Log, let_room, log, open};
use super::super::order::{Keeper, keep_table};
use super::{lettings, past, words};

const LETTINGS: u128 = 2_500;

async fn everything_is_there_once(log: &Log) {
    // The test's own pool has lost connections.
    let pool = log.database.pool(1).await.unwrap();
    let count =
        async |sql: &str| -> i64 { sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap() };
    let lettings = i64::try_from(LETTINGS).unwrap();
    assert_eq!(count("select count(*) from events").await, 3 * lettings);
    assert_eq!(
        count("select count(*) from slot_claims").await,
        2 * lettings
    );
    let partial = "
        select count(*) from (
          select 1 from events group by aggregate_id
          having count(*) <> 3 or count(distinct transaction_id) <> 1
        ) streams";
    assert_eq!(count(partial).await, 0);
}

/// Ends the sessions that append, again and again. Returns how many.
async fn kill_appends(pool: PgPool, go_on: Arc<AtomicBool>) -> i64 {
    let mut killed = 0;
    while go_on.load(Ordering::Relaxed) {
        let sql = "
            select count(pg_terminate_backend(pid)) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()
              and state <> 'idle' and query like '-- Round%'";
        let some: i64 = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
        killed += some;
        let pause = if some > 0 { 150 } else { 1 };
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
    killed
}

/// Until an import runs through; each time that it says it can't, it is asked again.
async fn persist(store: &EventStore) -> Vec<event_store::ImportOutcome> {
    loop {
        if let Ok(landings) = store.import(&lettings(1, LETTINGS)).await {
            return landings;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sessions_that_are_killed_in_the_middle_lose_nothing_and_repeat_nothing() {
    let log = log().await;
    let go_on = Arc::new(AtomicBool::new(true));
    let mut killing = JoinSet::new();
    let pool = log.database.pool(1).await.unwrap();
    killing.spawn(kill_appends(pool, go_on.clone()));
    let landings = persist(&log.store).await;
    go_on.store(false, Ordering::Relaxed);
    let killed = killing.join_next().await.unwrap().unwrap();
    assert!(killed > 0, "nothing was in the way");
    let known = |word: &&str| ["landed", "was there"].contains(word);
    assert!(words(&landings).iter().all(known), "{:?}", words(&landings));
    everything_is_there_once(&log).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_import_that_was_given_up_half_way_goes_on_where_it_stopped() {
    let log = log().await;
    let mut import = JoinSet::new();
    let store = log.store.clone();
    import.spawn(async move { store.import(&lettings(1, LETTINGS)).await.map(|_| ()) });
    let some = "select (exists (select from events))::int::bigint";
    while log.count(some).await == 0 {
        tokio::task::yield_now().await;
    }
    import.shutdown().await;

    // What the dropped session had under way ends with it, or goes in; then it is asked again.
    let landings = log.store.import(&lettings(1, LETTINGS)).await.unwrap();
    let words = words(&landings);
    assert!(words.contains(&"was there"));
    assert!(
        words
            .iter()
            .all(|word| ["landed", "was there"].contains(word))
    );
    everything_is_there_once(&log).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_imports_of_the_same_histories_land_them_once() {
    let log = log().await;
    let mut imports = JoinSet::new();
    for _ in 0..2 {
        let store = open(log.database.pool(5).await.unwrap()).await;
        imports.spawn(async move { store.import(&lettings(1, LETTINGS)).await.unwrap() });
    }
    let landings = imports.join_all().await;
    let told: Vec<_> = landings.iter().flat_map(|told| words(told)).collect();
    let landed = told.iter().filter(|word| **word == "landed").count();
    let there = told.iter().filter(|word| **word == "was there").count();
    let lettings = usize::try_from(LETTINGS).unwrap();
    assert_eq!((landed, there), (lettings, lettings));
    everything_is_there_once(&log).await;
}

/// Others want the same room, at the same time. Whoever gets it, one does.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_import_and_commands_that_want_the_same_share_nothing() {
    let log = log().await;
    let histories: Vec<_> = (1..=400)
        .map(|n| past(n, n << 32, vec![let_room(n, n, 10)]))
        .collect();
    let mut others = JoinSet::new();
    for other in 1..=400_u128 {
        let store = log.store.clone();
        others.spawn(async move {
            let wish = vec![let_room(other, 10_000 + other, 10)];
            let stream = super::super::fixture::stream(&store, 5_000 + other, wish).await;
            let append = event_store::Append {
                streams: vec![stream.unwrap()],
                depends_on: Vec::new(),
                metadata: super::super::fixture::metadata(other),
                idempotency: None,
            };
            store.append(&append).await.is_ok()
        });
    }
    let landings = log.store.import(&histories).await.unwrap();
    let others = others
        .join_all()
        .await
        .into_iter()
        .filter(|won| *won)
        .count();
    let words = words(&landings);
    let landed = words.iter().filter(|word| **word == "landed").count();
    let taken = words
        .iter()
        .filter(|word| word.starts_with("slot_claim_doctor"));
    assert_eq!(landed + taken.count(), 400, "{words:?}");
    assert_eq!(landed + others, 400);
    assert_eq!(log.count("select count(*) from slot_claims").await, 800);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_see_all_of_an_import_once_and_in_order_while_it_runs() {
    let log = log().await;
    keep_table(&log.pool).await;
    let daemon = Daemon::start(&log.store, vec![Arc::new(Keeper)], DaemonOptions::default());
    let mut imports = JoinSet::new();
    for part in 0..2_u128 {
        let store = open(log.database.pool(5).await.unwrap()).await;
        let stepped = |n| past(n, n << 32, vec![LettingEvent::Stepped; 7]);
        let histories: Vec<_> = (1..=800).map(|n| stepped(part * 10_000 + n)).collect();
        imports.spawn(async move { store.import(&histories).await.unwrap() });
    }
    for command in 0..200_u128 {
        log.append(50_000 + command % 20, vec![LettingEvent::Stepped])
            .await
            .unwrap();
    }
    imports.join_all().await;
    let head = log.store.head().await.unwrap();
    let patience = Duration::from_secs(30);
    let progress = daemon.progress();
    progress.wait_for("keeper", head, patience).await.unwrap();
    daemon.stop().await;
    let kept: Vec<(String, i64)> =
        sqlx::query_as("select aggregate_id, sequence from kept order by n")
            .fetch_all(&log.pool)
            .await
            .unwrap();
    assert_eq!(kept.len(), 2 * 800 * 7 + 200);
    let mut last = BTreeMap::new();
    for (aggregate, sequence) in kept {
        let before = last.insert(aggregate, sequence).unwrap_or(0);
        assert_eq!(sequence, before + 1, "out of order, or twice");
    }
}
