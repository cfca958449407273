//! `caresync projections`, as an operator types it, while a server runs.

use std::process::Stdio;

use adapters::jwt::JwtKeys;
use adapters::system::SystemClock;
use commands::ports::Clock as _;
use domain::Currency;
use sqlx::PgPool;
use tests::world::{Terms, World};

use super::fixture::many_clinics;
use crate::support::{Server, all_read, eventually};

const CLINICS: u32 = 30_000;

/// A running server with a doctor and a patient.
async fn server() -> (Server, PgPool) {
    let server = Server::start(&JwtKeys::generate().unwrap()).await;
    let pool = server.pool().await;
    let world = World::new(pool.clone(), SystemClock.now()).await.unwrap();
    let clinic = world.clinic("Asia/Kolkata", Currency::Inr).await.unwrap();
    world.doctor(clinic, Terms::default()).await.unwrap();
    world.patient().await.unwrap();
    all_read(&server.client).await;
    (server, pool)
}

/// Runs it; it must succeed, and says all of these.
#[track_caller]
fn does(server: &Server, arguments: &[&str], says: &[&str]) {
    let (done, said) = server.run(&[&["projections"], arguments].concat());
    assert!(done, "{arguments:?}: {said}");
    for words in says {
        assert!(said.contains(words), "{words:?} is not in: {said}");
    }
}

/// Runs it; it must fail, and says this.
#[track_caller]
fn refuses(server: &Server, arguments: &[&str], words: &str) {
    let (done, said) = server.run(&[&["projections"], arguments].concat());
    assert!(!done, "{arguments:?} succeeded: {said}");
    assert!(said.contains(words), "{words:?} is not in: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_model_is_made_again_compared_switched_and_dropped_while_the_server_runs() {
    let (mut server, pool) = server().await;
    does(
        &server,
        &["list"],
        &["clinic_directory (version 4)", "caught up", "copy: none"],
    );
    does(&server, &["rebuild", "--all"], &["have caught up"]);
    does(&server, &["list"], &["made from the log"]);
    does(
        &server,
        &["verify", "--all"],
        &[
            "patient_card at 1-",
            "the same",
            "1 rows live, 1 in the copy",
        ],
    );
    does(
        &server,
        &["switch", "patient_card", "clinic_directory"],
        &["The copy is live now"],
    );
    does(&server, &["list"], &["was the live one until"]);
    refuses(
        &server,
        &["rebuild", "patient_card"],
        "was the live one until",
    );
    does(&server, &["switch", "patient_card"], &[]);
    sqlx::raw_sql("update beside.patient_cards set proxies = '[\"planted\"]'")
        .execute(&pool)
        .await
        .unwrap();
    refuses(&server, &["verify", "patient_card"], "differs in proxies");
    refuses(
        &server,
        &["verify", "patient_card"],
        "these copies differ from the live ones: patient_card",
    );
    does(&server, &["drop", "--all"], &[]);
    does(&server, &["list"], &["copy: none"]);
    all_read(&server.client).await;
    pool.close().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_refused_in_clear_words() {
    let (mut server, pool) = server().await;
    refuses(
        &server,
        &["rebuild", "nonsense"],
        "there is no read model nonsense; there are account_directory",
    );
    refuses(
        &server,
        &["rebuild", "hold-timers"],
        "hold-timers is no read model: it reacts to events",
    );
    refuses(
        &server,
        &["rebuild"],
        "required arguments were not provided",
    );
    refuses(
        &server,
        &["rebuild", "day_sheet", "--all"],
        "cannot be used with",
    );
    for asked in ["verify", "switch", "drop"] {
        refuses(
            &server,
            &[asked, "day_sheet"],
            "day_sheet has no copy: make one with `rebuild`",
        );
    }
    sqlx::raw_sql(
        "delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)",
    )
    .execute(&pool)
    .await
    .unwrap();
    refuses(&server, &["list"], "the database's schema is");
    pool.close().await;
    server.stop().await;
}

/// Without a server, the program starts the private database for as long as it takes.
#[tokio::test(flavor = "multi_thread")]
async fn it_works_without_a_server_too() {
    let (mut server, pool) = server().await;
    pool.close().await;
    server.stop().await;
    does(&server, &["rebuild", "patient_card"], &["have caught up"]);
    does(&server, &["verify", "patient_card"], &["the same"]);
    does(&server, &["switch", "patient_card"], &[]);
    server.restart().await;
    all_read(&server.client).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_is_killed_goes_on_when_it_is_asked_again() {
    let (mut server, pool) = server().await;
    many_clinics(&pool, CLINICS).await;
    all_read(&server.client).await;
    let rows = "select count(*) from beside.clinic_directory";
    let count = async || {
        sqlx::query_scalar::<_, i64>(rows)
            .fetch_one(&pool)
            .await
            .unwrap_or(0)
    };
    let mut rebuild = server.command(&["projections", "rebuild", "clinic_directory"]);
    let mut rebuild = rebuild.stderr(Stdio::null()).spawn().unwrap();
    eventually("the rebuild has begun", async || count().await > 0).await;
    rebuild.kill().unwrap();
    rebuild.wait().unwrap();
    let half = count().await;
    assert!(
        half > 0 && half < i64::from(CLINICS),
        "it was killed too late: {half}"
    );
    does(&server, &["list"], &["events and"]);

    let oldest = "select min(xmin::text::bigint) from beside.clinic_directory";
    let oldest = async || {
        sqlx::query_scalar::<_, i64>(oldest)
            .fetch_one(&pool)
            .await
            .unwrap()
    };
    let before = oldest().await;
    eventually("the killed one's session is gone", async || {
        let (done, said) = server.run(&["projections", "rebuild", "clinic_directory"]);
        assert!(
            done || said.contains("another operator is working"),
            "{said}"
        );
        done
    })
    .await;
    assert_eq!(
        oldest().await,
        before,
        "the first rows were not written again"
    );
    does(
        &server,
        &["verify", "clinic_directory"],
        &["30001 rows live, 30001 in the copy", "the same"],
    );
    does(&server, &["switch", "clinic_directory"], &[]);
    pool.close().await;
    server.stop().await;
}
