//! Declarations of read models agree with the database.

use std::collections::BTreeMap;

use event_store::Sealing;
use sqlx::PgPool;
use tests::database::Database;

async fn texts(pool: &PgPool, sql: &str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(pool).await.unwrap()
}

#[tokio::test]
async fn every_table_of_a_read_model_is_declared_by_exactly_one_projection() {
    let pool = Database::create().await.unwrap().pool(1).await.unwrap();
    let sql = "select relname::text from pg_class
               where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
                 and starts_with(obj_description(oid, 'pg_class'), 'read model: ')
               order by 1";
    let there = texts(&pool, sql).await;
    assert!(there.len() > 10, "{there:?}");
    let models = projections::read_models(&Sealing::off());
    let tables = models.iter().flat_map(|model| model.tables());
    let mut declared: Vec<_> = tables.map(|table| table.name().to_owned()).collect();
    declared.sort_unstable();
    assert_eq!(declared, there);
}

#[tokio::test]
async fn declared_keys_are_the_primary_keys_and_whatever_has_phi_is_declared_personal() {
    let pool = Database::create().await.unwrap().pool(1).await.unwrap();
    let sql = "select c.relname::text, array_agg(a.attname::text order by k.place), exists (
                 select from pg_attribute p where p.attrelid = c.oid and p.attname = 'phi')
               from pg_class c
               join pg_constraint p on p.conrelid = c.oid and p.contype = 'p'
               cross join unnest(p.conkey) with ordinality k (number, place)
               join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number
               where c.relnamespace = 'public'::regnamespace
               group by c.oid, c.relname";
    let rows: Vec<(String, Vec<String>, bool)> =
        sqlx::query_as(sql).fetch_all(&pool).await.unwrap();
    let there: BTreeMap<_, _> = rows
        .into_iter()
        .map(|(table, key, personal)| (table, (key, personal)))
        .collect();
    for model in projections::read_models(&Sealing::off()) {
        for table in model.tables() {
            let (key, personal) = &there[table.name()];
            assert_eq!(table.key(), key, "{}", table.name());
            assert_eq!(table.sealed().is_some(), *personal, "{}", table.name());
            if let Some(bound_to) = table.sealed() {
                assert_eq!(table.key(), [bound_to], "{}", table.name());
            }
        }
    }
}
