//! Erasures of the scenario: Ravi's is withdrawn, refused, held and at last carried out; an operator orders Kiran's.

use chrono::{NaiveDate, TimeDelta};
use domain::erasure::{
    ApproveErasure, CertifyErasure, Counts, ErasedCounts, Erasure, ErasureCommand, ErasureStatus,
    KeptCounts, KeyFingerprint, LiftLegalHold, OrderErasure, PlaceLegalHold, RefuseErasure,
    RequestErasure, WithdrawErasure,
};
use domain::{Actor, Reason, Role, SubjectId};
use projections::erasures::{self, ErasureSearch, Erasures};

use super::fixture::{History, account, patient};
use super::scenario::{ASHA, KIRAN, RAVI, recorded, today};

fn by(number: u128, role: Role) -> Actor {
    Actor::account(account(number), role)
}

fn reason(text: &str) -> Reason {
    Reason::parse(text).unwrap()
}

fn counts() -> Counts {
    Counts {
        erased: ErasedCounts {
            notes: 3,
            ..ErasedCounts::default()
        },
        kept: KeptCounts::default(),
    }
}

fn key() -> KeyFingerprint {
    KeyFingerprint::parse(&"5c".repeat(16)).unwrap()
}

fn backups_unreadable_from() -> NaiveDate {
    today().date_naive() + TimeDelta::days(8)
}

async fn run(history: &History, person: SubjectId, command: ErasureCommand) {
    history.run::<Erasure>(person.as_uuid(), command).await;
}

fn request(person: SubjectId) -> ErasureCommand {
    ErasureCommand::Request(RequestErasure {
        person,
        reason: reason("moves abroad"),
        by: by(22, Role::Patient),
        at: today(),
    })
}

fn hold(person: SubjectId) -> ErasureCommand {
    ErasureCommand::PlaceHold(PlaceLegalHold {
        person,
        reason: reason("a lawsuit"),
        by: by(31, Role::Admin),
        at: today(),
    })
}

/// Events of erasures. The keys stay: what a read model shows once a key is destroyed is tested with each of them.
pub async fn erasures(history: &History) {
    let (ravi, at) = (patient(RAVI).subject(), today());
    run(history, ravi, request(ravi)).await;
    let withdraw = ErasureCommand::Withdraw(WithdrawErasure {
        reason: reason("stays"),
        by: by(22, Role::Patient),
        at,
    });
    run(history, ravi, withdraw).await;
    run(history, ravi, request(ravi)).await;
    let refuse = ErasureCommand::Refuse(RefuseErasure {
        reason: reason("not yet"),
        by: by(31, Role::Admin),
        at,
    });
    run(history, ravi, refuse).await;
    run(history, ravi, hold(ravi)).await;
    let lift = ErasureCommand::LiftHold(LiftLegalHold {
        reason: reason("settled"),
        by: by(31, Role::Admin),
        at,
    });
    run(history, ravi, lift).await;
    run(history, ravi, request(ravi)).await;
    let approve = ErasureCommand::Approve(ApproveErasure {
        is_person: false,
        counts: counts(),
        key: Some(key()),
        by: by(31, Role::Admin),
        at,
    });
    run(history, ravi, approve).await;
    let certify = ErasureCommand::Certify(CertifyErasure {
        counts: counts(),
        backups_unreadable_from: backups_unreadable_from(),
        at: at + TimeDelta::seconds(1),
    });
    run(history, ravi, certify).await;
    let kiran = patient(KIRAN).subject();
    let order = ErasureCommand::Order(OrderErasure {
        person: kiran,
        counts: counts(),
        key: Some(key()),
        by: Actor::System,
        at: at + TimeDelta::seconds(2),
    });
    run(history, kiran, order).await;
    let asha = patient(ASHA).subject();
    run(history, asha, request(asha)).await;
    run(history, asha, hold(asha)).await;
}

#[tokio::test]
async fn an_erasure_has_its_last_request_its_hold_and_its_certificate() {
    let history = recorded().await;
    history.project(&history.projector::<Erasures>()).await;
    let of = async |number| {
        let row = erasures::get(&history.pool, patient(number).subject());
        history.one(row.await).await
    };
    let ravi = of(RAVI).await;
    assert_eq!(ravi.status, ErasureStatus::Erased);
    let certificate = ravi.certificate.unwrap();
    assert_eq!(
        (certificate.counts, certificate.key),
        (counts(), Some(key()))
    );
    assert_eq!(
        certificate.backups_unreadable_from,
        backups_unreadable_from()
    );
    let reasons = ravi.phi.into_clear().unwrap();
    assert_eq!(reasons.request, Some(reason("moves abroad")));
    assert_eq!((reasons.decision, reasons.hold), (None, None));
    assert_eq!(ravi.decided.unwrap().by, Some(account(31)));

    let kiran = of(KIRAN).await;
    assert_eq!(kiran.status, ErasureStatus::Approved);
    assert_eq!((kiran.requested, kiran.certificate), (None, None));
    assert_eq!(kiran.decided.unwrap().by, None);

    let asha = of(ASHA).await;
    assert_eq!(asha.status, ErasureStatus::Requested);
    assert_eq!(asha.hold.unwrap().by, Some(account(31)));
    let reasons = asha.phi.into_clear().unwrap();
    assert_eq!(reasons.hold, Some(reason("a lawsuit")));
    assert_eq!(reasons.request, Some(reason("moves abroad")));
}

#[tokio::test]
async fn erasures_are_listed_by_their_last_change_and_status() {
    let history = recorded().await;
    history.project(&history.projector::<Erasures>()).await;
    let listed = async |status| {
        let search = ErasureSearch {
            status,
            after: None,
            limit: 10,
        };
        let rows = erasures::list(&history.pool, &search).await.unwrap();
        let persons = rows.iter().map(|row| row.row().person);
        persons.collect::<Vec<_>>()
    };
    let [asha, ravi, kiran] = [ASHA, RAVI, KIRAN].map(|number| patient(number).subject());
    assert_eq!(listed(None).await, [asha, ravi, kiran]);
    assert_eq!(listed(Some(ErasureStatus::Requested)).await, [asha]);
    assert_eq!(listed(Some(ErasureStatus::Erased)).await, [ravi]);
    assert!(listed(Some(ErasureStatus::Refused)).await.is_empty());
}
