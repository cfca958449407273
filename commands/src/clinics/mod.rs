//! Commands on clinics.

use chrono::NaiveDate;
use domain::clinic::{
    Clinic, ClinicCommand, ClinicRefusal, DeclareHoliday, OpenClinic, RenameClinic,
    SetRefundPolicy, WithdrawHoliday,
};
use domain::payment::RefundPolicy;
use domain::{City, ClinicId, ClinicName, ClinicZone, Currency, HolidayName};
use event_store::Loaded;
use serde::{Deserialize, Serialize};
use tracing::instrument;

use crate::execute::{Request, Tried, decide, key, unexpected};
use crate::{CommandError, Commands, Context, Done};

type Answer = Result<Done<ClinicReply>, CommandError<ClinicRefusal>>;

/// What a command on a clinic is answered.
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
    /// What it is called.
    pub name: ClinicName,
    /// Where it is.
    pub city: City,
    /// The time zone that its hours are in.
    pub zone: ClinicZone,
    /// What its fees are in.
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
        let (by, at) = (context.actor, context.at);
        let command = OpenClinic {
            clinic,
            name,
            zone,
            city,
            currency,
            by,
            at,
        };
        let new_stream = Loaded::<Clinic>::new_stream(&key(clinic.as_uuid()));
        let decided = decide(new_stream, ClinicCommand::Open(command))
            .await?
            .map_err(CommandError::Refused)?;
        let reply = ClinicReply {
            clinic,
            version: decided.stream.next_version(),
        };
        match self.append(decided.stream.into(), context, reply).await? {
            Tried::Done(done) => Ok(done),
            Tried::Again => Err(CommandError::Contended),
            Tried::Taken(constraint) => Err(unexpected(&constraint)),
        }
    }

    /// Changes a clinic's name and city.
    #[instrument(name = "command.clinic.rename", skip_all)]
    pub async fn rename_clinic(
        &self,
        clinic: ClinicId,
        (name, city): (ClinicName, City),
        expected: Option<i64>,
        context: &Context,
    ) -> Answer {
        let command = RenameClinic {
            name,
            city,
            by: context.actor,
            at: context.at,
        };
        self.change_clinic(clinic, ClinicCommand::Rename(command), expected, context)
            .await
    }

    /// Closes a clinic on a day. What is booked stays.
    #[instrument(name = "command.clinic.declare_holiday", skip_all)]
    pub async fn declare_holiday(
        &self,
        clinic: ClinicId,
        (date, name): (NaiveDate, HolidayName),
        expected: Option<i64>,
        context: &Context,
    ) -> Answer {
        let command = ClinicCommand::DeclareHoliday(DeclareHoliday {
            date,
            name,
            by: context.actor,
            at: context.at,
        });
        self.change_clinic(clinic, command, expected, context).await
    }

    /// Lets a clinic be open on such a day after all.
    #[instrument(name = "command.clinic.withdraw_holiday", skip_all)]
    pub async fn withdraw_holiday(
        &self,
        clinic: ClinicId,
        date: NaiveDate,
        expected: Option<i64>,
        context: &Context,
    ) -> Answer {
        let command = ClinicCommand::WithdrawHoliday(WithdrawHoliday {
            date,
            by: context.actor,
            at: context.at,
        });
        self.change_clinic(clinic, command, expected, context).await
    }

    /// Says how much patients get back who call a visit off. What was called off before stays as it was
    /// decided.
    #[instrument(name = "command.clinic.set_refund_policy", skip_all)]
    pub async fn set_refund_policy(
        &self,
        clinic: ClinicId,
        policy: RefundPolicy,
        expected: Option<i64>,
        context: &Context,
    ) -> Answer {
        let command = ClinicCommand::SetRefundPolicy(SetRefundPolicy {
            policy,
            by: context.actor,
            at: context.at,
        });
        self.change_clinic(clinic, command, expected, context).await
    }

    async fn change_clinic(
        &self,
        clinic: ClinicId,
        command: ClinicCommand,
        expected: Option<i64>,
        context: &Context,
    ) -> Answer {
        let request = Request {
            id: key(clinic.as_uuid()),
            command,
            expected,
            context,
        };
        let exists = |state: &Clinic| state.facts().map(|_| ()).ok_or(CommandError::NotFound);
        self.execute(request, exists, |_, version| ClinicReply {
            clinic,
            version,
        })
        .await
    }
}
