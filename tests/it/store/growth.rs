//! The cost of a command does not grow with the log, the claims, or the history of one doctor; neither with
//! plans that were made for small tables, nor with plans for each execution.

use std::time::Duration;

use event_store::{Append, AppendError, Appended, EventStore, Idempotency, StreamVersion};
use futures::future::join_all;
use serde_json::json;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection as _, PgConnection};
use tests::database::Database;

use super::fixture::{Letting, LettingEvent, at, id, let_room, log, metadata, moved, open, stream};

/// Number of past visits, with two claims each.
const PAST: i64 = 100_000;
/// Number of commands of each kind. They share batches, so that refused ones go to round two.
const EACH: u128 = 12;
/// Maximum number of blocks and rows that a command may read, in tables and indexes.
const BLOCKS: i64 = 120;
const ROWS: i64 = 20;
/// Tables whose reads are counted.
const TABLES: [&str; 4] = ["events", "slot_claims", "idempotency_keys", "reservations"];

/// A store whose statements are all planned in one way.
async fn store(database: &Database, plans: &str) -> EventStore {
    let options = database.options().application_name(plans);
    let options = options.options([("plan_cache_mode", plans)]);
    let pool = PgPoolOptions::new().max_connections(5);
    open(pool.connect_with(options).await.unwrap()).await
}

/// Inserts the history of one room and a thousand guests, and as many events and keys.
async fn insert_history(database: &Database) {
    let room = id(7);
    let claims = |kind: &str, resource: &str| {
        format!(
            "insert into slot_claims (kind, resource, during, holder, holder_type)
             select '{kind}', {resource},
                    tstzrange(to_timestamp(0) + i * interval '1 hour', to_timestamp(0) + (i + 1) * interval '1 hour'),
                    'past ' || i, 'letting'
             from generate_series(1, {PAST}) i"
        )
    };
    let statements = [
        claims("doctor", &format!("'{room}'")),
        claims(
            "patient",
            "('00000000-0000-0000-0001-' || lpad(to_hex(i % 1000), 12, '0'))::uuid",
        ),
        format!(
            "insert into events (epoch, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
             select 1, 'letting', 'past ' || i, n, 'letting.stepped', '1', '{{\"type\": \"Stepped\"}}', '{{}}'
             from generate_series(1, {PAST}) i, generate_series(1, 2) n;
             insert into idempotency_keys (key, fingerprint, reply, aggregate_type, aggregate_id, sequence)
             select decode(md5('past ' || i), 'hex'), '', '{{}}', 'letting', 'past ' || i, 1
             from generate_series(1, {PAST}) i;
             insert into reservations (space, key, holder)
             select 'account.login', decode(md5('past ' || i), 'hex'), 'past ' || i
             from generate_series(1, {PAST}) i"
        ),
    ];
    join_all(statements.iter().map(|sql| async move {
        let options = database.options().application_name("past");
        let mut connection = PgConnection::connect_with(&options).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }))
    .await;
}

/// Keeps autovacuum away from the tables: what it reads would count as read by commands.
async fn stop_autovacuum(connection: &mut PgConnection) {
    for table in TABLES {
        let sql = format!("alter table {table} set (autovacuum_enabled = off)");
        sqlx::raw_sql(&sql).execute(&mut *connection).await.unwrap();
    }
}

/// Concurrent commands of one kind.
struct Commands<'s> {
    store: &'s EventStore,
    /// Their numbers.
    first: u128,
}

impl Commands<'_> {
    async fn append(
        &self,
        events: impl Fn(u128) -> Vec<LettingEvent>,
        with: impl Fn(u128, Append) -> Append,
    ) -> Vec<Result<Appended, AppendError>> {
        let appends = (0..EACH).map(|n| {
            let letting = self.first + n;
            let (events, with) = (events(letting), &with);
            async move {
                let append = Append {
                    streams: vec![stream(self.store, letting, events).await.unwrap()],
                    depends_on: Vec::new(),
                    metadata: metadata(letting),
                    idempotency: None,
                };
                with(letting, append)
            }
        });
        let appends = join_all(appends).await;
        join_all(appends.iter().map(|append| self.store.append(append))).await
    }
}

fn bare(_: u128, append: Append) -> Append {
    append
}

fn key(number: u128) -> Idempotency {
    let mut key = [0; 32];
    key[..16].copy_from_slice(&number.to_be_bytes());
    Idempotency {
        key,
        fingerprint: [1; 32],
        reply: json!({}),
    }
}

