//! A group of clinics with its doctors, patients, accounts and leaves.

use adapters::system::SystemIds;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use commands::ports::IdSource as _;
use domain::account::{Account, AccountCommand, DisableAccount, Person, RegisterAccount};
use domain::clinic::{
    Clinic, ClinicCommand, ClinicFacts, DeclareHoliday, OpenClinic, RenameClinic, WithdrawHoliday,
};
use domain::doctor::{
    AffiliateDoctor, Doctor, DoctorCommand, RegisterDoctor, SetDateHours, SetTerms, SetWeeklyHours,
    VerifyDoctor,
};
use domain::leave::{Leave, LeaveCommand, PlanLeave, WithdrawLeave};
use domain::patient::{AddProxy, ChangeContact, Patient, PatientCommand, RegisterPatient};
use domain::{
    AccountId, Actor, Affiliation, BirthDate, City, ClinicId, ClinicName, ClinicScope, ClinicZone,
    Currency, DatedHours, DayHours, DoctorFacts, DoctorId, EmailAddress, HolidayName, Language,
    LeaveId, Money, Opening, PatientId, PersonName, Reason, Role, Slot, SlotLength, Specialisation,
    WeeklyHours,
};
use tests::world::every_day;

use super::stream::Stream;

/// Ids of all; the rest is in the log.
pub struct Group {
    clinics: Vec<ClinicFacts>,
    doctors: Vec<DoctorId>,
    patients: Vec<PatientId>,
    terms: Affiliation,
    /// Midnight at which all of it begins.
    pub begin: DateTime<Utc>,
}

impl Group {
    /// So many clinics, doctors and patients.
    pub fn new(clinics: usize, doctors: usize, patients: usize) -> anyhow::Result<Self> {
        let zone = ClinicZone::parse("UTC")?;
        let currency = Currency::Inr;
        let clinic = || ClinicFacts {
            clinic: ClinicId::from_uuid(SystemIds.id()),
            zone,
            currency,
        };
        let doctor = || DoctorId::from_uuid(SystemIds.id());
        let patient = || PatientId::from_uuid(SystemIds.id());
        let terms = Affiliation {
            fee: Money::new(80_000, currency)?,
            slot_length: SlotLength::new(15)?,
            zone,
            hours: week()?,
            dated_hours: DatedHours::default(),
        };
        Ok(Self {
            clinics: std::iter::repeat_with(clinic).take(clinics).collect(),
            doctors: std::iter::repeat_with(doctor).take(doctors).collect(),
            patients: std::iter::repeat_with(patient).take(patients).collect(),
            terms,
            begin: NaiveDate::default()
                .checked_add_days(Days::new(20_000))
                .unwrap_or_default()
                .and_time(NaiveTime::MIN)
                .and_utc(),
        })
    }

    /// The nth clinic, round and round.
    pub fn clinic(&self, n: usize) -> ClinicFacts {
        self.clinics[n % self.clinics.len()]
    }

    /// The nth doctor, round and round, as a booking at their first clinic knows them.
    pub fn doctor(&self, n: usize) -> DoctorFacts {
        DoctorFacts {
            doctor: self.doctors[n % self.doctors.len()],
            verified: true,
            suspended: false,
            affiliation: Some(self.terms.clone()),
        }
    }

    /// The nth patient, round and round.
    pub fn patient(&self, n: usize) -> PatientId {
        self.patients[n % self.patients.len()]
    }

    /// Fee of a visit.
    pub fn fee(&self) -> Money {
        self.terms.fee
    }

    /// Number of doctors.
    pub fn doctors(&self) -> usize {
        self.doctors.len()
    }

    /// A clinic: opened, renamed, with holidays.
    pub async fn clinic_stream(&self, n: usize) -> anyhow::Result<Stream> {
        let facts = self.clinic(n);
        let (by, at) = (Actor::System, self.begin);
        let mut commands = vec![
            ClinicCommand::Open(OpenClinic {
                clinic: facts.clinic,
                name: ClinicName::parse(&format!("Lakeside Clinic {n}"))?,
                zone: facts.zone,
                city: City::parse("Pune")?,
                currency: facts.currency,
                by,
                at,
            }),
            ClinicCommand::Rename(RenameClinic {
                name: ClinicName::parse(&format!("Hillside Clinic {n}"))?,
                city: City::parse("Pune")?,
                by,
                at,
            }),
        ];
        for day in [200, 230, 260, 290] {
            let date = self.date(day);
            let name = HolidayName::parse("Founders' Day")?;
            commands.push(ClinicCommand::DeclareHoliday(DeclareHoliday {
                date,
                name,
                by,
                at,
            }));
        }
        let date = self.date(290);
        commands.push(ClinicCommand::WithdrawHoliday(WithdrawHoliday {
            date,
            by,
            at,
        }));
        Stream::decide::<Clinic>(facts.clinic.as_uuid(), commands).await
    }

