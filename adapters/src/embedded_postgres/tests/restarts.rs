//! A server that ends by itself is started again.

use std::fs;
use std::path::Path;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::*;

fn end(pid: i32, signal: Signal) {
    kill(Pid::from_raw(pid), signal).unwrap();
}

#[tokio::test]
async fn a_killed_server_is_started_again_with_its_data() {
    let folder = reachable_folder();
    let mut cluster = start(&folder.path().join("data")).await;
    let owner = cluster.owner_options();
    run(&owner, "create table kept as select 7 as value")
        .await
        .unwrap();
    for _ in 0..2 {
        let killed = cluster.pid();
        end(killed, Signal::SIGKILL);
        // As `keep_running` does, which never returns after a success.
        cluster.postmaster.ended().await;
        cluster.restart(&mut 0).await.unwrap();
        assert_ne!(cluster.pid(), killed);
        let options = cluster.owner_options();
        run(&options, "select value from kept").await.unwrap();
    }
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_does_not_start_any_more_is_given_up_with_the_reason() {
    let folder = reachable_folder();
    let data_dir = folder.path().join("data");
    let quick = |data_dir: &Path| EmbeddedPostgresConfig {
        restart_pause: Duration::from_millis(1),
        ..small(data_dir)
    };
    let mut cluster = EmbeddedPostgres::start(quick(&data_dir)).await.unwrap();
    let settings = data_dir.join("cluster/postgresql.conf");
    fs::rename(&settings, data_dir.join("settings")).unwrap();
    end(cluster.pid(), Signal::SIGQUIT);
    let given_up = cluster.keep_running().await;
    assert!(
        matches!(given_up, EmbeddedPostgresError::DiedAtStart { .. }),
        "{given_up}"
    );

    // A folder that vanished is not made anew, empty.
    fs::rename(data_dir.join("settings"), &settings).unwrap();
    drop(cluster);
    let mut cluster = EmbeddedPostgres::start(quick(&data_dir)).await.unwrap();
    fs::rename(data_dir.join("cluster"), data_dir.join("elsewhere")).unwrap();
    end(cluster.pid(), Signal::SIGQUIT);
    let given_up = cluster.keep_running().await;
    assert!(
        matches!(given_up, EmbeddedPostgresError::Gone { .. }),
        "{given_up}"
    );
    assert!(!data_dir.join("cluster").exists());
}