/// Commands of all kinds, at free hours; `taken` is an hour that is taken. Returns the number of commands and
/// queries.
async fn everything(store: &EventStore, first: u128, free: i64, taken: i64) -> i64 {
    let of = |kind: u128| Commands {
        store,
        first: first + kind * 1_000,
    };
    let hour = |n: u128| free + i64::try_from(n % 1_000).unwrap();
    let refused = |told: &[Result<Appended, AppendError>]| {
        let refused = told
            .iter()
            .filter(|told| matches!(told, Err(AppendError::Refused { .. })));
        refused.count() == usize::try_from(EACH).unwrap()
    };
    // Hours that are taken.
    let told = of(1)
        .append(|n| vec![let_room(7, 10_000 + n, taken)], bare)
        .await;
    assert!(refused(&told), "{told:?}");
    let told = of(2)
        .append(|n| vec![let_room(7, 20_000 + n, hour(n))], bare)
        .await;
    assert!(told.iter().all(Result::is_ok), "{told:?}");
    let told = of(2)
        .append(|n| vec![moved(7, 20_000 + n, taken)], bare)
        .await;
    assert!(refused(&told), "{told:?}");
    let told = of(2)
        .append(|n| vec![moved(7, 20_000 + n, hour(n) + 1_000)], bare)
        .await;
    assert!(told.iter().all(Result::is_ok), "{told:?}");
    let told = of(2).append(|_| vec![LettingEvent::Settled], bare).await;
    assert!(told.iter().all(Result::is_ok), "{told:?}");
    let named = |n: u128| LettingEvent::Named {
        name: format!("name {n}"),
    };
    let told = of(2).append(|n| vec![named(n)], bare).await;
    assert!(told.iter().all(Result::is_ok), "{told:?}");
    let told = of(3).append(|n| vec![named(n - 1_000)], bare).await;
    assert!(refused(&told), "{told:?}");
    let told = of(2).append(|_| vec![LettingEvent::Left], bare).await;
    assert!(told.iter().all(Result::is_ok), "{told:?}");
    // A used key.
    let keyed = |n: u128, append: Append| Append {
        idempotency: Some(key(n % 1_000 + first)),
        ..append
    };
    let told = of(4).append(|_| vec![LettingEvent::Stepped], keyed).await;
    assert!(told.iter().all(Result::is_ok), "{told:?}");
    let told = of(5).append(|_| vec![LettingEvent::Stepped], keyed).await;
    let used = |told: &Result<_, _>| matches!(told, Err(AppendError::KeyUsed));
    assert!(told.iter().all(used), "{told:?}");
    // A depends_on that has moved on.
    let stale = |n: u128, append: Append| Append {
        depends_on: vec![StreamVersion {
            aggregate_type: "letting",
            aggregate_id: id(n - 2_000).to_string(),
            version: 0,
        }],
        ..append
    };
    let told = of(6).append(|_| vec![LettingEvent::Stepped], stale).await;
    let conflict = |told: &Result<_, _>| matches!(told, Err(AppendError::Conflict));
    assert!(told.iter().all(conflict), "{told:?}");
    for n in 0..EACH {
        let hours = [at(taken)..at(taken + 2), at(taken + 1)..at(taken + 3)];
        store.claims("doctor", id(7), &hours).await.unwrap();
        store.claims("patient", id(7), &hours).await.unwrap();
        store.holder_of("account.login", b"name 1").await.unwrap();
        store.recorded_reply(&key(first + n).key).await.unwrap();
        let letting = id(first + 4_000 + n).to_string();
        let loaded = store.load_from_log::<Letting>(&letting).await.unwrap();
        assert_eq!(loaded.version(), 1);
        store.stream_started_at("letting", &letting).await.unwrap();
        store.head().await.unwrap();
    }
    i64::try_from(EACH).unwrap() * (11 + 7)
}

