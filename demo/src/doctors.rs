//! Sixty doctors. Everything about one follows from the place in the list.

use anyhow::Context as _;
use commands::doctors::{NewAffiliation, NewDoctor};
use commands::{Caller, Target};
use domain::{
    AccountId, Actor, ClinicFacts, ClinicScope, DatedHours, DoctorId, Holidays, Language, Money,
    PersonName, Role, SlotLength, Specialisation, Timetable, WeeklyHours,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::clinics::CLINICS;
use super::hours::{SECOND, WEEKS};
use super::people::AT_A_TIME;
use super::sign_ins::{self, email, email_of};
use super::{Demo, caller, done};
use crate::progress::Progress;

/// By clinic: twenty in Pune, twenty in Bengaluru, twelve in Kochi, eight in London.
const DOCTORS: [&str; 60] = [
    "Meera Iyer",
    "Anil Deshpande",
    "Shalini Phadke",
    "Rajesh Gokhale",
    "Pooja Bhosale",
    "Nikhil Apte",
    "Sneha Jadhav",
    "Yusuf Khan",
    "Madhuri Sathe",
    "Prakash Shinde",
    "Rekha Marathe",
    "Tejas Pawar",
    "Gauri Ranade",
    "Hemant Chavan",
    "Ketaki Limaye",
    "Sameer Inamdar",
    "Vaishali Mane",
    "Abhay Karve",
    "Rutuja Gaikwad",
    "Dinesh Shah",
    "Latha Murthy",
    "Suresh Hegde",
    "Padma Srinivasan",
    "Karthik Bhat",
    "Nandini Rao",
    "Girish Kamath",
    "Shobha Reddy",
    "Manoj Naik",
    "Asma Begum",
    "Raghav Acharya",
    "Sudha Venkatesh",
    "Vinay Prabhu",
    "Jyothi Nagaraj",
    "Mohan Das",
    "Deepa Ramesh",
    "Ravi Shankar",
    "Usha Kini",
    "Arvind Pai",
    "Chitra Subramanian",
    "Joseph Fernandes",
    "Leela Thomas",
    "George Mathew",
    "Parvathy Nambiar",
    "Ahmed Koya",
    "Susan Varghese",
    "Harikrishnan Unni",
    "Beena Philip",
    "Suresh Babu",
    "Radhika Warrier",
    "Paul Chacko",
    "Indira Kurup",
    "Fathima Rahman",
    "Helen Whitfield",
    "James Okafor",
    "Priya Chandra",
    "Marek Zielinski",
    "Siobhan Byrne",
    "Harjit Gill",
    "Claire Dubois",
    "Andrew Pemberton",
];

/// The number of doctors.
pub(super) const COUNT: usize = DOCTORS.len();

/// Specialisations of doctors, one after the other.
pub(super) const SPECIALISATIONS: [&str; 16] = [
    "cardiology",
    "general-practice",
    "dermatology",
    "paediatrics",
    "gynaecology",
    "orthopaedics",
    "psychiatry",
    "neurology",
    "ophthalmology",
    "ear-nose-throat",
    "dentistry",
    "endocrinology",
    "gastroenterology",
    "oncology",
    "physiotherapy",
    "urology",
];

/// Visits in minutes, one after the other.
const SLOTS: [u16; 7] = [20, 15, 30, 10, 20, 45, 60];
/// Fees in rupees, one after the other; nothing at a doctor's charitable hours.
const RUPEES: [i64; 10] = [800, 500, 600, 400, 0, 1_000, 1_200, 700, 900, 1_500];
/// Fees in pounds: a third of the visits there are on the health service.
const POUNDS: [i64; 3] = [65, 0, 90];
/// The fee at a second clinic, in rupees.
const SECOND_RUPEES: i64 = 1_000;

/// Doctors whose papers were not checked yet.
const UNVERIFIED: [usize; 3] = [11, 29, 47];

/// Returns the main specialisation of a doctor.
pub(super) const fn specialisation_of(index: usize) -> &'static str {
    SPECIALISATIONS[index % SPECIALISATIONS.len()]
}

