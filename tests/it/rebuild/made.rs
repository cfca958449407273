//! Copies as they are made: like the live ones in everything, and never in their way.

use event_store::rebuild::{Origin, RebuildError, RebuildFrom};

use super::fixture::Shadow;
use crate::projections::fixture::patient;
use crate::projections::scenario::ASHA;

/// All that a schema's tables of read models are made of, but for the schema.
fn form(shadow: &Shadow, schema: &str) -> String {
    let tables = shadow.models.iter().flat_map(|model| model.tables());
    let tables: Vec<_> = tables.map(|table| format!("'{}'", table.name())).collect();
    format!(
        "with t as (
           select c.* from pg_class c
           where c.relnamespace = '{schema}'::regnamespace and c.relname in ({})
         )
         select string_agg(line, E'\\n' order by line) from (
           select format('%s %s %s %s', relname, relacl, reloptions, obj_description(oid, 'pg_class')) as line from t
           union all
           select format('%s %s', t.relname, k.conname) from pg_constraint k join t on t.oid = k.conrelid
           union all
           select replace(pg_get_indexdef(i.indexrelid), '{schema}.', '') from pg_index i
           join t on t.oid = i.indrelid
           union all
           select format('%s %s %s %s', t.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull)
           from pg_attribute a join t on t.oid = a.attrelid
           where a.attnum > 0 and not a.attisdropped
         ) lines",
        tables.join(", ")
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_each_read_model_says_the_same_as_the_live_one() {
    let shadow = Shadow::recorded().await;
    shadow.rebuild(&shadow.models).await.unwrap();
    let verified = shadow.verify(&shadow.models).await.unwrap();
    assert_eq!(verified.len(), shadow.models.len());
    for one in verified {
        assert!(one.is_same(), "{one:?}");
        for table in one.tables {
            assert!(
                table.rows.0 > 0,
                "{} is empty: nothing is shown",
                table.table
            );
            assert_eq!(table.rows.0, table.rows.1);
            assert_eq!(table.checksums.0, table.checksums.1);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_like_the_live_one_in_names_rights_and_words() {
    let shadow = Shadow::recorded().await;
    shadow
        .sql(
            "do $$ begin
           if not exists (select from pg_roles where rolname = 'reader_of_one') then
             create role reader_of_one;
           end if;
         end $$;
         grant select on patient_cards to reader_of_one;
         alter table day_sheet set (fillfactor = 70);",
        )
        .await;
    shadow.rebuild(&shadow.models).await.unwrap();
    let beside = shadow.text(&form(&shadow, "beside")).await;
    for said in [
        "reader_of_one",
        "patient_cards_proxies",
        "fillfactor=70",
        "read model: ",
    ] {
        assert!(beside.contains(said), "{said} is not in {beside}");
    }
    assert_eq!(beside, shadow.text(&form(&shadow, "public")).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn making_a_copy_touches_no_live_row() {
    let shadow = Shadow::recorded().await;
    let versions = || async {
        let mut versions = Vec::new();
        for table in shadow.models.iter().flat_map(|model| model.tables()) {
            let sql = format!(
                "select string_agg(t.ctid::text || t.xmin::text, ' ' order by t.ctid) from public.{} t",
                table.name()
            );
            versions.push(shadow.text(&sql).await);
        }
        versions
    };
    let before = versions().await;
    shadow.rebuild(&shadow.models).await.unwrap();
    shadow.drop_copies(&shadow.models).await.unwrap();
    assert_eq!(versions().await, before);
    let left = "select count(*) from pg_class where relnamespace = 'beside'::regnamespace";
    assert_eq!(shadow.count(left).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_loses_a_table_never_writes_the_live_one() {
    let mut shadow = Shadow::recorded().await;
    shadow.pause().await;
    shadow.many_clinics(2_000).await;
    let rows = "select count(*) from public.clinic_directory";
    let before = shadow.count(rows).await;
    let mut operator = shadow.operator(&shadow.model("clinic_directory")).await;
    let passed = |_, _| shadow.meanwhile("drop table if exists beside.clinic_directory");
    let failed = operator.rebuild(RebuildFrom::LogStart, &passed).await;
    assert!(
        matches!(failed, Err(RebuildError::Batch { .. })),
        "{failed:?}"
    );
    assert_eq!(shadow.count(rows).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_erased_is_nobody_in_both() {
    let mut shadow = Shadow::recorded().await;
    let asha = patient(ASHA).as_uuid();
    shadow.history.sealing.erase(asha).await.unwrap();
    shadow.rebuild(&shadow.models).await.unwrap();
    shadow.read().await;
    for one in shadow.verify(&shadow.models).await.unwrap() {
        assert!(one.is_same(), "{one:?}");
    }
    let kept = format!(
        "select count(*) from public.patient_cards where subject = '{asha}' and phi is not null"
    );
    assert_eq!(
        shadow.count(&kept).await,
        1,
        "the live row was written before"
    );
    let kept = kept.replace("public.", "beside.");
    assert_eq!(shadow.count(&kept).await, 0, "the copy was written after");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_read_of_the_log_serves_copies_that_stand_at_different_places() {
    let mut shadow = Shadow::recorded().await;
    shadow
        .rebuild(&shadow.model("clinic_directory"))
        .await
        .unwrap();
    shadow.many_clinics(1_500).await;
    shadow.read().await;
    shadow.rebuild(&shadow.models).await.unwrap();
    for one in shadow.verify(&shadow.models).await.unwrap() {
        assert!(one.is_same(), "{one:?}");
    }
    let status = shadow.status("clinic_directory").await;
    let copy = status.copy.unwrap();
    assert_eq!(
        (copy.position.events, copy.is_switchable, copy.origin),
        (0, true, Origin::Rebuilt)
    );
    assert_eq!(status.live.unwrap().events, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_copy_would_lack_is_refused_and_nothing_is_left_of_it() {
    let shadow = Shadow::recorded().await;
    shadow
        .sql(
            "create trigger odd before truncate on clinic_directory
         for each statement execute function refuse_to_rewrite_history()",
        )
        .await;
    let refused = shadow.rebuild(&shadow.model("clinic_directory")).await;
    let table = "clinic_directory";
    assert!(
        matches!(refused, Err(RebuildError::Uncopyable { table: named, .. }) if named == table),
        "{refused:?}"
    );
    let left = "select count(*) from pg_class where relnamespace = 'beside'::regnamespace";
    assert_eq!(shadow.count(left).await, 0);
    assert_eq!(
        shadow.count("select count(*) from read_model_copies").await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_live_one_could_not_take_is_parked_in_the_copy_too_and_goes_with_its_tables() {
    let mut shadow = Shadow::recorded().await;
    shadow.sql(
        "insert into events (
           epoch, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata
         )
         select epoch, aggregate_type, aggregate_id, 1 + (
             select max(sequence) from events n where n.aggregate_id = e.aggregate_id
           ), 'clinic.renamed', '1', '{\"type\": \"clinic.renamed\"}', metadata
         from events e where event_type = 'clinic.opened' order by position limit 1",
    )
    .await;
    shadow.many_clinics(5).await;
    shadow.read().await;
    let clinics = shadow.model("clinic_directory");
    shadow.rebuild(&clinics).await.unwrap();
    let verified = shadow.verify(&clinics).await.unwrap();
    assert!(verified[0].is_same(), "{verified:?}");
    assert_eq!(verified[0].parked, (1, 1));
    assert_eq!(verified[0].tables[0].rows, (7, 7));

    shadow
        .sql("update dead_letters set attempts = 77 where subscriber = 'beside/clinic_directory'")
        .await;
    let tried = "select attempts::bigint from dead_letters where subscriber = 'clinic_directory'";
    assert_ne!(shadow.count(tried).await, 77);
    shadow.switch(&clinics).await.unwrap();
    assert_eq!(shadow.count(tried).await, 77);
    shadow.drop_copies(&clinics).await.unwrap();
    let left = "select count(*) from dead_letters where subscriber like '%/%'";
    assert_eq!(shadow.count(left).await, 0);
    assert_eq!(
        shadow.status("clinic_directory").await.live.unwrap().parked,
        1
    );
}
