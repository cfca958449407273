//! A copy that does not fit this program or the live tables any more is refused, whatever is asked.

use event_store::rebuild::{RebuildError, RebuildFrom};

use super::fixture::Shadow;

/// Whatever is asked of the copy of the list of clinics is refused like that.
async fn refused(shadow: &Shadow, like: impl Fn(&RebuildError) -> bool) {
    let clinics = shadow.model("clinic_directory");
    for refused in [
        shadow.rebuild(&clinics).await,
        shadow.verify(&clinics).await.map(|_| ()),
        shadow.switch(&clinics).await,
    ] {
        let error = refused.unwrap_err();
        assert!(like(&error), "{error:?}");
    }
}

/// A new copy is as good as any.
async fn made_new(shadow: &Shadow) {
    let clinics = shadow.model("clinic_directory");
    shadow.begin(&clinics, RebuildFrom::LogStart).await.unwrap();
    assert!(shadow.verify(&clinics).await.unwrap()[0].is_same());
    shadow.switch(&clinics).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_from_before_a_migration_is_refused() {
    for migration in [
        "alter table clinic_directory alter column city type varchar(200)",
        "create index clinic_directory_city on clinic_directory (city)",
        "alter table clinic_directory add constraint named check (name <> '')",
        "alter table clinic_directory alter column city set default ''",
        "alter index clinic_directory_name rename to clinic_directory_by_name",
    ] {
        let shadow = Shadow::recorded().await;
        shadow
            .rebuild(&shadow.model("clinic_directory"))
            .await
            .unwrap();
        shadow.sql(migration).await;
        let copy = shadow.status("clinic_directory").await.copy.unwrap();
        assert!(!copy.is_switchable, "{migration}");
        refused(&shadow, |error| {
            let table = "clinic_directory";
            matches!(error, RebuildError::OtherShape { table: named, .. } if *named == table)
        })
        .await;
        made_new(&shadow).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_another_version_is_refused() {
    let shadow = Shadow::recorded().await;
    shadow
        .rebuild(&shadow.model("clinic_directory"))
        .await
        .unwrap();
    shadow
        .sql(
            "update read_model_copies set version = version - 1;
         update subscription_checkpoints set version = version - 1 where name like 'beside/%'",
        )
        .await;
    assert!(
        !shadow
            .status("clinic_directory")
            .await
            .copy
            .unwrap()
            .is_switchable
    );
    refused(&shadow, |error| {
        matches!(
            error,
            RebuildError::OtherVersion { copy, program, .. } if copy + 1 == *program
        )
    })
    .await;
    made_new(&shadow).await;
    let positions =
        "select count(*) from subscription_checkpoints where name = 'beside/clinic_directory'";
    assert_eq!(
        shadow.count(positions).await,
        1,
        "the old one's position is gone"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_older_than_the_nodes_changes_nothing() {
    let shadow = Shadow::recorded().await;
    shadow
        .rebuild(&shadow.model("clinic_directory"))
        .await
        .unwrap();
    shadow
        .sql(
            "insert into subscription_checkpoints (name, version, epoch, transaction_id, position)
         select name, max(version) + 1, 0, '0', 0
         from subscription_checkpoints where name = 'clinic_directory' group by name",
        )
        .await;
    refused(&shadow, |error| {
        matches!(
            error,
            RebuildError::NewerVersion { newest, program, .. } if program + 1 == *newest
        )
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_copy_there_is_nothing_to_compare_put_in_place_or_remove() {
    let shadow = Shadow::recorded().await;
    let clinics = shadow.model("clinic_directory");
    for refused in [
        shadow.verify(&clinics).await.map(|_| ()),
        shadow.switch(&clinics).await,
        shadow.drop_copies(&clinics).await,
    ] {
        assert!(
            matches!(
                refused,
                Err(RebuildError::NoCopy {
                    name: "clinic_directory"
                })
            ),
            "{refused:?}"
        );
    }
    assert!(shadow.status("clinic_directory").await.copy.is_none());
}
