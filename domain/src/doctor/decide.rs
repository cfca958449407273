//! Decisions of a doctor: one function per command.

use super::command::{
    AffiliateDoctor, DoctorCommand, RegisterDoctor, ReinstateDoctor, SetTerms, SuspendDoctor,
    VerifyDoctor,
};
use super::error::DoctorRefusal;
use super::event::{
    DoctorAffiliated, DoctorEvent, DoctorRegistered, DoctorRegisteredPhi, DoctorReinstated,
    DoctorSuspended, DoctorTermsSet, DoctorVerified,
};
use super::hours;
use super::state::{Doctor, RegisteredDoctor};
use crate::decision::Decision;
use crate::phi::Phi;
use crate::values::{Currency, Money};

/// The most specialisations of one doctor.
pub const MAX_SPECIALISATIONS: usize = 5;
/// The most languages of one doctor.
pub const MAX_LANGUAGES: usize = 10;

/// Returns the events that follow from a command.
///
/// # Errors
/// The [`DoctorRefusal`] that forbids it.
pub fn decide(doctor: &Doctor, command: DoctorCommand) -> Decision<Doctor> {
    match command {
        DoctorCommand::Register(command) => register(doctor, command),
        DoctorCommand::Affiliate(command) => affiliate(registered(doctor)?, &command),
        DoctorCommand::SetTerms(command) => set_terms(registered(doctor)?, &command),
        DoctorCommand::SetWeeklyHours(command) => {
            hours::set_weekly_hours(registered(doctor)?, command)
        }
        DoctorCommand::SetDateHours(command) => hours::set_date_hours(registered(doctor)?, command),
        DoctorCommand::ClearDateHours(command) => {
            hours::clear_date_hours(registered(doctor)?, &command)
        }
        DoctorCommand::Verify(command) => Ok(verify(registered(doctor)?, &command)),
        DoctorCommand::Suspend(command) => Ok(suspend(registered(doctor)?, &command)),
        DoctorCommand::Reinstate(command) => Ok(reinstate(registered(doctor)?, &command)),
    }
}

fn register(doctor: &Doctor, command: RegisterDoctor) -> Decision<Doctor> {
    if let Doctor::Registered(_) = doctor {
        return Err(DoctorRefusal::AlreadyRegistered);
    }
    let RegisterDoctor {
        doctor,
        name,
        specialisations,
        languages,
        by,
        at,
    } = command;
    if specialisations.is_empty() {
        return Err(DoctorRefusal::NoSpecialisation);
    }
    if specialisations.len() > MAX_SPECIALISATIONS {
        return Err(DoctorRefusal::TooManySpecialisations {
            max: MAX_SPECIALISATIONS,
        });
    }
    if languages.is_empty() {
        return Err(DoctorRefusal::NoLanguage);
    }
    if languages.len() > MAX_LANGUAGES {
        return Err(DoctorRefusal::TooManyLanguages { max: MAX_LANGUAGES });
    }
    let subject = doctor.subject();
    let phi = Phi::Clear(DoctorRegisteredPhi { name });
    let registered = DoctorRegistered {
        doctor,
        specialisations,
        languages,
        by,
        at,
        subject,
        phi,
    };
    Ok(vec![DoctorEvent::Registered(registered)])
}

fn affiliate(doctor: &RegisteredDoctor, command: &AffiliateDoctor) -> Decision<Doctor> {
    let &AffiliateDoctor {
        clinic: facts,
        fee,
        slot_length,
        by,
        at,
    } = command;
    in_currency(facts.currency, fee)?;
    if let Some(present) = doctor.affiliations.get(&facts.clinic) {
        return if (present.fee, present.slot_length) == (fee, slot_length) {
            Ok(vec![])
        } else {
            Err(DoctorRefusal::AlreadyAffiliated {
                clinic: facts.clinic,
            })
        };
    }
    Ok(vec![DoctorEvent::Affiliated(DoctorAffiliated {
        doctor: doctor.doctor,
        clinic: facts.clinic,
        zone: facts.zone,
        fee,
        slot_length,
        by,
        at,
    })])
}

fn set_terms(doctor: &RegisteredDoctor, command: &SetTerms) -> Decision<Doctor> {
    let &SetTerms {
        clinic,
        fee,
        slot_length,
        by,
        at,
    } = command;
    let present = doctor.affiliation(clinic)?;
    // A clinic never changes its currency, so it is that of the present fee.
    in_currency(present.fee.currency(), fee)?;
    if (present.fee, present.slot_length) == (fee, slot_length) {
        return Ok(vec![]);
    }
    let set = DoctorTermsSet {
        doctor: doctor.doctor,
        clinic,
        fee,
        slot_length,
        by,
        at,
    };
    Ok(vec![DoctorEvent::TermsSet(set)])
}

fn verify(doctor: &RegisteredDoctor, command: &VerifyDoctor) -> Vec<DoctorEvent> {
    if doctor.verified {
        return vec![];
    }
    let &VerifyDoctor { by, at } = command;
    vec![DoctorEvent::Verified(DoctorVerified {
        doctor: doctor.doctor,
        by,
        at,
    })]
}

fn suspend(doctor: &RegisteredDoctor, command: &SuspendDoctor) -> Vec<DoctorEvent> {
    if doctor.suspended {
        return vec![];
    }
    let &SuspendDoctor { by, at } = command;
    vec![DoctorEvent::Suspended(DoctorSuspended {
        doctor: doctor.doctor,
        by,
        at,
    })]
}

fn reinstate(doctor: &RegisteredDoctor, command: &ReinstateDoctor) -> Vec<DoctorEvent> {
    if !doctor.suspended {
        return vec![];
    }
    let &ReinstateDoctor { by, at } = command;
    vec![DoctorEvent::Reinstated(DoctorReinstated {
        doctor: doctor.doctor,
        by,
        at,
    })]
}

fn registered(doctor: &Doctor) -> Result<&RegisteredDoctor, DoctorRefusal> {
    match doctor {
        Doctor::Unregistered => Err(DoctorRefusal::NotFound),
        Doctor::Registered(doctor) => Ok(doctor),
    }
}

fn in_currency(charged: Currency, fee: Money) -> Result<(), DoctorRefusal> {
    let given = fee.currency();
    if given == charged {
        Ok(())
    } else {
        Err(DoctorRefusal::FeeInForeignCurrency { charged, given })
    }
}
