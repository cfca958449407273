//! Copies of read models that stand beside the live ones do not get into a backup, nor into its way.

use super::fixture::{Old, count, succeeds, text};
use crate::support::{Server, all_read};

fn projections(server: &Server, arguments: &[&str]) -> String {
    let (done, said) = server.run(&[&["projections"], arguments].concat());
    assert!(done, "{arguments:?}: {said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_leaves_copies_out_and_they_can_be_made_after_a_restore() {
    let old = Old::start().await;
    let booked = old.book(&old.server, 0).await;
    all_read(&old.server.client).await;
    projections(&old.server, &["rebuild", "--all"]);
    let backup = old.backup("beside-copies");

    let mut new = old.new_machine();
    succeeds(new.command(&["restore", text(&backup)]));
    new.restart().await;
    all_read(&new.client).await;
    let pool = new.pool().await;
    let left = "select count(*) from pg_tables where schemaname = 'beside'";
    assert_eq!(count(&pool, left).await, 0);
    let known = "select count(*) from subscription_checkpoints where name like 'beside/%'";
    assert_eq!(count(&pool, known).await, 0);
    pool.close().await;
    assert_eq!(
        projections(&new, &["list"]).matches("copy: none").count(),
        9
    );

    projections(&new, &["rebuild", "--all"]);
    projections(&new, &["verify", "--all"]);
    projections(&new, &["switch", "--all"]);
    let patient = old.at(&new);
    patient.get(&booked.appointment("")).expect(200).await;
    new.stop().await;
}
