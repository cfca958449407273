//! How a clinic makes up its mind: one function per command.

use super::command::{
    ClinicCommand, DeclareHoliday, OpenClinic, RenameClinic, SetRefundPolicy, WithdrawHoliday,
};
use super::error::ClinicRefusal;
use super::event::{
    ClinicEvent, ClinicHolidayDeclared, ClinicHolidayWithdrawn, ClinicOpened,
    ClinicRefundPolicySet, ClinicRenamed,
};
use super::state::{Clinic, OpenedClinic};
use crate::values::plannable;

/// The most holidays that are still to come: all weekends of a year and its feasts are about as many.
pub const MAX_HOLIDAYS: usize = 120;

type Decision = Result<Vec<ClinicEvent>, ClinicRefusal>;

/// The events that follow from a command, or what forbids it.
///
/// # Errors
/// The [`ClinicRefusal`] that names the fact.
pub fn decide(clinic: &Clinic, command: ClinicCommand) -> Decision {
    match command {
        ClinicCommand::Open(command) => open(clinic, command),
        ClinicCommand::Rename(command) => Ok(rename(opened(clinic)?, command)),
        ClinicCommand::DeclareHoliday(command) => declare_holiday(opened(clinic)?, command),
        ClinicCommand::WithdrawHoliday(command) => withdraw_holiday(opened(clinic)?, &command),
        ClinicCommand::SetRefundPolicy(command) => Ok(set_refund_policy(opened(clinic)?, command)),
    }
}

fn open(clinic: &Clinic, command: OpenClinic) -> Decision {
    if let Clinic::Open(_) = clinic {
        return Err(ClinicRefusal::AlreadyOpen);
    }
    let OpenClinic {
        clinic,
        name,
        zone,
        city,
        currency,
        by,
        at,
    } = command;
    let opened = ClinicOpened {
        clinic,
        name,
        zone,
        city,
        currency,
        by,
        at,
    };
    Ok(vec![ClinicEvent::Opened(opened)])
}

fn rename(clinic: &OpenedClinic, command: RenameClinic) -> Vec<ClinicEvent> {
    if (&clinic.name, &clinic.city) == (&command.name, &command.city) {
        return vec![];
    }
    let RenameClinic { name, city, by, at } = command;
    let renamed = ClinicRenamed {
        clinic: clinic.facts.clinic,
        name,
        city,
        by,
        at,
    };
    vec![ClinicEvent::Renamed(renamed)]
}

fn declare_holiday(clinic: &OpenedClinic, command: DeclareHoliday) -> Decision {
    let DeclareHoliday { date, name, by, at } = command;
    let zone = clinic.facts.zone;
    plannable(date, zone, at)?;
    let present = clinic.holidays.on(date);
    if present == Some(&name) {
        return Ok(vec![]);
    }
    let to_come = clinic.holidays.count_from(zone.date_at(at));
    if present.is_none() && to_come >= MAX_HOLIDAYS {
        return Err(ClinicRefusal::TooManyHolidays { max: MAX_HOLIDAYS });
    }
    let declared = ClinicHolidayDeclared {
        clinic: clinic.facts.clinic,
        date,
        name,
        by,
        at,
    };
    Ok(vec![ClinicEvent::HolidayDeclared(declared)])
}

fn withdraw_holiday(clinic: &OpenedClinic, command: &WithdrawHoliday) -> Decision {
    let &WithdrawHoliday { date, by, at } = command;
    plannable(date, clinic.facts.zone, at)?;
    if !clinic.holidays.contains(date) {
        return Ok(vec![]);
    }
    let withdrawn = ClinicHolidayWithdrawn {
        clinic: clinic.facts.clinic,
        date,
        by,
        at,
    };
    Ok(vec![ClinicEvent::HolidayWithdrawn(withdrawn)])
}

/// A clinic that sets the usual table means it to stay, also if another becomes usual.
fn set_refund_policy(clinic: &OpenedClinic, command: SetRefundPolicy) -> Vec<ClinicEvent> {
    let SetRefundPolicy { policy, by, at } = command;
    if clinic.refund_policy.as_ref() == Some(&policy) {
        return vec![];
    }
    let set = ClinicRefundPolicySet {
        clinic: clinic.facts.clinic,
        policy,
        by,
        at,
    };
    vec![ClinicEvent::RefundPolicySet(set)]
}

const fn opened(clinic: &Clinic) -> Result<&OpenedClinic, ClinicRefusal> {
    match clinic {
        Clinic::Unopened => Err(ClinicRefusal::NotFound),
        Clinic::Open(clinic) => Ok(clinic),
    }
}
