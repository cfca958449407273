//! Commands on clinics.

use chrono::NaiveDate;
use domain::clinic::{
    BookingSettings, Clinic, ClinicCommand, ClinicRefusal, DeclareHoliday, OpenClinic,
    RenameClinic, SetBookingSettings, SetRefundPolicy, SetStaffSecondFactor, WithdrawHoliday,
};
use domain::payment::RefundPolicy;
use domain::{City, ClinicId, ClinicName, ClinicZone, Currency, HolidayName};
use event_store::{Decided, ReadSet};
use serde::{Deserialize, Serialize};
use tracing::instrument;

use crate::proposal::Proposal;
use crate::{CommandError, Commands, Context, Done, Target};

type Answer = Result<Done<ClinicReply>, CommandError<ClinicRefusal>>;

/// The reply of a command on a clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClinicReply {
    /// The clinic.
    pub clinic: ClinicId,
    /// Its version.
    pub version: i64,
}

/// A clinic to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewClinic {
    /// The name.
    pub name: ClinicName,
    /// The city.
    pub city: City,
    /// The time zone of its hours.
    pub zone: ClinicZone,
    /// The currency of its fees.
    pub currency: Currency,
}

impl Commands {
    /// Opens a clinic.
    #[instrument(name = "command.clinic.open", skip_all)]
    pub async fn open_clinic(&self, new: NewClinic, context: &Context) -> Answer {
        let clinic = ClinicId::from_uuid(self.ids.id());
        let NewClinic {
            name,
            city,
            zone,
            currency,
        } = new;
        let command = ClinicCommand::Open(OpenClinic {
            clinic,
            name,
            zone,
            city,
            currency,
            by: context.actor,
            at: context.at,
        });
        self.run(context, async |read: ReadSet| {
            let new = read.create::<Clinic>(clinic);
            let opened = new.decide(command.clone()).await?;
            Ok(propose(clinic, opened))
        })
        .await
    }

    /// Changes a clinic's name and city.
    #[instrument(name = "command.clinic.rename", skip_all)]
    pub async fn rename_clinic(
        &self,
        target: Target<ClinicId>,
        name: ClinicName,
        city: City,
        context: &Context,
    ) -> Answer {
        let command = RenameClinic {
            name,
            city,
            by: context.actor,
            at: context.at,
        };
        self.change_clinic(target, ClinicCommand::Rename(command), context)
            .await
    }

    /// Closes a clinic on a day. What is booked stays.
    #[instrument(name = "command.clinic.declare_holiday", skip_all)]
    pub async fn declare_holiday(
        &self,
        target: Target<ClinicId>,
        date: NaiveDate,
        name: HolidayName,
        context: &Context,
    ) -> Answer {
        let command = ClinicCommand::DeclareHoliday(DeclareHoliday {
            date,
            name,
            by: context.actor,
            at: context.at,
        });
        self.change_clinic(target, command, context).await
    }

    /// Lets a clinic be open on such a day after all.
    #[instrument(name = "command.clinic.withdraw_holiday", skip_all)]
    pub async fn withdraw_holiday(
        &self,
        target: Target<ClinicId>,
        date: NaiveDate,
        context: &Context,
    ) -> Answer {
        let command = ClinicCommand::WithdrawHoliday(WithdrawHoliday {
            date,
            by: context.actor,
            at: context.at,
        });
        self.change_clinic(target, command, context).await
    }

    /// Sets how much patients get back who cancel a visit. Earlier cancellations keep their refund.
    #[instrument(name = "command.clinic.set_refund_policy", skip_all)]
    pub async fn set_refund_policy(
        &self,
        target: Target<ClinicId>,
        policy: RefundPolicy,
        context: &Context,
    ) -> Answer {
        let command = ClinicCommand::SetRefundPolicy(SetRefundPolicy {
            policy,
            by: context.actor,
            at: context.at,
        });
        self.change_clinic(target, command, context).await
    }

    /// Sets the clinic's own settings for bookings. Earlier bookings keep their holds.
    #[instrument(name = "command.clinic.set_booking_settings", skip_all)]
    pub async fn set_booking_settings(
        &self,
        target: Target<ClinicId>,
        settings: BookingSettings,
        context: &Context,
    ) -> Answer {
        let command = ClinicCommand::SetBookingSettings(SetBookingSettings {
            settings,
            by: context.actor,
            at: context.at,
        });
        self.change_clinic(target, command, context).await
    }

    /// Says whether the clinic's staff needs a second factor; `None` for the group's setting. It counts at once, also for
    /// sessions that are open.
    #[instrument(name = "command.clinic.set_staff_second_factor", skip_all)]
    pub async fn set_staff_second_factor(
        &self,
        target: Target<ClinicId>,
        required: Option<bool>,
        context: &Context,
    ) -> Answer {
        let command = ClinicCommand::SetStaffSecondFactor(SetStaffSecondFactor {
            required,
            by: context.actor,
            at: context.at,
        });
        self.change_clinic(target, command, context).await
    }

    /// Returns what the clinic has said about the second factor of its staff, with its version.
    pub async fn staff_second_factor(
        &self,
        clinic: ClinicId,
    ) -> Result<(Option<bool>, ClinicReply), CommandError<ClinicRefusal>> {
        let id = clinic.to_string();
        let loaded = self.store.load_from_log::<Clinic>(&id).await?;
        let version = loaded.version();
        let state = loaded.into_aggregate();
        state.facts().ok_or(CommandError::NotFound)?;
        Ok((state.staff_second_factor(), ClinicReply { clinic, version }))
    }

    async fn change_clinic(
        &self,
        target: Target<ClinicId>,
        command: ClinicCommand,
        context: &Context,
    ) -> Answer {
        self.run(context, async |read: ReadSet| {
            let clinic = read.load::<Clinic>(target.id).await?;
            clinic.aggregate().facts().ok_or(CommandError::NotFound)?;
            target.check_version(&clinic)?;
            let changed = clinic.decide(command.clone()).await?;
            Ok(propose(target.id, changed))
        })
        .await
    }
}

/// Proposes what was decided about a clinic.
fn propose(clinic: ClinicId, decided: Decided<Clinic>) -> Proposal<ClinicReply, ClinicRefusal> {
    let version = decided.version();
    Proposal::new(ClinicReply { clinic, version }).with(decided)
}
