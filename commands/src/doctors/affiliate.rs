//! A doctor starts to work at a clinic.

use domain::clinic::Clinic;
use domain::doctor::{AffiliateDoctor, DoctorCommand};
use domain::{ClinicId, DoctorId, Money, SlotLength};
use event_store::ReadSet;
use tracing::instrument;

use super::{Answer, propose};
use crate::{CommandError, Commands, Context, Target};

/// The terms on which a doctor works at a clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewAffiliation {
    /// The clinic.
    pub clinic: ClinicId,
    /// The fee of a visit, in the clinic's currency.
    pub fee: Money,
    /// The length of a visit.
    pub slot_length: SlotLength,
}

impl Commands {
    /// Lets a doctor work at a clinic.
    #[instrument(name = "command.doctor.affiliate", skip_all)]
    pub async fn affiliate_doctor(
        &self,
        doctor: DoctorId,
        new: NewAffiliation,
        context: &Context,
    ) -> Answer {
        self.run(context, async |read: ReadSet| {
            let clinic: Clinic = read.require(new.clinic).await?;
            let command = DoctorCommand::Affiliate(AffiliateDoctor {
                clinic: clinic.facts().ok_or(CommandError::NotFound)?,
                fee: new.fee,
                slot_length: new.slot_length,
                by: context.actor,
                at: context.at,
            });
            propose(&read, Target::latest(doctor), command).await
        })
        .await
    }
}
