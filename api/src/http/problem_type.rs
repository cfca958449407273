//! Types of problems: the closed set of slugs that a client may match on, each with its one status.
//!
//! A new type is a line in the table; the OpenAPI document lists it, and a test asks that `docs/api.md` does.

use actix_web::http::StatusCode;
use serde::{Serialize, Serializer};

/// Defines [`ProblemType`] from a table of statuses, slugs and titles.
macro_rules! problem_types {
    ($($status:ident { $($variant:ident $slug:literal $title:literal)+ })+) => {
        /// The type of a problem detail: a stable slug with its status and its usual title.
        #[expect(clippy::doc_markdown, reason = "a title is plain text for people")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ProblemType {
            $($(#[doc = $title] $variant,)+)+
        }

        impl ProblemType {
            /// Every type, by status.
            pub const ALL: &[Self] = &[$($(Self::$variant,)+)+];

            /// The slug under which clients know it.
            pub const fn slug(self) -> &'static str {
                match self { $($(Self::$variant => $slug,)+)+ }
            }

            /// The status that it is answered with.
            pub const fn status(self) -> StatusCode {
                match self { $($(Self::$variant)|+ => StatusCode::$status,)+ }
            }

            /// The title that it has unless the occasion gives a more exact one.
            pub const fn title(self) -> &'static str {
                match self { $($(Self::$variant => $title,)+)+ }
            }
        }
    };
}

