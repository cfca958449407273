//! Decisions of a clinic: one function per command.

use super::command::{
    ClinicCommand, DeclareHoliday, OpenClinic, RenameClinic, SetBookingSettings, SetRefundPolicy,
    SetStaffSecondFactor, WithdrawHoliday,
};
use super::error::ClinicRefusal;
use super::event::{
    ClinicBookingSettingsSet, ClinicEvent, ClinicHolidayDeclared, ClinicHolidayWithdrawn,
    ClinicOpened, ClinicRefundPolicySet, ClinicRenamed, ClinicStaffSecondFactorSet,
};
use super::state::{Clinic, OpenedClinic};
use crate::decision::Decision;
use crate::values::plannable;

/// The most future holidays: about as many as a year has weekend days and public holidays.
pub const MAX_HOLIDAYS: usize = 120;

/// Returns the events that follow from a command.
///
/// # Errors
/// The [`ClinicRefusal`] that forbids it.
pub fn decide(clinic: &Clinic, command: ClinicCommand) -> Decision<Clinic> {
    match command {
        ClinicCommand::Open(command) => open(clinic, command),
        ClinicCommand::Rename(command) => Ok(rename(opened(clinic)?, command)),
        ClinicCommand::DeclareHoliday(command) => declare_holiday(opened(clinic)?, command),
        ClinicCommand::WithdrawHoliday(command) => withdraw_holiday(opened(clinic)?, &command),
        ClinicCommand::SetRefundPolicy(command) => Ok(set_refund_policy(opened(clinic)?, command)),
        ClinicCommand::SetBookingSettings(command) => {
            Ok(set_booking_settings(opened(clinic)?, &command))
        }
        ClinicCommand::SetStaffSecondFactor(command) => {
            Ok(set_staff_second_factor(opened(clinic)?, &command))
        }
    }
}

fn open(clinic: &Clinic, command: OpenClinic) -> Decision<Clinic> {
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
    let RenameClinic { name, city, by, at } = command;
    let is_same = (&clinic.name, &clinic.city) == (&name, &city);
    let clinic = clinic.facts.clinic;
    let renamed = ClinicRenamed {
        clinic,
        name,
        city,
        by,
        at,
    };
    unless(is_same, ClinicEvent::Renamed(renamed))
}

fn declare_holiday(clinic: &OpenedClinic, command: DeclareHoliday) -> Decision<Clinic> {
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

fn withdraw_holiday(clinic: &OpenedClinic, command: &WithdrawHoliday) -> Decision<Clinic> {
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

/// Setting the default policy is recorded as well: it stays if the default changes.
fn set_refund_policy(clinic: &OpenedClinic, command: SetRefundPolicy) -> Vec<ClinicEvent> {
    let SetRefundPolicy { policy, by, at } = command;
    let is_same = clinic.refund_policy.as_ref() == Some(&policy);
    let clinic = clinic.facts.clinic;
    let set = ClinicRefundPolicySet {
        clinic,
        policy,
        by,
        at,
    };
    unless(is_same, ClinicEvent::RefundPolicySet(set))
}

fn set_booking_settings(clinic: &OpenedClinic, command: &SetBookingSettings) -> Vec<ClinicEvent> {
    let &SetBookingSettings { settings, by, at } = command;
    let set = ClinicBookingSettingsSet {
        clinic: clinic.facts.clinic,
        settings,
        by,
        at,
    };
    unless(
        clinic.booking_settings == settings,
        ClinicEvent::BookingSettingsSet(set),
    )
}

fn set_staff_second_factor(
    clinic: &OpenedClinic,
    command: &SetStaffSecondFactor,
) -> Vec<ClinicEvent> {
    let &SetStaffSecondFactor { required, by, at } = command;
    let set = ClinicStaffSecondFactorSet {
        clinic: clinic.facts.clinic,
        required,
        by,
        at,
    };
    unless(
        clinic.staff_second_factor == required,
        ClinicEvent::StaffSecondFactorSet(set),
    )
}

/// The event, unless nothing would change.
fn unless(is_same: bool, event: ClinicEvent) -> Vec<ClinicEvent> {
    if is_same { vec![] } else { vec![event] }
}

const fn opened(clinic: &Clinic) -> Result<&OpenedClinic, ClinicRefusal> {
    match clinic {
        Clinic::Unopened => Err(ClinicRefusal::NotFound),
        Clinic::Open(clinic) => Ok(clinic),
    }
}
