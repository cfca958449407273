//! A doctor's terms and hours at a clinic, week by week and on particular dates.

use chrono::NaiveDate;
use domain::doctor::{ClearDateHours, DoctorCommand, SetDateHours, SetTerms, SetWeeklyHours};
use domain::{ClinicId, DayHours, DoctorId, WeeklyHours};
use tracing::instrument;

use super::{Answer, NewAffiliation};
use crate::{Commands, Context, Target};

impl Commands {
    /// Replaces a doctor's weekly hours at a clinic.
    #[instrument(name = "command.doctor.set_hours", skip_all)]
    pub async fn set_weekly_hours(
        &self,
        target: Target<DoctorId>,
        clinic: ClinicId,
        hours: WeeklyHours,
        context: &Context,
    ) -> Answer {
        let (by, at) = (context.actor, context.at);
        let command = DoctorCommand::SetWeeklyHours(SetWeeklyHours {
            clinic,
            hours,
            by,
            at,
        });
        self.change_doctor(target, command, context).await
    }

    /// Sets a doctor's hours on one date at a clinic, instead of the weekly ones.
    #[instrument(name = "command.doctor.set_date_hours", skip_all)]
    pub async fn set_date_hours(
        &self,
        target: Target<DoctorId>,
        clinic: ClinicId,
        date: NaiveDate,
        hours: DayHours,
        context: &Context,
    ) -> Answer {
        let (by, at) = (context.actor, context.at);
        let command = DoctorCommand::SetDateHours(SetDateHours {
            clinic,
            date,
            hours,
            by,
            at,
        });
        self.change_doctor(target, command, context).await
    }

    /// Restores the weekly hours on a date at a clinic.
    #[instrument(name = "command.doctor.clear_date_hours", skip_all)]
    pub async fn clear_date_hours(
        &self,
        target: Target<DoctorId>,
        clinic: ClinicId,
        date: NaiveDate,
        context: &Context,
    ) -> Answer {
        let (by, at) = (context.actor, context.at);
        let command = DoctorCommand::ClearDateHours(ClearDateHours {
            clinic,
            date,
            by,
            at,
        });
        self.change_doctor(target, command, context).await
    }

    /// Replaces fee and slot length at a clinic.
    #[instrument(name = "command.doctor.set_terms", skip_all)]
    pub async fn set_terms(
        &self,
        target: Target<DoctorId>,
        terms: NewAffiliation,
        context: &Context,
    ) -> Answer {
        let NewAffiliation {
            clinic,
            fee,
            slot_length,
        } = terms;
        let (by, at) = (context.actor, context.at);
        let command = DoctorCommand::SetTerms(SetTerms {
            clinic,
            fee,
            slot_length,
            by,
            at,
        });
        self.change_doctor(target, command, context).await
    }
}