problem_types! {
    BAD_REQUEST {
        Malformed "malformed" "The request cannot be read."
    }
    UNAUTHORIZED {
        Unauthenticated "unauthenticated" "Sign in first."
        LoginFailed "login-failed" "Login and password do not match."
        CodeRequired "code-required" "Send a code of your authenticator app as well."
        CodeFailed "code-failed" "The code is not valid."
        RefreshFailed "refresh-failed" "Sign in again."
    }
    FORBIDDEN {
        Forbidden "forbidden" "Your role does not allow this."
        AccountDisabled "account-disabled" "This account is disabled."
        SecondFactorRequired "second-factor-required" "Your clinic requires a second factor: set one up, then refresh the session."
        WrongCode "wrong-code" "The code is not valid."
        WrongPassword "wrong-password" "This is not your present password."
        ScopeWiderThanOwn "scope-wider-than-own" "An account gets no access where you have none."
    }
    NOT_FOUND {
        NotFound "not-found" "There is no such thing."
    }
    CONFLICT {
        RequestInProgress "request-in-progress" "The first request with this key is still running."
        RecordUnreadable "record-unreadable" "The record can't be opened: the key of its person is lost."

        SlotAlreadyTaken "slot-already-taken" "Another booking has this slot."
        DoctorOnLeave "doctor-on-leave" "The doctor is on leave at that time."
        PatientAlreadyBooked "patient-already-booked" "The patient has another appointment at that time."
        SeriesClashes "series-clashes" "Some of the visits can't be booked; none was."
        NotAwaitingPayment "not-awaiting-payment" "The appointment awaits no payment."
        AlreadyPaid "already-paid" "The appointment is paid for already."
        HoldEnded "hold-ended" "The hold on the slot has ended."
        TooManyHolds "too-many-holds" "The account holds as many slots as it may."
        TooManyBookings "too-many-bookings" "The account has booked as often as it may on a day."
        EmergenciesNotAccepted "emergencies-not-accepted" "The clinic takes no bookings for emergencies."
        TooManyOpenEmergencies "too-many-open-emergencies" "The patient or the account has as many open emergency visits as it may."
        TooManyEmergenciesToday "too-many-emergencies-today" "The patient or the account has booked as many emergencies today as it may."
        NoSlotForEmergency "no-slot-for-emergency" "No doctor of that kind has a free slot within a week."
        EmergencyUnpaid "emergency-unpaid" "An emergency visit is paid for before the patient moves it."
        BillOverdue "bill-overdue" "The time to pay online is over; ask the clinic."
        HoldStillRunning "hold-still-running" "The hold on the slot is still running."
        AppointmentAlreadyEnded "appointment-already-ended" "The appointment has ended."
        AppointmentAlreadyStarted "appointment-already-started" "The visit has already started."
        AppointmentAlreadyExists "appointment-already-exists" "The appointment already exists."
        AppointmentNotConfirmed "appointment-not-confirmed" "The appointment is not confirmed."
        BeforeDayOfVisit "before-day-of-visit" "The visit is on a later day."
        SlotNotBegun "slot-not-begun" "The slot has not begun."
        PatientNotArrived "patient-not-arrived" "The patient has not arrived."
        PatientAlreadyArrived "patient-already-arrived" "The patient has arrived."
        VisitNotInProgress "visit-not-in-progress" "The visit is not in progress."
        NothingToFollow "nothing-to-follow" "Only a visit that took place can be followed up."

        PaymentAlreadyExists "payment-already-exists" "The payment already exists."
        NothingToPay "nothing-to-pay" "There is nothing to pay."
        PaymentWithoutOrder "payment-without-order" "The payment has no order yet."
        OtherOrder "other-order" "The payment has another order."
        PaymentNotCaptured "payment-not-captured" "No money has come that could go back."
        PaymentNotPaid "payment-not-paid" "The payment is not paid yet."
        MoreThanPaid "more-than-paid" "Less than that is left of the payment."
        RefundNotFailed "refund-not-failed" "The refund has not failed."
        ReceiptAlreadyIssued "receipt-already-issued" "The payment has its receipt."
        NoReceiptYet "no-receipt-yet" "There is no receipt for it yet."

        LeaveOverVisits "leave-over-visits" "The doctor is expected at visits in that time."
        LeaveOverlapsLeave "leave-overlaps-leave" "The doctor is on leave already at that time."
        LeaveOver "leave-over" "The leave is over."
        LeaveAlreadyExists "leave-already-exists" "The leave already exists."
        TooManyVisits "too-many-visits" "A leave calls off fewer visits; plan several shorter ones."

        LoginTaken "login-taken" "Another account has this e-mail address."
        SecondFactorAlreadySet "second-factor-already-set" "The account has a second factor."
        SecondFactorNotSet "second-factor-not-set" "The account has no second factor."
        InvitationAccepted "invitation-accepted" "The account has its password."
        SameAddress "same-address" "The account has this address."
        CannotDisableOneself "cannot-disable-oneself" "An account can't disable itself."
        AccountErased "account-erased" "The person of this account was erased."
        AccountAlreadyRegistered "account-already-registered" "The account is already registered."
        PatientAlreadyRegistered "patient-already-registered" "The patient is already registered."
        TooManyProxies "too-many-proxies" "The patient has as many proxies as can be."
        ConsentAlreadyExists "consent-already-exists" "The consent already exists."
        TooManyConsents "too-many-consents" "The patient has as many consents in force as can be."
        BreakGlassAlreadyExists "break-glass-already-exists" "The emergency access already exists."
        BreakGlassAlreadyReviewed "break-glass-already-reviewed" "The emergency access was reviewed with another verdict."
        BreakGlassReviewedByItself "break-glass-reviewed-by-itself" "An emergency access is reviewed by another account."
        ErasureAlreadyRequested "erasure-already-requested" "The erasure is requested already."
        ErasureNotRequested "erasure-not-requested" "No erasure is requested."
        ErasureRequestedByAnother "erasure-requested-by-another" "Another account requested the erasure: an admin can refuse it."
        ErasureApprovedByRequester "erasure-approved-by-requester" "An erasure is approved by another person than the one who requested it."
        ErasureApproved "erasure-approved" "The erasure is approved, and being carried out."
        LegalHold "legal-hold" "A legal hold is in force: nothing is erased."
        NoLegalHold "no-legal-hold" "No legal hold is in force."

        EntryAlreadyRecorded "entry-already-recorded" "The entry is recorded already."
        EnteredInError "entered-in-error" "It was entered in error, and does not change any more."
        TooManySummaryItems "too-many-summary-items" "The health summary has as many items as can be."
        SummaryItemEnded "summary-item-ended" "The item has ended."
        SummaryItemDoesNotEnd "summary-item-does-not-end" "An item of this kind does not end."
        PatientErased "patient-erased" "The patient was erased."
        NoteAlreadySigned "note-already-signed" "The note is signed: add an addendum to it."
        NoteEnteredInError "note-entered-in-error" "The note is entered in error."
        TooManyAddenda "too-many-addenda" "The note has as many addenda as can be."
        PrescriptionWarnings "prescription-warnings" "There are warnings: override each with a reason, or prescribe something else."
        PrescriptionCancelled "prescription-cancelled" "The prescription is cancelled."
        PrescriptionEnteredInError "prescription-entered-in-error" "The prescription is entered in error."
        PrescriptionAlreadyExists "prescription-already-exists" "The prescription already exists."
        TooManyPrescriptions "too-many-prescriptions" "The patient has as many current prescriptions as can be."
        AllergyEnded "allergy-ended" "The allergy is ended."
        AllergyEnteredInError "allergy-entered-in-error" "The allergy is entered in error."
        AllergyAlreadyExists "allergy-already-exists" "The allergy already exists."
        TooManyAllergies "too-many-allergies" "As many allergies of the patient are recorded as can be."

        DoctorAlreadyAffiliated "doctor-already-affiliated" "The doctor already works at this clinic on other terms."
        DoctorAlreadyRegistered "doctor-already-registered" "The doctor is already registered."
        HoursOverlapAtOtherClinic "hours-overlap-at-other-clinic" "The doctor is at another clinic at these hours."
        ClinicAlreadyOpen "clinic-already-open" "The clinic is already open."
        TooManyHolidays "too-many-holidays" "The clinic has as many holidays to come as can be."
    }
    PRECONDITION_FAILED {
        StaleVersion "stale-version" "It has changed since you read it."
    }
    PAYLOAD_TOO_LARGE {
        BodyTooLarge "body-too-large" "The body is too large."
    }
    UNSUPPORTED_MEDIA_TYPE {
        UnsupportedMediaType "unsupported-media-type" "Send application/json."
    }
    UNPROCESSABLE_ENTITY {
        InvalidValue "invalid-value" "A value breaks a rule."
        IdempotencyKeyReused "idempotency-key-reused" "This Idempotency-Key belongs to another request."

        SlotInPast "slot-in-past" "The slot has begun."
        SlotBeyondHorizon "slot-beyond-horizon" "Slots can't be booked that far ahead."
        ClinicClosed "clinic-closed" "The clinic is closed on that day."
        SlotOutsideHours "slot-outside-hours" "The doctor does not see patients at that time."
        SlotOffGrid "slot-off-grid" "No slot begins at that time."
        DoctorNotVerified "doctor-not-verified" "The doctor is not verified yet."
        DoctorSuspended "doctor-suspended" "The doctor takes no bookings for now."
        DoctorNotAtClinic "doctor-not-at-clinic" "The doctor does not work at this clinic."
        OverrideNeedsReason "override-needs-reason" "A step in the doctor's place needs a reason."
        PartyNotNamed "party-not-named" "The staff says on whose behalf it cancels: onBehalfOf."
        AnotherDoctor "another-doctor" "With another doctor it is another visit: cancel this one and book that one."
        AnotherClinic "another-clinic" "At another clinic it is another visit: cancel this one and book that one."

        ProxyWithoutPatientRole "proxy-without-patient-role" "A proxy signs in as a patient."
        ProxyIsOwnAccount "proxy-is-own-account" "Staff can't make itself a proxy."
        ProxyNeedsEvidence "proxy-needs-evidence" "The front desk names the evidence that it has seen."
        ConsentEndsInPast "consent-ends-in-past" "The consent would be over already."

        NothingToRefund "nothing-to-refund" "A refund is of more than nothing."
        RefundInOtherCurrency "refund-in-other-currency" "A refund is in the currency that was paid."
        OrderRefused "order-refused" "The payment gateway takes no such order."
        SignatureNotGenuine "signature-not-genuine" "The gateway did not sign that this payment was paid."

        LeaveInPast "leave-in-past" "The leave would have begun already."
        LeaveTooLong "leave-too-long" "The leave is too long."
        LeaveBetweenMinutes "leave-between-minutes" "A leave begins and ends on a full minute."

        NoRole "no-role" "An account has at least one role."
        NotAStaffRole "not-a-staff-role" "Patients sign up by themselves, doctors are registered as doctors."
        PatientRoleWithoutPatient "patient-role-without-patient" "An account in the role of a patient belongs to a patient."
        DoctorRoleWithoutDoctor "doctor-role-without-doctor" "An account in the role of a doctor belongs to a doctor."
        ReceptionistWithoutClinic "receptionist-without-clinic" "A receptionist works at named clinics."

        NoteEmpty "note-empty" "A note without any content can't be signed."
        VisitInFuture "visit-in-future" "The visit lies in the future."
        OtherAppointment "other-appointment" "The appointment is of another patient or at another clinic."
        NotedInFuture "noted-in-future" "The reaction lies in the future."

        NoSpecialisation "no-specialisation" "A doctor has at least one specialisation."
        TooManySpecialisations "too-many-specialisations" "A doctor has fewer specialisations."
        NoLanguage "no-language" "A doctor speaks at least one language."
        TooManyLanguages "too-many-languages" "A doctor lists fewer languages."
        FeeInForeignCurrency "fee-in-foreign-currency" "The clinic charges in another currency."

        DateInPast "date-in-past" "That day is over."
        DateTooFarAhead "date-too-far-ahead" "A day lies less far ahead."
    }
    PRECONDITION_REQUIRED {
        IfMatchRequired "if-match-required" "Send If-Match with the ETag that you read."
    }
    TOO_MANY_REQUESTS {
        TooManyAttempts "too-many-attempts" "Too many failed attempts; wait a little."
        ClientBlocked "client-blocked" "Too much went wrong at your address: it is blocked for a while."
        QuotaExceeded "quota-exceeded" "Too many requests; wait a little."
    }
    INTERNAL_SERVER_ERROR {
        InternalError "internal-error" "Something failed on our side."
    }
    SERVICE_UNAVAILABLE {
        Contended "contended" "Too many change this at once; ask again."
        Overloaded "overloaded" "Too many ask for this at once; ask again."
        DatabaseUnavailable "database-unavailable" "The database is away; ask again."
        AccessLogUnavailable "access-log-unavailable" "Who sees this can't be recorded, so it is not shown; ask again."
        ReadModelBehind "read-model-behind" "The read model has not come that far yet."
        GatewayAway "gateway-away" "The payment gateway is away."
        MailNotConfigured "mail-not-configured" "This installation sends no mail."
    }
}

impl ProblemType {
    /// Returns whether `Retry-After` tells when to ask again.
    pub fn can_be_retried(self) -> bool {
        self == Self::RequestInProgress
            || self.status() == StatusCode::TOO_MANY_REQUESTS
            || self.status() == StatusCode::SERVICE_UNAVAILABLE
    }
}

impl Serialize for ProblemType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.slug())
    }
}
