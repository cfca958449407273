//! A copy takes the live one's place and gives it back.

use std::time::Duration;

use event_store::rebuild::{Origin, RebuildError, RebuildFrom};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::task::JoinSet;

use super::fixture::Shadow;
use crate::support::eventually;

const LONG: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn each_copy_takes_the_live_ones_place_and_gives_it_back() {
    let mut shadow = Shadow::recorded().await;
    let before = shadow.live().await;
    shadow.rebuild(&shadow.models).await.unwrap();
    let tables = "select string_agg(oid::text, ' ' order by relname) from pg_class
                  where relnamespace = 'public'::regnamespace and relkind in ('r', 'i')";
    let old = shadow.text(tables).await;
    shadow.switch(&shadow.models).await.unwrap();
    assert_ne!(shadow.text(tables).await, old);
    assert_eq!(shadow.live().await, before);
    for model in &shadow.models {
        let copy = shadow.status(model.name()).await.copy.unwrap();
        assert_eq!((copy.origin, copy.is_switchable), (Origin::Replaced, true));
    }
    // The live ones go on from there, and so does the way back.
    shadow.many_clinics(700).await;
    shadow.read().await;
    let after = shadow.live().await;
    assert_ne!(after, before);
    shadow.switch(&shadow.models).await.unwrap();
    assert_eq!(shadow.text(tables).await, old);
    assert_eq!(shadow.live().await, after);
    for one in shadow.verify(&shadow.models).await.unwrap() {
        assert!(one.is_same(), "{one:?}");
    }
    assert_eq!(
        shadow
            .count("select count(*) from pg_namespace where nspname like 'beside%'")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_lags_catches_up_before_it_is_live() {
    let mut shadow = Shadow::recorded().await;
    shadow.rebuild(&shadow.models).await.unwrap();
    shadow.many_clinics(1_300).await;
    shadow.read().await;
    let before = shadow.live().await;
    let position = shadow.status("clinic_directory").await.live.unwrap().at;
    shadow.switch(&shadow.models).await.unwrap();
    assert_eq!(shadow.live().await, before);
    let live = shadow.status("clinic_directory").await.live.unwrap();
    assert!(live.at >= position && live.events == 0, "{live:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_takes_the_place_of_a_live_one_that_stands_still() {
    let mut shadow = Shadow::recorded().await;
    let clinics = shadow.model("clinic_directory");
    shadow.pause().await;
    shadow.many_clinics(5).await;
    shadow.sql("truncate public.clinic_directory").await;
    shadow.rebuild(&clinics).await.unwrap();
    shadow.switch(&clinics).await.unwrap();
    assert_eq!(
        shadow.count("select count(*) from clinic_directory").await,
        7
    );
    assert_eq!(
        shadow.status("clinic_directory").await.live.unwrap().events,
        0
    );
    shadow.read().await;
    assert_eq!(
        shadow.count("select count(*) from clinic_directory").await,
        7
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_replaced_is_not_rebuilt_over_by_accident() {
    let shadow = Shadow::recorded().await;
    let clinics = shadow.model("clinic_directory");
    shadow.rebuild(&clinics).await.unwrap();
    shadow.switch(&clinics).await.unwrap();
    let refused = shadow.rebuild(&clinics).await;
    assert!(
        matches!(refused, Err(RebuildError::Replaced { .. })),
        "{refused:?}"
    );
    shadow.begin(&clinics, RebuildFrom::LogStart).await.unwrap();
    let copy = shadow.status("clinic_directory").await.copy.unwrap();
    assert_eq!(copy.origin, Origin::Rebuilt);
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_that_were_given_since_go_along() {
    let shadow = Shadow::recorded().await;
    shadow
        .sql(
            "do $$ begin
           if not exists (select from pg_roles where rolname = 'late_reader') then
             create role late_reader;
           end if;
         end $$",
        )
        .await;
    shadow
        .rebuild(&shadow.model("clinic_directory"))
        .await
        .unwrap();
    shadow
        .sql("grant select on clinic_directory to late_reader")
        .await;
    shadow
        .switch(&shadow.model("clinic_directory"))
        .await
        .unwrap();
    let may = "select has_table_privilege('late_reader', 'public.clinic_directory', 'select')::int::bigint";
    assert_eq!(shadow.count(may).await, 1);
}

/// A report that runs for minutes must not make everybody queue behind the switch.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_reader_holds_the_switch_up_and_nobody_else() {
    let shadow = Shadow::recorded().await;
    let clinics = shadow.model("clinic_directory");
    shadow.rebuild(&clinics).await.unwrap();
    let mut report = PgConnection::connect_with(&shadow.pool().connect_options())
        .await
        .unwrap();
    report
        .execute("begin; select count(*) from clinic_directory")
        .await
        .unwrap();
    let pid: i32 = sqlx::query_scalar("select pg_backend_pid()")
        .fetch_one(&mut report)
        .await
        .unwrap();
    let mut hasty = shadow.operator(&clinics).await.with_timeout(Duration::ZERO);
    let refused = hasty.switch().await;
    let Err(RebuildError::InUse { pids, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert!(pids.contains(&pid), "{pids:?}");
    hasty.release().await.unwrap();

    let mut operator = shadow.operator(&clinics).await.with_timeout(LONG);
    let mut switching = JoinSet::new();
    switching.spawn(async move { operator.switch().await });
    let waits = "select count(*) from pg_stat_activity
                 where application_name = 'caresync projections' and datname = current_database()
                   and query like 'lock table%'";
    eventually("the switch waits", async || shadow.count(waits).await == 1).await;
    // Everybody else is answered long before the report ends, and it is not ended for that.
    for _ in 0..20 {
        assert_eq!(
            shadow.count("select count(*) from clinic_directory").await,
            2
        );
    }
    assert!(switching.try_join_next().is_none());
    report.execute("rollback").await.unwrap();
    switching.join_next().await.unwrap().unwrap().unwrap();
    assert_eq!(
        shadow.count("select count(*) from clinic_directory").await,
        2
    );
}
