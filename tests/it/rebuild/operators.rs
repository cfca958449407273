//! Of several operators one works on a read model, and one that comes back too late does no harm.

use event_store::rebuild::{Operator, RebuildError, RebuildFrom};

use super::fixture::Shadow;
use crate::support::eventually;

#[tokio::test(flavor = "multi_thread")]
async fn the_second_operator_is_told_who_has_the_read_model() {
    let shadow = Shadow::recorded().await;
    let (store, clinics) = (&shadow.history.store, shadow.model("clinic_directory"));
    let first = shadow.operator(&clinics).await;
    let Err(RebuildError::Locked { name, holder }) =
        Operator::open(store, shadow.models.clone()).await
    else {
        panic!("two operators have one read model");
    };
    assert_eq!(name, "clinic_directory");
    // The session of the one who was refused ends a moment later.
    let ours =
        "select case when count(*) = 1 then min(pid) else 0 end::bigint from pg_stat_activity
                where application_name = 'caresync projections' and datname = current_database()";
    let pid = i64::from(holder.pid.unwrap());
    eventually("one session is left, the first operator's", async || {
        shadow.count(ours).await == pid
    })
    .await;
    assert!(holder.since.is_some());
    let listed = shadow.status("clinic_directory").await.operator;
    assert_eq!(listed, Some(holder));
    // The others are free: the refused operator released them.
    let others = shadow.operator(&shadow.model("patient_card")).await;
    first.release().await.unwrap();
    others.release().await.unwrap();
    shadow
        .operator(&shadow.models)
        .await
        .release()
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_model_is_free_once_the_session_of_its_operator_is_gone() {
    let shadow = Shadow::recorded().await;
    let clinics = shadow.model("clinic_directory");
    let mut gone = shadow.operator(&clinics).await;
    let ended = "select pg_terminate_backend(pid, 5000)::int::bigint from pg_stat_activity
                 where application_name = 'caresync projections' and datname = current_database()";
    assert_eq!(shadow.count(ended).await, 1);
    shadow.rebuild(&clinics).await.unwrap();
    let late = gone.rebuild(RebuildFrom::LogStart, &|_, _| {}).await;
    assert!(matches!(late, Err(RebuildError::Store(_))), "{late:?}");
    assert!(shadow.verify(&clinics).await.unwrap()[0].is_same());
}

/// As if another operator had begun anew, or gone on, while this one was away.
#[tokio::test(flavor = "multi_thread")]
async fn an_operator_whose_copy_was_moved_by_somebody_else_writes_nothing() {
    let mut shadow = Shadow::recorded().await;
    shadow.many_clinics(2_000).await;
    shadow.read().await;
    let clinics = shadow.model("clinic_directory");
    for moved in [
        "epoch = 0, transaction_id = '0', position = 0",
        "position = position + 1",
    ] {
        let mut operator = shadow.operator(&clinics).await;
        let sql = format!(
            "update subscription_checkpoints set {moved} where name = 'beside/clinic_directory'"
        );
        let passed = |_, _| shadow.meanwhile(&sql);
        let refused = operator.rebuild(RebuildFrom::LogStart, &passed).await;
        assert!(
            matches!(
                refused,
                Err(RebuildError::Overtaken {
                    name: "clinic_directory"
                })
            ),
            "{refused:?}"
        );
        let rows = shadow
            .count("select count(*) from beside.clinic_directory")
            .await;
        assert!(rows < 1_000, "{rows}: it went on");
        operator.release().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_was_stopped_goes_on_from_where_it_stood() {
    let mut shadow = Shadow::recorded().await;
    shadow.many_clinics(4_000).await;
    shadow.read().await;
    let clinics = shadow.model("clinic_directory");
    let mut stopped = shadow.operator(&clinics).await;
    let end = "select pg_terminate_backend(pid, 5000) from pg_stat_activity
               where application_name = 'caresync projections' and datname = current_database()";
    let passed = |_, _| shadow.meanwhile(end);
    stopped
        .rebuild(RebuildFrom::Checkpoint, &passed)
        .await
        .unwrap_err();
    let rows = "select count(*) from beside.clinic_directory";
    let half = shadow.count(rows).await;
    assert!(half > 0 && half < 4_000, "{half}");
    let versions = "select max(xmin::text::bigint) from beside.clinic_directory";
    let before = shadow.count(versions).await;

    let mut again = shadow.operator(&clinics).await;
    let rebuilt = again
        .rebuild(RebuildFrom::Checkpoint, &|_, _| {})
        .await
        .unwrap();
    again.release().await.unwrap();
    let events = i64::try_from(rebuilt.events).unwrap();
    assert!(
        events < 4_100 - half,
        "{events} read though {half} rows were there"
    );
    let untouched = format!("{rows} where xmin::text::bigint <= {before}");
    assert!(shadow.count(&untouched).await >= half - 2);
    assert!(shadow.verify(&clinics).await.unwrap()[0].is_same());
}