/// Returns the clinic of the list that a doctor belongs to.
pub(super) const fn clinic_of(index: usize) -> usize {
    match index {
        0..20 => 0,
        20..40 => 1,
        40..52 => 2,
        _ => 3,
    }
}

/// Returns the doctors of a clinic.
pub(super) fn at_clinic(clinic: usize) -> impl Iterator<Item = usize> {
    (0..DOCTORS.len()).filter(move |index| clinic_of(*index) == clinic)
}

/// Returns the second clinic of a doctor, if there is one: the next in the same country.
const fn second_clinic_of(index: usize) -> Option<usize> {
    if index.is_multiple_of(9) && clinic_of(index) < 3 {
        Some((clinic_of(index) + 1) % 3)
    } else {
        None
    }
}

/// Returns whether an admin has checked the papers.
pub(super) fn is_verified(index: usize) -> bool {
    !UNVERIFIED.contains(&index)
}

/// A doctor at the clinic that they belong to.
pub(super) struct DemoDoctor {
    pub(super) doctor: DoctorId,
    pub(super) clinic: ClinicFacts,
    /// The doctor as a caller.
    pub(super) caller: Caller,
    terms: NewAffiliation,
    hours: WeeklyHours,
}

impl DemoDoctor {
    /// The doctor at that place in the list, who belongs to that clinic.
    fn new(
        doctor: DoctorId,
        account: AccountId,
        index: usize,
        clinic: ClinicFacts,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            doctor,
            clinic,
            caller: Caller {
                doctor: Some(doctor),
                ..caller(account, Role::Doctor, ClinicScope::All)
            },
            terms: terms(index, clinic)?,
            hours: WEEKS[index % WEEKS.len()].hours()?,
        })
    }

    /// The doctor as an actor.
    pub(super) fn actor(&self) -> Actor {
        Actor::account(self.caller.account, Role::Doctor)
    }

    /// Returns whether a visit has a fee.
    pub(super) fn asks_a_fee(&self) -> bool {
        !self.terms.fee.is_zero()
    }

    /// Returns the doctor's hours there.
    pub(super) fn timetable(&self) -> Timetable<'_> {
        Timetable {
            hours: &self.hours,
            dated: DatedHours::NONE,
            holidays: Holidays::NONE,
            zone: self.clinic.zone,
            slot_length: self.terms.slot_length,
        }
    }
}

/// Registers, affiliates and verifies them all; the answer is in the order of the list.
pub(super) async fn join(
    demo: &Demo<'_>,
    clinics: &[ClinicFacts],
    progress: &Progress,
) -> anyhow::Result<Vec<DemoDoctor>> {
    stream::iter(0..DOCTORS.len())
        .map(|index| progress.step(join_one(demo, clinics, index)))
        .buffered(AT_A_TIME)
        .try_collect()
        .await
}

async fn join_one(
    demo: &Demo<'_>,
    clinics: &[ClinicFacts],
    index: usize,
) -> anyhow::Result<DemoDoctor> {
    let identity = &demo.target.identity;
    let new = new_doctor(index)?;
    let login = new.email.clone();
    let registered = identity.register_doctor(new, &demo.context()).await;
    let doctor = done(registered)?.doctor;
    let account = identity.account_of(&login).await?;
    let account = account.context("looking up a doctor's account")?;
    let joined = DemoDoctor::new(doctor, account, index, clinics[clinic_of(index)])?;
    let terms = joined.terms;
    work_at(demo, doctor, terms, joined.hours.clone()).await?;
    if let Some(second) = second_clinic_of(index) {
        let fee = Money::new(SECOND_RUPEES * 100, clinics[second].currency)?;
        let terms = NewAffiliation {
            clinic: clinics[second].clinic,
            fee,
            ..terms
        };
        work_at(demo, doctor, terms, SECOND.hours()?).await?;
    }
    if is_verified(index) {
        let verified = demo
            .target
            .commands
            .verify_doctor(doctor, &demo.context())
            .await;
        done(verified)?;
    }
    Ok(joined)
}

