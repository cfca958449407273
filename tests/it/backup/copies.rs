//! Shadow copies of read models are not part of a backup and do not disturb it.

use super::fixture::{Original, count, succeeds, text};
use crate::support::{Server, all_read};

fn projections(server: &Server, arguments: &[&str]) -> String {
    let (done, said) = server.run(&[&["projections"], arguments].concat());
    assert!(done, "{arguments:?}: {said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_leaves_out_shadow_copies_and_they_can_be_rebuilt_after_a_restore() {
    let original = Original::start().await;
    let booked = original.book(&original.server, 0).await;
    all_read(&original.server.client).await;
    projections(&original.server, &["rebuild", "--all"]);
    let backup = original.backup("beside-copies");

    let mut new = original.new_machine();
    succeeds(new.command(&["restore", text(&backup)]));
    new.restart().await;
    all_read(&new.client).await;
    let pool = new.pool().await;
    let left = "select count(*) from pg_tables where schemaname = 'beside'";
    assert_eq!(count(&pool, left).await, 0);
    let known = "select count(*) from subscription_checkpoints where name like 'beside/%'";
    assert_eq!(count(&pool, known).await, 0);
    pool.close().await;
    let listed = projections(&new, &["list"]);
    let [copies, none] = ["copy: ", "copy: none"].map(|text| listed.matches(text).count());
    assert!(copies > 0 && copies == none, "{listed}");

    projections(&new, &["rebuild", "--all"]);
    projections(&new, &["verify", "--all"]);
    projections(&new, &["switch", "--all"]);
    let patient = original.at(&new);
    patient.get(&booked.appointment("")).expect(200).await;
    new.stop().await;
}
