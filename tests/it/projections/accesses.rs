//! Consents of Asha, and two emergency accesses to her chart, one of which was reviewed.

use chrono::TimeDelta;
use domain::break_glass::{
    BreakGlass, BreakGlassCommand, OpenBreakGlass, ReviewBreakGlass, Verdict,
};
use domain::consent::{
    ConsentCommand, ConsentGiver, ConsentPurpose, Consents, GrantConsent, WithdrawConsent,
};
use domain::{Actor, BreakGlassId, ConsentId, Reason, Role, SensitiveCategory};
use projections::break_glass::{self, BreakGlassAccesses, BreakGlassSearch};
use projections::consents;
use projections::open_all;
use uuid::Uuid;

use super::fixture::{History, account, clinic, doctor, patient};
use super::scenario::{ASHA, BERLIN, MEERA, PUNE, recorded, today};

pub fn consent(number: u128) -> ConsentId {
    ConsentId::from_uuid(Uuid::from_u128(0x51_00 + number))
}

fn access(number: u128) -> BreakGlassId {
    BreakGlassId::from_uuid(Uuid::from_u128(0x61_00 + number))
}

const HIV: ConsentPurpose = ConsentPurpose::Sensitive {
    category: SensitiveCategory::Hiv,
};

/// Events of consents and emergency accesses.
pub async fn accesses(history: &History) {
    let purposes = [(1, HIV), (2, ConsentPurpose::Research)];
    let grants = purposes.map(|(number, purpose)| {
        ConsentCommand::Grant(GrantConsent {
            consent: consent(number),
            patient: patient(ASHA),
            purpose,
            until: (number == 1).then_some(today() + TimeDelta::days(30)),
            given_by: ConsentGiver::Patient,
            by: Actor::account(account(21), Role::Patient),
            at: today(),
        })
    });
    let withdraw = ConsentCommand::Withdraw(WithdrawConsent {
        consent: consent(2),
        by: Actor::System,
        at: today(),
    });
    for command in grants.into_iter().chain([withdraw]) {
        history
            .run::<Consents>(patient(ASHA).as_uuid(), command)
            .await;
    }
    for (number, place) in [(1, PUNE), (2, BERLIN)] {
        let open = BreakGlassCommand::Open(OpenBreakGlass {
            break_glass: access(number),
            patient: patient(ASHA),
            account: account(5),
            doctor: Some(doctor(MEERA)),
            clinic: clinic(place),
            reason: Reason::parse("unconscious").unwrap(),
            until: today() + TimeDelta::minutes(60),
            by: Actor::System,
            at: today(),
        });
        history
            .run::<BreakGlass>(access(number).as_uuid(), open)
            .await;
    }
    let review = BreakGlassCommand::Review(ReviewBreakGlass {
        verdict: Verdict::Justified,
        note: Some(Reason::parse("seen").unwrap()),
        by: Actor::System,
        at: today(),
    });
    history.run::<BreakGlass>(access(1).as_uuid(), review).await;
}

#[tokio::test]
async fn consents_have_their_purposes_and_those_that_were_withdrawn_say_so() {
    let history = recorded().await;
    history
        .project(&history.projector::<consents::Consents>())
        .await;
    let row = consents::get(&history.pool, patient(ASHA)).await.unwrap();
    let row = row.unwrap();
    assert_eq!(row.row().purpose(consent(1)), None, "it is sealed");
    let row = row.open(&history.sealing).await.unwrap();
    assert_eq!(row.purpose(consent(1)), Some(HIV));
    assert_eq!(row.purpose(consent(2)), Some(ConsentPurpose::Research));
    assert_eq!(row.given[&consent(1)].withdrawn_at, None);
    assert_eq!(row.given[&consent(2)].withdrawn_at, Some(today()));
    assert_eq!(row.version, 3);
}

#[tokio::test]
async fn an_erased_patients_consents_have_no_purposes() {
    let history = recorded().await;
    let projector = history.projector::<consents::Consents>();
    history
        .project_without(&projector, patient(ASHA).as_uuid())
        .await;
    let row = consents::get(&history.pool, patient(ASHA)).await.unwrap();
    let row = row.unwrap().open(&history.sealing).await.unwrap();
    assert_eq!((row.given.len(), row.purpose(consent(1))), (2, None));
}

#[tokio::test]
async fn emergency_accesses_wait_for_their_review_at_their_clinic() {
    let history = recorded().await;
    history
        .project(&history.projector::<BreakGlassAccesses>())
        .await;
    let listed = async |clinics: Option<u128>, unreviewed_only| {
        let search = BreakGlassSearch {
            clinics: clinics.map(|number| vec![clinic(number)]),
            unreviewed_only,
            after: None,
            limit: 10,
        };
        let rows = break_glass::list(&history.pool, &search).await.unwrap();
        open_all(&history.sealing, rows).await.unwrap()
    };
    let waiting = listed(None, true).await;
    let waiting: Vec<_> = waiting.iter().map(|row| row.break_glass).collect();
    assert_eq!(waiting, [access(2)]);
    assert!(listed(Some(PUNE), true).await.is_empty());
    let reviewed = listed(Some(PUNE), false).await;
    assert_eq!(reviewed[0].verdict, Some(Verdict::Justified));
    let phi = reviewed[0].phi.clear().unwrap();
    assert_eq!(phi.reason, Reason::parse("unconscious").unwrap());
    assert_eq!(phi.note, Some(Reason::parse("seen").unwrap()));
    let open = |minutes| {
        let now = today() + TimeDelta::minutes(minutes);
        break_glass::open_accesses(&history.pool, account(5), patient(ASHA), now)
    };
    assert_eq!(open(59).await.unwrap().len(), 2);
    assert!(open(60).await.unwrap().is_empty());
}
