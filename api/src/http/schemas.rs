//! Schemas of values: the rules of the domain's values, as the OpenAPI document states them.
//!
//! A field of a body or a parameter names its schema by `value_type`. Limits are read from the domain, and a closed
//! set is its enum: a new variant does not compile until it is listed here.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use commands::authorization::Relation;
use commands::ports::ItemKind;
use domain::record::vitals::{DerivedSign, Unit as UcumUnit, VitalSign};
use domain::{
    ClinicId, ClinicScope, allergy_list, appointment, break_glass, consent, erasure,
    health_summary, note, patient, payment, prescription,
};
use projections::{chart, payments};
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{KnownFormat, RefOr, Required};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use super::problem_type::ProblemType;

/// Defines named schemas, each a type that stands for a value of the domain in the document.
macro_rules! schemas {
    ($($(#[doc = $doc:literal])+ $name:ident = $schema:expr;)+) => {$(
        $(#[doc = $doc])+
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let description = [$($doc),+].map(str::trim).join(" ");
                $schema.description(Some(description)).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )+};
}

/// Lists the variants of an enum that does not list them itself.
macro_rules! variants {
    ($module:ident::$set:ident: $($variant:ident)+) => {{
        fn _every_variant_is_listed(value: $module::$set) {
            match value { $($module::$set::$variant)|+ => {} }
        }
        [$($module::$set::$variant),+]
    }};
}

schemas! {
    /// A full name.
    PersonName = text(domain::PersonName::MAX_CHARS).examples(["Asha Rao"]);
    /// The name of a clinic.
    ClinicName = text(domain::ClinicName::MAX_CHARS).examples(["Lakeside Clinic"]);
    /// A city.
    City = text(domain::City::MAX_CHARS).examples(["Pune"]);
    /// The name of a holiday.
    HolidayName = text(domain::HolidayName::MAX_CHARS).examples(["Diwali"]);
    /// A reason in a person's own words.
    Reason = text(domain::Reason::MAX_CHARS).examples(["A cough that won't go"]);
    /// An e-mail address.
    EmailAddress = text(domain::EmailAddress::MAX_BYTES)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Email)))
        .examples(["asha@example.org"]);
    /// A telephone number, E.164. Spaces, dots, dashes and brackets between its digits are dropped.
    PhoneNumber = pattern(r"^ *\+[ .()-]*[1-9]([ .()-]*[0-9]){6,14}[ .()-]*$").examples(["+919812345678"]);
    /// A line of an address.
    AddressLine = text(domain::AddressLine::MAX_CHARS).examples(["14 MG Road"]);
    /// A postal code.
    PostalCode = pattern("^ *[A-Za-z0-9 -]{2,12} *$").examples(["411001"]);
    /// A country by its two letters, ISO 3166-1.
    CountryCode = pattern("^ *[A-Za-z]{2} *$").examples(["IN"]);
    /// An illness or an allergy.
    Illness = text(domain::Illness::MAX_CHARS).examples(["Asthma"]);
    /// A section of a note.
    ClinicalText = text(domain::record::ClinicalText::MAX_CHARS).examples(["A cough that won't go, worse at night"]);
    /// A symptom.
    Symptom = text(domain::record::Symptom::MAX_CHARS).examples(["Cough"]);
    /// A condition in words.
    ConditionName = text(domain::record::ConditionName::MAX_CHARS).examples(["Asthma"]);
    /// A code of ICD-10 or ICD-10-CM; its form is checked.
    Icd10Code = pattern(r"^ *[A-Za-z][0-9][0-9A-Za-z](\.[0-9A-Za-z]{1,4})? *$").examples(["J45.9"]);
    /// A drug, by its brand or generic name.
    DrugName = text(domain::record::DrugName::MAX_CHARS).examples(["Amoxicillin"]);
    /// A substance: an ingredient of a drug, or a cause of an allergy.
    SubstanceName = text(domain::record::SubstanceName::MAX_CHARS).examples(["Penicillin"]);
    /// The strength of a drug.
    Strength = text(domain::record::Strength::MAX_CHARS).examples(["250 mg / 5 ml"]);
    /// An amount above 0, at most 100000, with up to three decimals; a text, so that no reader rounds it.
    DoseAmount = pattern(r"^[0-9]{1,6}(\.[0-9]{1,3})?$").examples(["0.5"]);
    /// Instructions to the patient for one drug.
    DoseInstructions = text(domain::record::DoseInstructions::MAX_CHARS).examples(["After meals"]);
    /// A reaction to a substance.
    ReactionText = text(domain::record::ReactionText::MAX_CHARS).examples(["A rash on both arms"]);
    /// A vaccine.
    VaccineName = text(domain::record::VaccineName::MAX_CHARS).examples(["Influenza, inactivated"]);
    /// The lot of a vaccine.
    LotNumber = text(domain::record::LotNumber::MAX_CHARS).examples(["FL-20817"]);
    /// A date in the past, as exact as it is known: a year, a month or a day.
    PartialDate = pattern("^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$").examples(["2019-04"]);
    /// A number in decimal notation, as a text, so that its decimals stay.
    MeasuredValue = pattern(r"^[0-9]{1,6}(\.[0-9]{1,3})?$").examples(["98.6"]);
    /// A password.
    Password = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
        .min_length(Some(10))
        .max_length(Some(128))
        .examples(["correct horse battery"]);
    /// A code that was mailed. Case, spaces and dashes do not matter.
    MailedCode = pattern("^[ 0-9A-Za-z-]{1,40}$").examples(["7KQ2-01MR"]);
    /// A field of medicine.
    Specialisation = pattern("^[a-z][a-z0-9-]{1,39}$").examples(["cardiology"]);
    /// A language tag (BCP 47): a language, and a region where it matters.
    Language = pattern("^[a-z]{2,3}(-([A-Z]{2}|[0-9]{3}))?$").examples(["hi"]);
    /// An IANA time zone.
    TimeZone = pattern("^[A-Za-z0-9_+/-]+$").examples(["Asia/Kolkata"]);
    /// A time of day on the clinic's clock, HH:MM.
    TimeOfDay = pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$").examples(["09:00"]);
    /// The length of a visit in minutes.
    SlotMinutes = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(5))
        .maximum(Some(240))
        .multiple_of(Some(5))
        .examples([20]);
    /// The number of a receipt in the clinic's series.
    ReceiptNumber = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(1))
        .examples([17]);
    /// The public half of an API key at the payment gateway.
    GatewayKeyId = pattern(GATEWAY_ID).examples(["rzp_live_8hPk3vQ1yZ0wLm"]);
    /// An order at the payment gateway.
    GatewayOrderId = pattern(GATEWAY_ID).examples(["order_RB58MiP5SPFYyM"]);
    /// One attempt to pay an order at the payment gateway.
    GatewayPaymentId = pattern(GATEWAY_ID).examples(["pay_DESlfW9H8K9uqM"]);
    /// A refund at the payment gateway.
    GatewayRefundId = pattern(GATEWAY_ID).examples(["rfnd_FP8QHiV938haTz"]);
    /// A dispute at the payment gateway.
    GatewayDisputeId = pattern(GATEWAY_ID).examples(["disp_AHfqOvkldwsbqt"]);
    /// The payment gateway's code of a failure.
    FailureCode = pattern(GATEWAY_ID).examples(["BAD_REQUEST_ERROR"]);
    /// A position in the log, as `CareSync-Position` tells it.
    LogPosition = pattern(POSITION).examples(["1-4711-815"]);

    /// A currency, ISO 4217.
    Currency = closed_set(domain::Currency::ALL.map(domain::Currency::code)).examples(["INR"]);
    /// A role of an account.
    Role = closed_set(domain::Role::ALL.map(domain::Role::as_str));
    /// A role that staff is registered in.
    StaffRole = closed_set(
        [domain::Role::Receptionist, domain::Role::Admin, domain::Role::Auditor].map(domain::Role::as_str),
    );
    /// A day of the week.
    DayOfWeek = closed_set(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]);
    /// The status of an appointment.
    AppointmentStatus = closed_set(
        variants!(appointment::AppointmentStatus:
            Booked Confirmed Arrived InProgress Completed NoShow Cancelled Expired)
        .map(appointment::AppointmentStatus::as_str),
    );
    /// The side on whose part an appointment was cancelled.
    CancelledBy = closed_set(variants!(appointment::CancelledBy: Patient Doctor Clinic).map(in_json));
    /// Evidence, seen at the front desk, that a person may act for a patient.
    ProxyEvidence = closed_set(
        variants!(patient::ProxyEvidence: BirthCertificate GuardianshipOrder PowerOfAttorney SignedConsent)
            .map(in_json)
    );
    /// A category of health information that is shown to others only with a consent of its own.
    SensitiveCategory = closed_set(domain::SensitiveCategory::ALL.map(domain::SensitiveCategory::as_str));
    /// The person who gave a consent: the patient, a proxy of a child, or by a signed form that the front desk keeps.
    ConsentGiver = closed_set(
        variants!(consent::ConsentGiver: Patient Proxy SignedForm).map(consent::ConsentGiver::as_str)
    );
    /// The verdict of the review of an emergency access.
    Verdict = closed_set(break_glass::Verdict::ALL.map(break_glass::Verdict::as_str));
    /// The status of an erasure.
    ErasureStatus = closed_set(erasure::ErasureStatus::ALL.map(erasure::ErasureStatus::as_str));
    /// A hash that identifies a key, and from which the key can't be computed.
    KeyFingerprint = pattern("^[0-9a-f]{32}$").examples(["9f2c4a7be01d58369f2c4a7be01d5836"]);
    /// The kind of a thing that was accessed.
    AccessedKind = closed_set(ItemKind::ALL.map(ItemKind::as_str));
    /// The outcome of an access decision.
    AccessOutcome = closed_set(["GRANTED", "REFUSED"]);
    /// The relation of an account to the patient or the thing that was accessed, by which it was admitted. `ANY`: the
    /// role is enough.
    AccessRelation = closed_set(Relation::STORED.map(Relation::as_str));
    /// Gender for administrative purposes, the codes of FHIR R4.
    Gender = closed_set(domain::Gender::ALL.map(in_json));
    /// A blood group.
    BloodGroup = closed_set(domain::BloodGroup::ALL.map(in_json));
    /// The relationship of an emergency contact to the patient.
    Relationship = closed_set(domain::Relationship::ALL.map(in_json));
    /// A field of a profile.
    ProfileField = closed_set(patient::ProfileField::ALL.map(in_json));
    /// The unit of a vital sign, by its UCUM code.
    Unit = closed_set(
        UcumUnit::ALL.iter().map(|unit| unit.code()).chain([DerivedSign::BODY_MASS_INDEX_UNIT]),
    );
    /// The LOINC code of a vital sign.
    VitalSignCode = closed_set(
        VitalSign::ALL.iter().map(|sign| sign.loinc()).chain([DerivedSign::BODY_MASS_INDEX]),
    )
    .examples(["8867-4"]);
    /// The kind of an entry of a chart.
    EntryKind = closed_set(chart::EntryKind::ALL.iter().map(|kind| kind.as_str()));
    /// The status of an entry of a chart.
    EntryStatus = closed_set(chart::EntryStatus::ALL.iter().map(|status| status.as_str()));
    /// What a revision did to an entry.
    ChangeKind = closed_set(chart::ChangeKind::ALL.iter().map(|kind| kind.as_str()));
    /// A relative of the patient by blood.
    FamilyMember = closed_set(
        variants!(health_summary::FamilyMember:
            Mother Father Sister Brother Daughter Son MaternalGrandmother MaternalGrandfather
            PaternalGrandmother PaternalGrandfather Aunt Uncle Cousin Other)
        .map(in_json),
    );
    /// What an item of social history is about.
    SocialTopic = closed_set(
        variants!(health_summary::SocialTopic:
            Tobacco Alcohol Drugs Occupation Housing Exercise Diet Travel Other)
        .map(in_json),
    );
    /// The reason for which a time is not offered. Of several, the first of this list is told.
    UnavailableReason = closed_set(domain::UnavailableReason::ALL.map(in_json));
    /// The unit of a dose.
    DoseUnit = closed_set(prescription::DoseUnit::ALL.iter().map(in_json));
    /// The way in which a drug is taken.
    Route = closed_set(prescription::Route::ALL.iter().map(in_json));
    /// The period that a frequency counts in.
    Period = closed_set(prescription::Period::ALL.iter().map(in_json));
    /// The severity of a reaction.
    Severity = closed_set(allergy_list::Severity::ALL.map(in_json));
    /// The status of a note: `AMENDED` has addenda.
    NoteStatus = closed_set(variants!(note::NoteStatus: Signed Amended EnteredInError).map(in_json));
    /// The status of a prescription.
    PrescriptionStatus = closed_set(
        variants!(prescription::PrescriptionStatus: Active Cancelled EnteredInError).map(in_json),
    );
    /// The status of an allergy.
    AllergyStatus = closed_set(
        variants!(allergy_list::AllergyStatus: Active Ended EnteredInError).map(in_json),
    );
    /// The kind of an item that is paid for.
    PayableKind = closed_set(payment::PayableKind::ALL.map(payment::PayableKind::as_str));
    /// The status of a payment: `PAID` stays, whatever is given back; `LAPSED` was not paid in time.
    PaymentStatus = closed_set(
        variants!(payments::PaymentStanding: Open Paid Lapsed).map(payments::PaymentStanding::as_str),
    );
    /// The status of a refund: a `FAILED` one is tried again; of a `WITHDRAWN` one, the payer got the money by
    /// a dispute.
    RefundStatus = closed_set(
        variants!(payment::RefundStatus: Requested Failed Refunded Withdrawn).map(payment::RefundStatus::as_str),
    );
    /// The grounds of a refund.
    RefundGrounds = closed_set(payment::RefundGrounds::ALL.map(payment::RefundGrounds::as_str));
    /// The grounds of the share of a refund: the notice of the cancellation, the shorter notice of an earlier move,
    /// or that the doctor or the clinic cancels.
    ShareGrounds = closed_set(["CANCELLATION", "MOVE", "CANCELLED_BY_CLINIC"]);
    /// The reason for which a part of the fee is not refunded.
    NotRefundedReason = closed_set(payment::NotRefundedReason::ALL.map(payment::NotRefundedReason::as_str));
    /// The status of a dispute: open in the first three, decided in the others.
    DisputeStatus = closed_set(payment::DisputeStatus::ALL.map(payment::DisputeStatus::as_str));
    /// The kind of an entry: `CAPTURE` came, `REFUND` left, `DISPUTE` left by a lost dispute. Of a `DISCOUNT` and a
    /// `SURCHARGE` no money moved: by so much less or more than the amount was captured, because of an offer or a
    /// fee of the gateway.
    LedgerKind = closed_set(
        variants!(payments::LedgerKind: Capture Refund Dispute Discount Surcharge)
            .map(payments::LedgerKind::as_str),
    );
    /// The kind of an access token.
    TokenType = closed_set(["Bearer"]);
    /// The status of a process that answers.
    Liveness = closed_set(["ok"]);
    /// The obstacle at a time: a type of problem, or `visit` for a visit that stands there.
    ClashType = closed_set(ProblemType::ALL.iter().map(|of| of.slug()).chain(["visit"]));
}

