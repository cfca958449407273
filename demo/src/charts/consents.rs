//! Consents of patients.

use chrono::{DateTime, TimeDelta, Utc};
use domain::consent::{
    ConsentCommand, ConsentGiver, ConsentPurpose, Consents, GrantConsent, WithdrawConsent,
};
use domain::{Actor, ConsentId, Role, SensitiveCategory};
use event_store::History;

use crate::chance::Chance;
use crate::tale::{Act, Tale};
use crate::visits::Cast;

/// Consents of one patient in so many.
struct Usual {
    many: usize,
    rest: usize,
    purpose: ConsentPurpose,
    /// Days from the opening of the clinics on.
    after: i64,
    /// Days for which it is given.
    days: Option<i64>,
    /// Days after which it was withdrawn.
    withdrawn_after: Option<i64>,
}

const USUAL: [Usual; 4] = [
    Usual {
        many: 4,
        rest: 0,
        purpose: ConsentPurpose::SharingAcrossClinics,
        after: 2,
        days: None,
        withdrawn_after: None,
    },
    Usual {
        many: 6,
        rest: 1,
        purpose: ConsentPurpose::Research,
        after: 5,
        days: Some(365),
        withdrawn_after: None,
    },
    Usual {
        many: 10,
        rest: 3,
        purpose: ConsentPurpose::Sensitive {
            category: SensitiveCategory::MentalHealth,
        },
        after: 3,
        days: Some(730),
        withdrawn_after: None,
    },
    Usual {
        many: 14,
        rest: 1,
        purpose: ConsentPurpose::Assistant,
        after: 8,
        days: None,
        withdrawn_after: Some(31),
    },
];

/// Returns the histories of consents. Patients with an account give them, and others by a signed form at the front desk.
pub(super) async fn tell(cast: &Cast<'_>, founded: DateTime<Utc>) -> anyhow::Result<Vec<History>> {
    let mut histories = Vec::new();
    for (number, patient) in cast.patients.iter().enumerate() {
        let id = patient.patient.as_uuid();
        let desk = &cast.desks[cast.people[number].home];
        let at_desk = Actor::account(desk.account, Role::Receptionist);
        let (by, given_by) = match patient.actor() {
            Some(actor) => (actor, ConsentGiver::Patient),
            None => (at_desk, ConsentGiver::SignedForm),
        };
        let mut ids = Chance::new(!id.as_u64_pair().1);
        let mut tale = Tale::<Consents>::numbered_from(id, ids.id(0));
        let usual = USUAL
            .iter()
            .filter(|usual| number % usual.many == usual.rest);
        let usual: Vec<_> = usual.collect();
        for usual in &usual {
            let at = founded + TimeDelta::days(usual.after);
            let made_at = u64::try_from(at.timestamp_millis())?;
            let consent = ConsentId::from_uuid(ids.id(made_at));
            let act = |at| Act {
                by,
                at,
                clinic: None,
            };
            let grant = GrantConsent {
                consent,
                patient: patient.patient,
                purpose: usual.purpose,
                until: usual.days.map(|days| at + TimeDelta::days(days)),
                given_by,
                by,
                at,
            };
            tale = tale.then(act(at), ConsentCommand::Grant(grant)).await?;
            if let Some(days) = usual.withdrawn_after {
                let at = at + TimeDelta::days(days);
                let withdraw = WithdrawConsent { consent, by, at };
                let withdraw = ConsentCommand::Withdraw(withdraw);
                tale = tale.then(act(at), withdraw).await?;
            }
        }
        if !usual.is_empty() {
            histories.push(tale.told());
        }
    }
    Ok(histories)
}
