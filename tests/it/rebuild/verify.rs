//! Whatever differs between a copy and the live one is found, and named without being shown.

use std::collections::BTreeSet;
use std::time::Duration;

use event_store::rebuild::{DifferenceKind, RebuildError, TableComparison};
use event_store::{Cell, ReadModelTable, associated_data_of_row};
use serde_json::json;
use uuid::Uuid;

use super::fixture::Shadow;
use crate::projections::fixture::patient;
use crate::projections::scenario::ASHA;
use crate::support::eventually;

/// Something else of the same type.
fn another(name: &str, of: &str) -> String {
    match of {
        "uuid" => "gen_random_uuid()".to_owned(),
        "text" => format!("coalesce({name}, '') || 'x'"),
        "jsonb" => "'\"planted\"'".to_owned(),
        "boolean" => format!("not {name}"),
        "bigint" | "integer" | "smallint" => format!("{name} + 1"),
        "timestamp with time zone" => format!("coalesce({name}, now()) + interval '1 second'"),
        other => panic!("{other} is new: say what another one is"),
    }
}

/// A column of a table.
#[derive(sqlx::FromRow)]
struct Column {
    name: String,
    of: String,
    /// Generated columns that repeat it.
    repeated_by: Vec<String>,
}

/// The columns of a table that are written.
async fn columns(shadow: &Shadow, table: &str) -> Vec<Column> {
    let sql = "
        select
          attname::text as name,
          format_type(atttypid, null) as of,
          array(
            select repeated.attname::text
            from pg_attribute repeated
            join pg_attrdef on adrelid = attrelid and adnum = attnum
            where attrelid = written.attrelid
              and attgenerated = 's'
              and pg_get_expr(adbin, adrelid) = written.attname
          ) as repeated_by
        from pg_attribute written
        where attrelid = to_regclass($1) and attnum > 0 and not attisdropped and attgenerated = ''";
    let columns = sqlx::query_as(sql).bind(format!("public.{table}"));
    columns.fetch_all(shadow.pool()).await.unwrap()
}

async fn compared(shadow: &Shadow, model: &str, table: &str) -> TableComparison {
    let mut verified = shadow.verify(&shadow.model(model)).await.unwrap();
    let verified = verified.remove(0);
    let live = shadow.status(model).await.live.unwrap().at;
    assert_eq!(verified.at, live, "it says at which position it compared");
    let tables = verified.tables.into_iter();
    tables.into_iter().find(|one| one.table == table).unwrap()
}

/// One difference is found, and nothing of what the rows say is shadow.
fn only(comparison: &TableComparison) -> &DifferenceKind {
    assert_eq!(comparison.differing, 1, "{comparison:?}");
    assert_eq!(comparison.differences.len(), 1);
    assert_ne!(comparison.checksums.0, comparison.checksums.1);
    let shadow = format!("{comparison:?}");
    for word in ["Asha", "Meera", "planted", "@example.org", "complaint"] {
        assert!(!shadow.contains(word), "{shadow}");
    }
    &comparison.differences[0].kind
}

