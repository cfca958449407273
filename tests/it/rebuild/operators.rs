//! Of several operators one works on a read model, and one that comes back too late does no harm.

use event_store::rebuild::{Begin, Operator, RebuildError};

use super::fixture::Beside;
use crate::support::eventually;

#[tokio::test(flavor = "multi_thread")]
async fn the_second_operator_is_told_who_has_the_read_model() {
    let told = Beside::told().await;
    let (store, clinics) = (&told.history.store, told.model("clinic_directory"));
    let first = told.operator(&clinics).await;
    let Err(RebuildError::Taken { name, holder }) =
        Operator::take(store, told.models.clone()).await
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
        told.count(ours).await == pid
    })
    .await;
    assert!(holder.since.is_some());
    let listed = told.status("clinic_directory").await.operator;
    assert_eq!(listed, Some(holder));
    // Nobody has the others: the refused one let them go.
    let others = told.operator(&told.model("patient_card")).await;
    first.release().await.unwrap();
    others.release().await.unwrap();
    told.operator(&told.models).await.release().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_model_is_free_once_the_session_of_its_operator_is_gone() {
    let told = Beside::told().await;
    let clinics = told.model("clinic_directory");
    let mut gone = told.operator(&clinics).await;
    let ended = "select pg_terminate_backend(pid, 5000)::int::bigint from pg_stat_activity
                 where application_name = 'caresync projections' and datname = current_database()";
    assert_eq!(told.count(ended).await, 1);
    told.rebuild(&clinics).await.unwrap();
    let late = gone.rebuild(Begin::AtStart, &|_, _| {}).await;
    assert!(matches!(late, Err(RebuildError::Store(_))), "{late:?}");
    assert!(told.verify(&clinics).await.unwrap()[0].is_same());
}

/// As if another operator had begun anew, or gone on, while this one was away.
#[tokio::test(flavor = "multi_thread")]
async fn an_operator_whose_copy_was_moved_by_somebody_else_writes_nothing() {
    let mut told = Beside::told().await;
    told.many_clinics(2_000).await;
    told.read().await;
    let clinics = told.model("clinic_directory");
    for moved in [
        "epoch = 0, transaction_id = '0', position = 0",
        "position = position + 1",
    ] {
        let mut operator = told.operator(&clinics).await;
        let sql = format!(
            "update subscription_checkpoints set {moved} where name = 'beside/clinic_directory'"
        );
        let passed = |_, _| told.meanwhile(&sql);
        let refused = operator.rebuild(Begin::AtStart, &passed).await;
        assert!(
            matches!(
                refused,
                Err(RebuildError::Overtaken {
                    name: "clinic_directory"
                })
            ),
            "{refused:?}"
        );
        let rows = told
            .count("select count(*) from beside.clinic_directory")
            .await;
        assert!(rows < 1_000, "{rows}: it went on");
        operator.release().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_was_stopped_goes_on_from_where_it_stood() {
    let mut told = Beside::told().await;
    told.many_clinics(4_000).await;
    told.read().await;
    let clinics = told.model("clinic_directory");
    let mut stopped = told.operator(&clinics).await;
    let end = "select pg_terminate_backend(pid, 5000) from pg_stat_activity
               where application_name = 'caresync projections' and datname = current_database()";
    let passed = |_, _| told.meanwhile(end);
    stopped
        .rebuild(Begin::AtCheckpoint, &passed)
        .await
        .unwrap_err();
    let rows = "select count(*) from beside.clinic_directory";
    let half = told.count(rows).await;
    assert!(half > 0 && half < 4_000, "{half}");
    let versions = "select max(xmin::text::bigint) from beside.clinic_directory";
    let before = told.count(versions).await;

    let mut again = told.operator(&clinics).await;
    let rebuilt = again
        .rebuild(Begin::AtCheckpoint, &|_, _| {})
        .await
        .unwrap();
    again.release().await.unwrap();
    let events = i64::try_from(rebuilt.events).unwrap();
    assert!(
        events < 4_100 - half,
        "{events} read though {half} rows were there"
    );
    let untouched = format!("{rows} where xmin::text::bigint <= {before}");
    assert!(told.count(&untouched).await >= half - 2);
    assert!(told.verify(&clinics).await.unwrap()[0].is_same());
}
