//! A doctor's terms and hours at a clinic, week by week and on particular dates.

use chrono::NaiveDate;
use domain::doctor::{ClearDateHours, DoctorCommand, SetDateHours, SetTerms, SetWeeklyHours};
use domain::{ClinicId, DayHours, DoctorId, WeeklyHours};
use tracing::instrument;

use super::{Answer, DoctorReply, NewAffiliation, registered};
use crate::execute::{Request, key};
use crate::{Commands, Context};

impl Commands {
    /// Replaces a doctor's weekly hours at a clinic; `expected` is the doctor's version as read.
    #[instrument(name = "command.doctor.set_hours", skip_all)]
    pub async fn set_weekly_hours(
        &self,
        doctor: DoctorId,
        (clinic, hours): (ClinicId, WeeklyHours),
        expected: Option<i64>,
        context: &Context,
    ) -> Answer {
        let (by, at) = (context.actor, context.at);
        let command = DoctorCommand::SetWeeklyHours(SetWeeklyHours {
            clinic,
            hours,
            by,
            at,
        });
        self.change_doctor(doctor, command, expected, context).await
    }

    /// Says what holds on one date at a clinic instead of the week.
    #[instrument(name = "command.doctor.set_date_hours", skip_all)]
    pub async fn set_date_hours(
        &self,
        doctor: DoctorId,
        (clinic, date, hours): (ClinicId, NaiveDate, DayHours),
        expected: Option<i64>,
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
        self.change_doctor(doctor, command, expected, context).await
    }

    /// Lets the week hold on a date at a clinic again.
    #[instrument(name = "command.doctor.clear_date_hours", skip_all)]
    pub async fn clear_date_hours(
        &self,
        doctor: DoctorId,
        (clinic, date): (ClinicId, NaiveDate),
        expected: Option<i64>,
        context: &Context,
    ) -> Answer {
        let (by, at) = (context.actor, context.at);
        let command = DoctorCommand::ClearDateHours(ClearDateHours {
            clinic,
            date,
            by,
            at,
        });
        self.change_doctor(doctor, command, expected, context).await
    }

    /// Replaces fee and slot length at a clinic.
    #[instrument(name = "command.doctor.set_terms", skip_all)]
    pub async fn set_terms(
        &self,
        doctor: DoctorId,
        terms: NewAffiliation,
        expected: Option<i64>,
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
        self.change_doctor(doctor, command, expected, context).await
    }

    pub(super) async fn change_doctor(
        &self,
        doctor: DoctorId,
        command: DoctorCommand,
        expected: Option<i64>,
        context: &Context,
    ) -> Answer {
        let request = Request {
            id: key(doctor.as_uuid()),
            command,
            expected,
            context,
        };
        self.execute(request, registered, |_, version| DoctorReply {
            doctor,
            version,
        })
        .await
    }
}
