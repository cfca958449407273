//! Rules that the staff may override.

use serde::{Deserialize, Serialize};

/// A rule about times that the staff may override with a reason. Other claims on the time can't be
/// overridden, nor the rules that a doctor is verified, not suspended and works at the clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OverriddenRule {
    /// The clinic is closed on that day.
    ClinicClosed,
    /// The visit does not lie within the doctor's hours.
    OutsideHours,
    /// The visit begins between two slots.
    OffGrid,
    /// The visit lies further ahead than the policy allows.
    BeyondHorizon,
    /// The visit has begun already, and is not over: a walk-in.
    Begun,
}