    /// A doctor at two clinics.
    pub async fn doctor_stream(&self, n: usize) -> anyhow::Result<Stream> {
        let doctor = self.doctors[n];
        let (by, at) = (Actor::System, self.begin);
        let (fee, slot_length) = (self.terms.fee, self.terms.slot_length);
        let (first, second) = (self.clinic(n), self.clinic(n + 1));
        let affiliate = |clinic| {
            DoctorCommand::Affiliate(AffiliateDoctor {
                clinic,
                fee,
                slot_length,
                by,
                at,
            })
        };
        let hours = |clinic: ClinicFacts, hours| {
            let clinic = clinic.clinic;
            DoctorCommand::SetWeeklyHours(SetWeeklyHours {
                clinic,
                hours,
                by,
                at,
            })
        };
        let commands = vec![
            DoctorCommand::Register(RegisterDoctor {
                doctor,
                name: PersonName::parse(&format!("Meera Iyer {n}"))?,
                specialisations: [Specialisation::parse("cardiology")?].into(),
                languages: [Language::parse("en")?, Language::parse("hi")?].into(),
                by,
                at,
            }),
            affiliate(first),
            affiliate(second),
            hours(first, week()?),
            hours(second, every_day(18, 20)?),
            DoctorCommand::Verify(VerifyDoctor { by, at }),
            DoctorCommand::SetTerms(SetTerms {
                clinic: second.clinic,
                fee: Money::new(90_000, second.currency)?,
                slot_length,
                by,
                at,
            }),
            DoctorCommand::SetDateHours(SetDateHours {
                clinic: second.clinic,
                date: self.date(200),
                hours: DayHours::new(vec![Opening::new(hour(18), hour(19))?])?,
                by,
                at,
            }),
        ];
        Stream::decide::<Doctor>(doctor.as_uuid(), commands).await
    }

    /// A patient; one in four has a new phone number, one in twenty has a proxy.
    pub async fn patient_stream(&self, n: usize) -> anyhow::Result<Stream> {
        let patient = self.patient(n);
        let (by, at) = (Actor::System, self.begin);
        let born = self
            .date(0)
            .checked_sub_days(Days::new(9_000))
            .unwrap_or_default();
        let mut commands = vec![PatientCommand::Register(RegisterPatient {
            patient,
            name: PersonName::parse(&format!("Asha Rao {n}"))?,
            birth_date: BirthDate::parse(born, at.date_naive())?,
            phone: Some("+911234567".parse()?),
            email: Some(EmailAddress::parse(&format!("asha{n}@mail.example"))?),
            by,
            at,
        })];
        if n % 4 == 1 {
            commands.push(PatientCommand::ChangeContact(ChangeContact {
                phone: Some("+917654321".parse()?),
                email: None,
                by,
                at,
            }));
        }
        if n % 20 == 3 {
            let account = AccountId::from_uuid(SystemIds.id());
            commands.push(PatientCommand::AddProxy(AddProxy {
                account,
                is_patient: true,
                evidence: None,
                by,
                at,
            }));
        }
        Stream::decide::<Patient>(patient.as_uuid(), commands).await
    }

    /// The account of the nth patient; one in twenty-five is disabled.
    pub async fn account_stream(&self, n: usize) -> anyhow::Result<Stream> {
        let account = AccountId::from_uuid(SystemIds.id());
        let (by, at) = (Actor::System, self.begin);
        let mut commands = vec![AccountCommand::Register(RegisterAccount {
            account,
            email: EmailAddress::parse(&format!("asha{n}@mail.example"))?,
            roles: [Role::Patient].into(),
            clinics: ClinicScope::Only([].into()),
            person: Person::Patient(self.patient(n)),
            invited: false,
            by,
            at,
        })];
        if n.is_multiple_of(50) {
            let reason = Reason::parse("Asked for it")?;
            commands.push(AccountCommand::Disable(DisableAccount { reason, by, at }));
        }
        Stream::decide::<Account>(account.as_uuid(), commands).await
    }

    /// A day off, long after all visits; one in three is withdrawn.
    pub async fn leave_stream(&self, n: usize) -> anyhow::Result<Stream> {
        let leave = LeaveId::from_uuid(SystemIds.id());
        let (by, at) = (Actor::System, self.begin);
        let day = i64::try_from(1_000 + n / self.doctors())?;
        let start = self.begin + TimeDelta::days(day);
        let mut commands = vec![LeaveCommand::Plan(PlanLeave {
            leave,
            doctor: self.doctors[n % self.doctors()],
            during: Slot::new(start, start + TimeDelta::days(1))?,
            reason: Some(Reason::parse("A conference")?),
            by,
            at,
        })];
        if n.is_multiple_of(3) {
            commands.push(LeaveCommand::Withdraw(WithdrawLeave { by, at }));
        }
        Stream::decide::<Leave>(leave.as_uuid(), commands).await
    }

    fn date(&self, day: u64) -> NaiveDate {
        let begin = self.begin.date_naive();
        begin.checked_add_days(Days::new(day)).unwrap_or(begin)
    }
}

fn week() -> anyhow::Result<WeeklyHours> {
    every_day(9, 17)
}

fn hour(hour: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default()
}
