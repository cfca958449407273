//! A doctor starts to work at a clinic.

use domain::clinic::Clinic;
use domain::doctor::{AffiliateDoctor, DoctorCommand};
use domain::{ClinicId, DoctorId, Money, SlotLength};
use tracing::instrument;

use super::{Answer, DoctorReply, registered};
use crate::execute::{Request, key};
use crate::{CommandError, Commands, Context};

/// On which terms a doctor works at a clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewAffiliation {
    /// The clinic.
    pub clinic: ClinicId,
    /// What a visit costs, in the clinic's currency.
    pub fee: Money,
    /// How long a visit takes.
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
        let clinic = self
            .store
            .load_from_log::<Clinic>(&key(new.clinic.as_uuid()))
            .await?;
        let facts = clinic.aggregate().facts().ok_or(CommandError::NotFound)?;
        let command = DoctorCommand::Affiliate(AffiliateDoctor {
            clinic: facts,
            fee: new.fee,
            slot_length: new.slot_length,
            by: context.actor,
            at: context.at,
        });
        let request = Request {
            id: key(doctor.as_uuid()),
            command,
            expected: None,
            context,
        };
        self.execute(request, registered, |_, version| DoctorReply {
            doctor,
            version,
        })
        .await
    }
}