/// The form of an id at the payment gateway.
const GATEWAY_ID: &str = "^[A-Za-z0-9_-]{1,64}$";
/// The form of a position in the log.
pub const POSITION: &str = "^(0|[1-9][0-9]*)-(0|[1-9][0-9]*)-(0|[1-9][0-9]*)$";

impl PartialSchema for ProblemType {
    fn schema() -> RefOr<Schema> {
        closed_set(Self::ALL.iter().map(|of| of.slug()))
            .description(Some("The type of a problem: a stable slug to match on."))
            .into()
    }
}

impl ToSchema for ProblemType {
    fn name() -> Cow<'static, str> {
        "ProblemType".into()
    }
}

/// An amount of money.
#[derive(Serialize, ToSchema)]
pub struct MoneyBody {
    /// The amount in minor units: paise, pence, cents.
    #[schema(minimum = 0, example = 80000)]
    pub amount: i64,
    /// The currency.
    #[schema(value_type = Currency)]
    pub currency: String,
}

/// A span of time.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SlotBody {
    /// The first moment.
    pub start: DateTime<Utc>,
    /// The moment after the last.
    pub end: DateTime<Utc>,
}

/// The clinics of an account: `{"kind": "all"}`, or `{"kind": "only", "clinics": […]}`.
#[derive(Serialize, ToSchema)]
#[serde(tag = "kind", content = "clinics", rename_all = "camelCase")]
pub enum ClinicScopeBody {
    /// At every clinic, also at one that opens tomorrow.
    All,
    /// At these clinics.
    Only(Vec<Uuid>),
}

impl From<ClinicScope> for ClinicScopeBody {
    fn from(scope: ClinicScope) -> Self {
        match scope {
            ClinicScope::All => Self::All,
            ClinicScope::Only(named) => Self::Only(named.iter().map(ClinicId::as_uuid).collect()),
        }
    }
}

/// A text of 1 to `max` characters.
fn text(max: usize) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(max))
}

/// A parameter in a header.
pub fn header_parameter(
    name: &str,
    description: &str,
    required: Required,
    schema: impl Into<RefOr<Schema>>,
) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .description(Some(description))
        .required(required)
        .schema(Some(schema))
        .build()
}

/// A text of a form.
pub fn pattern(form: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(form))
}

/// One of these words.
pub fn closed_set<W: Into<Value>>(words: impl IntoIterator<Item = W>) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words))
}

/// The form of a value in JSON.
fn in_json(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
