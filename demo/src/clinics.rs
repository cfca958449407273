//! Four clinics, one of them in another country.

use commands::clinics::NewClinic;
use domain::{City, ClinicFacts, ClinicId, ClinicName, ClinicZone, Currency};

use super::{Demo, done};

/// A clinic, with the languages that are spoken there besides English.
pub(super) struct DemoClinic {
    name: &'static str,
    city: &'static str,
    zone: &'static str,
    currency: Currency,
    /// Its front desk signs in as `desk.<slug>`.
    pub(super) slug: &'static str,
    pub(super) languages: [&'static str; 3],
}

impl DemoClinic {
    /// Returns the facts that bookings know, once it was opened.
    pub(super) fn facts(&self, clinic: ClinicId) -> anyhow::Result<ClinicFacts> {
        Ok(ClinicFacts {
            clinic,
            zone: ClinicZone::parse(self.zone)?,
            currency: self.currency,
        })
    }
}

/// The clinics of the group.
pub(super) const CLINICS: [DemoClinic; 4] = [
    DemoClinic {
        name: "Lakeside Clinic",
        city: "Pune",
        zone: "Asia/Kolkata",
        currency: Currency::Inr,
        slug: "pune",
        languages: ["mr", "hi", "gu"],
    },
    DemoClinic {
        name: "Garden City Clinic",
        city: "Bengaluru",
        zone: "Asia/Kolkata",
        currency: Currency::Inr,
        slug: "bengaluru",
        languages: ["kn", "hi", "ta"],
    },
    DemoClinic {
        name: "Harbour Clinic",
        city: "Kochi",
        zone: "Asia/Kolkata",
        currency: Currency::Inr,
        slug: "kochi",
        languages: ["ml", "ta", "hi"],
    },
    DemoClinic {
        name: "Canal Street Clinic",
        city: "London",
        zone: "Europe/London",
        currency: Currency::Gbp,
        slug: "london",
        languages: ["pl", "pa", "fr"],
    },
];

/// Opens them all, in the order of the list.
pub(super) async fn open(demo: &Demo<'_>) -> anyhow::Result<Vec<ClinicFacts>> {
    let mut opened = Vec::with_capacity(CLINICS.len());
    for clinic in &CLINICS {
        let new = NewClinic {
            name: ClinicName::parse(clinic.name)?,
            city: City::parse(clinic.city)?,
            zone: ClinicZone::parse(clinic.zone)?,
            currency: clinic.currency,
        };
        let reply = done(demo.target.commands.open_clinic(new, &demo.context()).await)?;
        opened.push(clinic.facts(reply.clinic)?);
    }
    Ok(opened)
}
