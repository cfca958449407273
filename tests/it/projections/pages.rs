//! A page reads its own rows, however long the list behind it is.

use std::future::Future;

use domain::{AccountId, ClinicId, DoctorId, PatientId};
use event_store::Sealing;
use projections::chart::{ChartEntry, ChartSearch};
use projections::clinic_directory::ClinicCursor;
use projections::doctor_directory::DoctorSearch;
use projections::patient_appointments::AppointmentSearch;
use projections::payments::PatientPayments;
use projections::{
    ReadError, TimeCursor, account_directory, chart, clinic_directory, doctor_directory, leaves,
    patient_appointments, payments,
};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use uuid::Uuid;

use super::fixture::at;
use super::scenario::recorded;
use crate::support::eventually;

/// Limit of each page. The leaves of a doctor have one of their own.
const PAGE: i64 = 10;

/// Number of the copy at which the pages begin.
const MIDDLE: u128 = 2_500;

/// Makes 5,000 copies of a row, each with an id and a time of its own.
const COPIES: &str = "
    create function copies(original anyelement, keys text[]) returns setof anyelement
    language sql as $$
      select (jsonb_populate_record(original, jsonb_object_agg(key, case
        when key like '%_id' then to_jsonb(lpad(to_hex(n), 32, '0')::uuid)
        when key = 'ends_at' then to_jsonb(timestamptz '2020-01-01Z' + (n + 1) * interval '1 hour')
        else to_jsonb(timestamptz '2020-01-01Z' + n * interval '1 hour') end)))
      from generate_series(1, 5000) n, unnest(keys) key
      group by n
    $$";

/// Tables, the row of each that is copied, and the columns in which copies differ.
const LISTS: [(&str, &str, &str); 9] = [
    ("account_directory", "true", "account_id"),
    ("clinic_directory", "true", "clinic_id"),
    (
        "doctor_directory",
        "verified and not suspended",
        "doctor_id",
    ),
    (
        "patient_appointments",
        "true",
        "appointment_id, starts_at, ends_at",
    ),
    (
        "doctor_leaves",
        "not withdrawn",
        "leave_id, starts_at, ends_at",
    ),
    ("chart_entries", "true", "entry_id, occurred_at"),
    ("payments", "true", "payment_id, opened_at"),
    (
        "payment_refunds",
        "status = 'FAILED'",
        "refund_id, requested_at",
    ),
    (
        "payment_disputes",
        "status = 'ACTION_REQUIRED'",
        "payment_id, page_id, opened_at",
    ),
];

/// The columns of a table that are written.
async fn columns(pool: &PgPool, table: &str) -> String {
    let columns = "
        select string_agg(quote_ident(attname), ', ' order by attnum)
        from pg_attribute
        where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''";
    let columns = sqlx::query_scalar(columns).bind(table).fetch_one(pool);
    columns.await.unwrap()
}

/// One connection, on which statements are planned as `plans` says.
async fn filled(plans: &str) -> PgPool {
    let history = recorded().await;
    for subscriber in projections::all(&history.sealing) {
        history.project(&*subscriber).await;
    }
    let options = (*history.pool.connect_options()).clone();
    drop(history);
    let options = options.options([("plan_cache_mode", plans)]);
    let pool = PgPoolOptions::new().max_connections(1);
    let pool = pool.connect_with(options).await.unwrap();
    sqlx::raw_sql(COPIES).execute(&pool).await.unwrap();
    for (table, original, keys) in LISTS {
        let columns = columns(&pool, table).await;
        let fill = format!(
            "insert into {table} ({columns})
             select {columns}
             from (
               select copy.*
               from (select t from {table} t where {original} order by t limit 1) one (original),
                 copies(one.original, '{{{keys}}}') copy
             ) copies;
             alter table {table} set (autovacuum_enabled = off);
             analyze {table};"
        );
        sqlx::raw_sql(&fill).execute(&pool).await.unwrap();
    }
    // What they read is reported when they end, and would count as read for a page.
    eventually("the other sessions have ended", async || {
        let sql = "select count(*) from pg_stat_activity
                   where datname = current_database()
                     and backend_type = 'client backend'
                     and pid <> pg_backend_pid()";
        sqlx::query_scalar::<_, i64>(sql)
            .fetch_one(&pool)
            .await
            .unwrap()
            == 0
    })
    .await;
    pool
}

/// The id that a copy's row has of another aggregate, the same in all copies.
async fn common(pool: &PgPool, column: &str, table: &str) -> Uuid {
    let sql = format!("select {column} from {table} group by 1 order by count(*) desc limit 1");
    sqlx::query_scalar(&sql).fetch_one(pool).await.unwrap()
}

