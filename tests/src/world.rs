//! A small clinic, appended straight to the log: no HTTP, no password hashing.

use adapters::system::SystemIds;
use chrono::{DateTime, NaiveTime, Utc, Weekday};
use commands::identity::LoginIndex;
use commands::ports::IdSource as _;
use cqrs_es::Aggregate;
use domain::account::{Account, AccountCommand, Person, RegisterAccount};
use domain::clinic::{Clinic, ClinicCommand, ClinicFacts, OpenClinic};
use domain::doctor::{
    AffiliateDoctor, Doctor, DoctorCommand, RegisterDoctor, SetWeeklyHours, VerifyDoctor,
};
use domain::patient::{Patient, PatientCommand, RegisterPatient};
use domain::{
    AccountId, Actor, BirthDate, City, ClinicId, ClinicName, ClinicScope, ClinicZone, Currency,
    DoctorId, Language, Money, OpeningHours, PatientId, PersonName, Role, SlotLength,
    Specialisation, WeeklyHours,
};
use event_store::{Append, EventStore, Metadata, StreamAppend};
use sqlx::PgPool;
use uuid::Uuid;

use crate::sealing::sealing;

/// Makes clinics, doctors and patients.
pub struct World {
    store: EventStore,
    at: DateTime<Utc>,
}

/// Fee and hours of a doctor at a clinic.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// Minor units of the clinic's currency.
    pub fee: i64,
    /// Minutes per slot.
    pub slot_minutes: u16,
    /// Open from this hour to that, every day.
    pub hours: (u32, u32),
    /// Set once an admin has verified the doctor.
    pub verified: bool,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            fee: 80_000,
            slot_minutes: 15,
            hours: (9, 17),
            verified: true,
        }
    }
}

impl World {
    /// A world in that database; its events are dated `at`.
    pub async fn new(pool: PgPool, at: DateTime<Utc>) -> anyhow::Result<Self> {
        let sealing = sealing(pool.clone()).await?;
        let options = commands::store_options::options(LoginIndex::new([7; 32]), sealing);
        let store = EventStore::open_with(pool, options).await?;
        Ok(Self { store, at })
    }

    /// The log that the world is written to.
    #[must_use]
    pub fn store(&self) -> &EventStore {
        &self.store
    }

    /// Opens a clinic.
    pub async fn clinic(&self, zone: &str, currency: Currency) -> anyhow::Result<ClinicFacts> {
        let clinic = ClinicId::from_uuid(SystemIds.id());
        let zone = ClinicZone::parse(zone)?;
        let open = OpenClinic {
            clinic,
            name: ClinicName::parse("Lakeside Clinic")?,
            zone,
            city: City::parse("Pune")?,
            currency,
            by: Actor::System,
            at: self.at,
        };
        self.append::<Clinic>(clinic.as_uuid(), vec![ClinicCommand::Open(open)])
            .await?;
        Ok(ClinicFacts {
            clinic,
            zone,
            currency,
        })
    }

    /// Registers a doctor who works at `clinic` every day of the week.
    pub async fn doctor(&self, clinic: ClinicFacts, terms: Terms) -> anyhow::Result<DoctorId> {
        let doctor = DoctorId::from_uuid(SystemIds.id());
        let (by, at) = (Actor::System, self.at);
        let mut commands = vec![
            DoctorCommand::Register(RegisterDoctor {
                doctor,
                name: PersonName::parse("Meera Iyer")?,
                specialisations: [Specialisation::parse("cardiology")?].into(),
                languages: [Language::parse("en")?, Language::parse("hi")?].into(),
                by,
                at,
            }),
            DoctorCommand::Affiliate(AffiliateDoctor {
                clinic,
                fee: Money::new(terms.fee, clinic.currency)?,
                slot_length: SlotLength::new(terms.slot_minutes)?,
                by,
                at,
            }),
            DoctorCommand::SetWeeklyHours(SetWeeklyHours {
                clinic: clinic.clinic,
                hours: every_day(terms.hours.0, terms.hours.1)?,
                by,
                at,
            }),
        ];
        if terms.verified {
            commands.push(DoctorCommand::Verify(VerifyDoctor { by, at }));
        }
        self.append::<Doctor>(doctor.as_uuid(), commands).await?;
        Ok(doctor)
    }

    /// Registers a patient, who was born in 1970.
    pub async fn patient(&self) -> anyhow::Result<PatientId> {
        self.patient_born(chrono::NaiveDate::default()).await
    }

    /// Registers a patient who was born on a day.
    pub async fn patient_born(&self, born: chrono::NaiveDate) -> anyhow::Result<PatientId> {
        let patient = PatientId::from_uuid(SystemIds.id());
        let register = RegisterPatient {
            patient,
            name: PersonName::parse("Asha Rao")?,
            birth_date: BirthDate::parse(born, self.at.date_naive())?,
            phone: None,
            email: None,
            by: Actor::System,
            at: self.at,
        };
        self.append::<Patient>(patient.as_uuid(), vec![PatientCommand::Register(register)])
            .await?;
        Ok(patient)
    }

    /// Registers the account of a patient. It has no password.
    pub async fn account(&self, account: AccountId, patient: PatientId) -> anyhow::Result<()> {
        let register = RegisterAccount {
            account,
            email: format!("{account}@example.org").parse()?,
            roles: [Role::Patient].into(),
            clinics: ClinicScope::Only([].into()),
            person: Person::Patient(patient),
            invited: false,
            by: Actor::System,
            at: self.at,
        };
        let register = AccountCommand::Register(register);
        self.append::<Account>(account.as_uuid(), vec![register])
            .await
    }

    /// Runs commands of a new aggregate in one append.
    async fn append<A>(&self, id: Uuid, commands: Vec<A::Command>) -> anyhow::Result<()>
    where
        A: Aggregate<Services = ()>,
        A::Error: Send + Sync + 'static,
    {
        let mut aggregate = A::default();
        let mut events = Vec::new();
        for command in commands {
            let sink = cqrs_es::event_sink::EventSink::default();
            aggregate.handle(command, &(), &sink).await?;
            for event in sink.collect().await {
                events.push(event_store::EventData::from_event(&event)?);
            }
        }
        let stream = StreamAppend::new(A::TYPE, id.to_string(), 0, events);
        let append = Append {
            streams: vec![stream],
            depends_on: Vec::new(),
            metadata: metadata(id),
            idempotency: None,
        };
        self.store.append(&append).await?;
        Ok(())
    }
}

/// The same hours on each day of the week.
pub fn every_day(from: u32, to: u32) -> anyhow::Result<WeeklyHours> {
    let days = [
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
        Weekday::Sat,
        Weekday::Sun,
    ];
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    let openings = days
        .into_iter()
        .map(|day| OpeningHours::new(day, hour(from), hour(to)));
    Ok(WeeklyHours::new(openings.collect::<Result<_, _>>()?)?)
}

fn metadata(cause: Uuid) -> Metadata {
    Metadata {
        actor: "system".to_owned(),
        role: "SYSTEM".to_owned(),
        clinic: None,
        correlation_id: cause,
        causation_id: cause,
        request_id: None,
        command_id: SystemIds.id(),
    }
}