/// Waits until the sessions of that name have ended and reported what they read.
async fn sessions_end(connection: &mut PgConnection, name: &str) {
    let sessions = "select count(*) from pg_stat_activity
                    where datname = current_database() and application_name = $1";
    loop {
        let left: i64 = sqlx::query_scalar(sessions)
            .bind(name)
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        if left == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Rows scanned, rows read by index and blocks read since the counters were reset.
async fn read(connection: &mut PgConnection) -> (i64, i64, i64) {
    let sql = "
        select
          (select sum(seq_tup_read)::bigint from pg_stat_user_tables where relname = any ($1)),
          (select sum(idx_tup_read)::bigint from pg_stat_user_indexes where relname = any ($1)),
          (select sum(heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit)::bigint
           from pg_statio_user_tables where relname = any ($1))";
    let counted = sqlx::query_as(sql).bind(TABLES.map(str::to_owned));
    counted.fetch_one(connection).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cost_of_a_command_does_not_grow_with_its_history() {
    let log = log().await;
    let ways = ["force_generic_plan", "force_custom_plan", "auto"];
    let mut stores = Vec::new();
    // Each store has planned its statements with nearly empty tables.
    for (number, plans) in (1..).zip(ways) {
        let store = store(&log.database, plans).await;
        log.append(
            number,
            vec![let_room(7, number, -i64::try_from(number).unwrap())],
        )
        .await
        .unwrap();
        let free = -5_000 * i64::try_from(number).unwrap();
        for round in 0..3_u128 {
            let first = number * 1_000_000 + round * 100_000;
            let free = free - 200 * i64::try_from(round).unwrap();
            everything(&store, first, free, -1).await;
        }
        stores.push((number, plans, store));
    }
    let database = log.database.clone();
    drop(log);
    let mut connection = PgConnection::connect_with(&database.options())
        .await
        .unwrap();
    stop_autovacuum(&mut connection).await;
    insert_history(&database).await;
    sessions_end(&mut connection, "past").await;
    while let Some((number, plans, store)) = stores.pop() {
        sqlx::query("select pg_stat_reset()")
            .execute(&mut connection)
            .await
            .unwrap();
        let free = PAST + 5_000 * i64::try_from(number).unwrap();
        let first = number * 1_000_000 + 900_000;
        let commands = everything(&store, first, free, PAST / 2).await;
        store.pool().close().await;
        drop(store);
        sessions_end(&mut connection, plans).await;
        let (scanned, rows, blocks) = read(&mut connection).await;
        println!(
            "{plans}: {commands} commands scanned {scanned} rows, read {} by index and {} blocks each",
            rows / commands,
            blocks / commands
        );
        assert_eq!(scanned, 0, "{plans}: a table was read through");
        assert!(
            rows < ROWS * commands,
            "{plans}: {rows} rows for {commands}"
        );
        assert!(
            blocks < BLOCKS * commands,
            "{plans}: {blocks} blocks for {commands}"
        );
    }
}

#[tokio::test]
async fn a_name_is_found_by_the_index_of_its_space_with_any_plan() {
    const SPACES: [&str; 3] = ["account.login", "account.hold", "payment.order"];
    let log = log().await;
    let database = log.database.clone();
    let mut connection = PgConnection::connect_with(&database.options())
        .await
        .unwrap();
    stop_autovacuum(&mut connection).await;
    let insert = "
        insert into reservations (space, key, holder)
        select space, decode(md5(space || i), 'hex'), space || ' ' || i
        from unnest($1::text[]) as space, generate_series(1, 20000) i";
    let options = database.options().application_name("past");
    let mut past = PgConnection::connect_with(&options).await.unwrap();
    sqlx::query(insert)
        .bind(SPACES.map(str::to_owned))
        .execute(&mut past)
        .await
        .unwrap();
    past.close().await.unwrap();
    sessions_end(&mut connection, "past").await;
    for plans in ["force_generic_plan", "force_custom_plan"] {
        let store = store(&database, plans).await;
        sqlx::query("select pg_stat_reset()")
            .execute(&mut connection)
            .await
            .unwrap();
        for (space, number) in SPACES.into_iter().zip(1..).cycle().take(60) {
            let key: Vec<u8> = sqlx::query_scalar("select decode(md5($1), 'hex')")
                .bind(format!("{space}{number}"))
                .fetch_one(&mut connection)
                .await
                .unwrap();
            let holder = store.holder_of(space, &key).await.unwrap();
            assert_eq!(holder, Some(format!("{space} {number}")));
            assert_eq!(store.holder_of(space, b"free").await.unwrap(), None);
        }
        store.pool().close().await;
        drop(store);
        sessions_end(&mut connection, plans).await;
        let (scanned, _, blocks) = read(&mut connection).await;
        assert_eq!(scanned, 0, "{plans}: a table was read through");
        assert!(blocks < 120 * 6, "{plans}: {blocks} blocks for 120 names");
    }
}