/// Number of rows and index entries that were read so far.
async fn rows_read(pool: &PgPool) -> i64 {
    let flush = "select pg_stat_force_next_flush()";
    sqlx::raw_sql(flush).execute(pool).await.unwrap();
    let sql = "select ((select sum(seq_tup_read) from pg_stat_user_tables)
                 + (select sum(idx_tup_read) from pg_stat_user_indexes))::bigint";
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
}

async fn reads<R>(
    pool: &PgPool,
    limit: i64,
    list: &str,
    page: impl Future<Output = Result<Vec<R>, ReadError>>,
) {
    let before = rows_read(pool).await;
    let rows = page.await.unwrap().len();
    let read = rows_read(pool).await - before;
    assert_eq!(i64::try_from(rows).unwrap(), limit, "{list}");
    assert!(
        (limit..=4 * limit).contains(&read),
        "{list}: {read} rows were read for a page of {limit}"
    );
}

async fn everything(
    pool: &PgPool,
    sealing: &Sealing,
    search: &ChartSearch,
) -> Result<Vec<ChartEntry>, ReadError> {
    let found = chart::list(pool, sealing, search, |_| true).await?;
    Ok(found.entries)
}

async fn every_page_reads_its_own_rows(plans: &str) {
    let pool = &filled(plans).await;
    let middle = Uuid::from_u128(MIDDLE);
    let time = at("2020-04-14T04:00:00Z");
    let behind = Some(TimeCursor {
        at: time,
        id: middle,
    });

    let after = Some(AccountId::from_uuid(middle));
    let page = account_directory::list(pool, after, PAGE);
    reads(pool, PAGE, "accounts", page).await;

    let some = clinic_directory::get(pool, ClinicId::from_uuid(middle));
    let after = Some(ClinicCursor {
        name: some.await.unwrap().unwrap().name.as_str().to_owned(),
        clinic: ClinicId::from_uuid(middle),
    });
    let page = clinic_directory::list(pool, after, PAGE);
    reads(pool, PAGE, "clinics", page).await;

    for bookable_only in [false, true] {
        let search = DoctorSearch {
            bookable_only,
            after: Some(DoctorId::from_uuid(middle)),
            limit: PAGE,
            ..DoctorSearch::default()
        };
        let page = doctor_directory::list(pool, &search);
        reads(pool, PAGE, "doctors", page).await;
    }

    let patient = common(pool, "patient_id", "patient_appointments").await;
    let search = AppointmentSearch {
        patient: PatientId::from_uuid(patient),
        clinics: None,
        doctor: None,
        from: None,
        to: None,
        status: None,
        now: time,
        after: behind,
        limit: PAGE,
    };
    let page = patient_appointments::list(pool, &search);
    reads(pool, PAGE, "appointments", page).await;
    let search = AppointmentSearch {
        from: Some(time - chrono::TimeDelta::hours(PAGE)),
        to: Some(time),
        after: None,
        ..search
    };
    let page = patient_appointments::list(pool, &search);
    reads(pool, PAGE, "appointments of some hours", page).await;

    let patient = common(pool, "patient_id", "chart_entries").await;
    let search = ChartSearch {
        patient: PatientId::from_uuid(patient),
        kinds: None,
        from: None,
        to: None,
        doctor: None,
        author: None,
        content: None,
        entered_in_error: true,
        after: behind,
        limit: PAGE,
    };
    // Copies open nowhere: their content is sealed for the row that they were copied from.
    let sealing = Sealing::off();
    let page = everything(pool, &sealing, &search);
    reads(pool, PAGE, "chart", page).await;
    let search = ChartSearch {
        from: Some(time - chrono::TimeDelta::hours(PAGE)),
        to: Some(time),
        after: None,
        ..search
    };
    let page = everything(pool, &sealing, &search);
    reads(pool, PAGE, "chart of some hours", page).await;

    let doctor = common(pool, "doctor_id", "doctor_leaves").await;
    let page = leaves::of_doctor(pool, DoctorId::from_uuid(doctor), time);
    reads(pool, leaves::MOST, "leaves", page).await;

    let patient = common(pool, "patient_id", "payments").await;
    let search = PatientPayments {
        patient: PatientId::from_uuid(patient),
        clinics: None,
        after: behind,
        limit: PAGE,
    };
    let page = payments::of_patient(pool, &search);
    reads(pool, PAGE, "payments", page).await;

    let page = payments::failed_refunds(pool, None, behind, PAGE);
    reads(pool, PAGE, "failed refunds", page).await;

    let page = payments::open_disputes(pool, None, behind, PAGE);
    reads(pool, PAGE, "open disputes", page).await;
}

#[tokio::test]
async fn a_page_reads_its_own_rows_when_statements_are_planned_once() {
    every_page_reads_its_own_rows("force_generic_plan").await;
}

#[tokio::test]
async fn a_page_reads_its_own_rows_when_statements_are_planned_each_time() {
    every_page_reads_its_own_rows("force_custom_plan").await;
}