/// Plants a difference in one row of the copy, in each column in turn.
async fn each_column_is_looked_at(shadow: &Shadow, model: &str, table: &ReadModelTable) {
    let name = table.name();
    shadow
        .sql(&format!("create table saved as table beside.{name}"))
        .await;
    let columns = columns(shadow, name).await;
    let written: Vec<_> = columns.iter().map(|column| &*column.name).collect();
    let written = written.join(", ");
    for column in &columns {
        let Column {
            name: column,
            of,
            repeated_by,
        } = column;
        let other = another(column, of);
        shadow
            .sql(&format!(
                "update beside.{name} set {column} = {other}
             where ctid = (select min(ctid) from beside.{name})"
            ))
            .await;
        let comparison = compared(shadow, model, name).await;
        if table.key().contains(&&**column) {
            // Another key is another row.
            assert_eq!(comparison.differing, 2, "{name}.{column}: {comparison:?}");
            let found: Vec<_> = comparison.differences.iter().map(|one| &one.kind).collect();
            assert!(
                found.contains(&&DifferenceKind::OnlyLive)
                    && found.contains(&&DifferenceKind::OnlyInCopy)
            );
        } else {
            let DifferenceKind::Columns(found) = only(&comparison) else {
                panic!("{name}.{column}: {comparison:?}");
            };
            // Under another subject nothing opens.
            let with_subject = vec!["phi".to_owned(), "subject".to_owned()];
            let alone = [std::slice::from_ref(column), repeated_by].concat();
            let expected = [alone, with_subject];
            let personal = usize::from(column == "subject");
            let found = found.iter().collect::<BTreeSet<_>>();
            let expected = expected[personal].iter().collect();
            assert_eq!(found, expected, "{name}.{column}");
        }
        shadow
            .sql(&format!(
                "truncate beside.{name};
                 insert into beside.{name} ({written}) select {written} from saved"
            ))
            .await;
    }
    shadow.sql("drop table saved").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_in_any_column_of_any_table_is_found() {
    let shadow = Shadow::recorded().await;
    shadow.rebuild(&shadow.models).await.unwrap();
    for model in &shadow.models {
        for table in model.tables() {
            each_column_is_looked_at(&shadow, model.name(), table).await;
        }
        let again = shadow.verify(&shadow.model(model.name())).await.unwrap();
        assert!(
            again[0].is_same(),
            "the test put everything back: {again:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_missing_or_too_many_is_found_on_either_side() {
    let shadow = Shadow::recorded().await;
    let cards = shadow.model("patient_card");
    for (schema, found) in [
        ("beside", DifferenceKind::OnlyLive),
        ("public", DifferenceKind::OnlyInCopy),
    ] {
        shadow
            .begin(&cards, event_store::rebuild::RebuildFrom::LogStart)
            .await
            .unwrap();
        let asha = patient(ASHA);
        shadow
            .sql(&format!(
                "delete from {schema}.patient_cards where patient_id = '{asha}'"
            ))
            .await;
        let comparison = compared(&shadow, "patient_card", "patient_cards").await;
        assert_eq!(*only(&comparison), found);
        assert_eq!(comparison.differences[0].key, [asha.to_string()]);
        assert_eq!(comparison.rows.0.abs_diff(comparison.rows.1), 1);
    }
}

/// Seals a card of another name for the same row: it opens as well as the right one.
#[tokio::test(flavor = "multi_thread")]
async fn a_difference_in_what_is_sealed_is_found_though_every_envelope_differs() {
    let shadow = Shadow::recorded().await;
    shadow.rebuild(&shadow.model("patient_card")).await.unwrap();
    let asha: Uuid = patient(ASHA).as_uuid();
    let same = format!(
        "select count(*) from public.patient_cards l join beside.patient_cards c using (patient_id)
         where l.phi = c.phi and patient_id = '{asha}'"
    );
    assert_eq!(
        shadow.count(&same).await,
        0,
        "each side sealed it for itself"
    );
    let cell = Cell {
        subject: asha,
        associated_data: associated_data_of_row("patient_cards", &asha),
        value: json!({"name": "Somebody Else", "birthDate": "1990-05-17", "phone": null, "email": null}),
    };
    let sealed = shadow.history.sealing.seal_many(vec![cell]).await.unwrap();
    sqlx::query("update beside.patient_cards set phi = $1 where patient_id = $2")
        .bind(&sealed[0])
        .bind(asha)
        .execute(shadow.pool())
        .await
        .unwrap();
    let comparison = compared(&shadow, "patient_card", "patient_cards").await;
    assert_eq!(
        *only(&comparison),
        DifferenceKind::Columns(vec!["phi".to_owned()])
    );
    assert!(!format!("{comparison:?}").contains("Somebody"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_key_opens_differs_from_itself() {
    let shadow = Shadow::recorded().await;
    shadow.rebuild(&shadow.model("patient_card")).await.unwrap();
    let asha = patient(ASHA);
    for schema in ["public", "beside"] {
        let sql =
            format!("update {schema}.patient_cards set phi = 'torn' where patient_id = '{asha}'");
        shadow.sql(&sql).await;
    }
    let mut verified = shadow.verify(&shadow.model("patient_card")).await.unwrap();
    let table = verified.remove(0).tables.remove(0);
    assert_eq!(table.differing, 1, "{table:?}");
    assert_eq!(
        table.differences[0].kind,
        DifferenceKind::Columns(vec!["phi".to_owned()])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn many_rows_are_compared_page_by_page() {
    let mut shadow = Shadow::recorded().await;
    shadow.many_clinics(3_000).await;
    shadow.read().await;
    shadow
        .rebuild(&shadow.model("clinic_directory"))
        .await
        .unwrap();
    shadow
        .sql(
            "delete from beside.clinic_directory where clinic_id in (
           select clinic_id from public.clinic_directory order by clinic_id limit 700);
         delete from public.clinic_directory where clinic_id in (
           select clinic_id from public.clinic_directory order by clinic_id desc limit 600)",
        )
        .await;
    let comparison = compared(&shadow, "clinic_directory", "clinic_directory").await;
    let all = 3_002;
    assert_eq!(comparison.rows, (all - 600, all - 700));
    assert_eq!(comparison.differing, 1_300);
    let keys = comparison.differences.iter().map(|one| &one.key);
    assert!(keys.is_sorted());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_lags_catches_up_before_it_is_compared() {
    let mut shadow = Shadow::recorded().await;
    shadow.rebuild(&shadow.models).await.unwrap();
    shadow.many_clinics(1_200).await;
    shadow.read().await;
    assert!(
        shadow
            .status("clinic_directory")
            .await
            .copy
            .unwrap()
            .position
            .events
            >= 1_200
    );
    for one in shadow.verify(&shadow.models).await.unwrap() {
        assert!(one.is_same(), "{one:?}");
    }
    assert_eq!(
        shadow
            .status("clinic_directory")
            .await
            .copy
            .unwrap()
            .position
            .events,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_one_that_stands_still_behind_its_copy_is_told() {
    let mut shadow = Shadow::recorded().await;
    let clinics = shadow.model("clinic_directory");
    shadow.rebuild(&clinics).await.unwrap();
    shadow.pause().await;
    shadow.many_clinics(5).await;
    shadow.rebuild(&clinics).await.unwrap();
    let mut operator = shadow.operator(&clinics).await.with_timeout(Duration::ZERO);
    let refused = operator.verify().await;
    operator.release().await.unwrap();
    let Err(RebuildError::LiveBehind { live, copy, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert!(copy > live);
    shadow.read().await;
    assert!(shadow.verify(&clinics).await.unwrap()[0].is_same());
}

/// The comparison goes on only while it is polled: here it stands still in its snapshot.
#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_holds_no_reader_of_the_log_back() {
    let mut shadow = Shadow::recorded().await;
    let sheets = shadow.model("day_sheet");
    shadow.rebuild(&sheets).await.unwrap();
    let mut operator = shadow.operator(&sheets).await;
    let mut comparing = Box::pin(operator.verify());
    let compares = "select count(*) from pg_stat_activity
                    where application_name = 'caresync projections' and query like 'with keys as%'
                      and datname = current_database() and xact_start is not null
                      and backend_xid is null";
    eventually("it compares", async || {
        let ended = futures::poll!(&mut comparing).is_ready();
        assert!(!ended, "the snapshot was not seen");
        shadow.count(compares).await == 1
    })
    .await;
    shadow.many_clinics(3).await;
    // Every read model gets behind what was written now.
    shadow.read().await;
    assert_eq!(
        shadow.count(compares).await,
        1,
        "the snapshot is still open"
    );
    let verified = comparing.await.unwrap();
    assert!(verified[0].is_same(), "{verified:?}");
}