async fn work_at(
    demo: &Demo<'_>,
    doctor: DoctorId,
    terms: NewAffiliation,
    hours: WeeklyHours,
) -> anyhow::Result<()> {
    let (commands, context) = (&demo.target.commands, demo.context());
    done(commands.affiliate_doctor(doctor, terms, &context).await)?;
    let set = commands
        .set_weekly_hours(Target::latest(doctor), terms.clinic, hours, &context)
        .await;
    done(set).map(|_| ())
}

fn new_doctor(index: usize) -> anyhow::Result<NewDoctor> {
    let name = DOCTORS[index];
    let mut specialisations = vec![specialisation_of(index)];
    if index.is_multiple_of(7) {
        specialisations.push("general-practice");
    }
    let local = CLINICS[clinic_of(index)].languages;
    let languages = ["en", local[0], local[1 + index % 2]];
    let spoken = &languages[..2 + index % 2];
    Ok(NewDoctor {
        name: PersonName::parse(name)?,
        specialisations: specialisations
            .into_iter()
            .map(Specialisation::parse)
            .collect::<Result<_, _>>()?,
        languages: spoken
            .iter()
            .map(|tag| Language::parse(tag))
            .collect::<Result<_, _>>()?,
        email: if index == 0 {
            email(sign_ins::DOCTOR)?
        } else {
            email_of(name)?
        },
        password: Some(sign_ins::password()?),
    })
}

fn terms(index: usize, clinic: ClinicFacts) -> anyhow::Result<NewAffiliation> {
    let fee = match clinic.currency {
        domain::Currency::Gbp => POUNDS[index % POUNDS.len()],
        _ => RUPEES[index % RUPEES.len()],
    };
    Ok(NewAffiliation {
        clinic: clinic.clinic,
        fee: Money::new(fee * 100, clinic.currency)?,
        slot_length: SlotLength::new(SLOTS[index % SLOTS.len()])?,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;

    use domain::ClinicId;
    use uuid::Uuid;

    use super::*;

    /// All doctors of the list, at clinics that were never opened.
    pub(crate) fn all() -> Vec<DemoDoctor> {
        (0..DOCTORS.len()).map(doctor).collect()
    }

    fn doctor(index: usize) -> DemoDoctor {
        let number = Uuid::from_u128(1 + index as u128);
        let doctor = DoctorId::from_uuid(number);
        let account = AccountId::from_uuid(number);
        let clinic = CLINICS[clinic_of(index)]
            .facts(ClinicId::from_uuid(Uuid::from_u128(
                1 + clinic_of(index) as u128,
            )))
            .unwrap();
        DemoDoctor::new(doctor, account, index, clinic).unwrap()
    }

    #[test]
    fn every_doctor_has_a_name_and_an_address_of_their_own() {
        let logins: BTreeSet<_> = (0..DOCTORS.len())
            .map(|index| new_doctor(index).unwrap().email)
            .collect();
        assert_eq!(logins.len(), DOCTORS.len());
    }

    #[test]
    fn every_specialisation_has_a_doctor() {
        let offered: BTreeSet<_> = (0..DOCTORS.len())
            .filter(|index| is_verified(*index))
            .flat_map(|index| new_doctor(index).unwrap().specialisations)
            .collect();
        assert_eq!(offered.len(), SPECIALISATIONS.len());
    }

    #[test]
    fn no_doctor_is_at_two_clinics_at_a_time() {
        for index in (0..DOCTORS.len()).filter(|index| second_clinic_of(*index).is_some()) {
            let first = WEEKS[index % WEEKS.len()].hours().unwrap();
            assert!(!first.overlaps(&SECOND.hours().unwrap()), "{index}");
        }
    }
}
