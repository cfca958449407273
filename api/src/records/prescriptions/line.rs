//! Lines of a prescription, as requests bring them. Answers show them in the same form.

use domain::prescription::{
    CourseDays, Dose, DoseAmount, DoseUnit, Frequency, Ingredients, Period, PrescriptionLine,
    PrescriptionLines, Route, Times,
};
use domain::record::{DoseInstructions, DrugName, Strength};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use crate::http::schemas;

/// One drug of a prescription, and how it is taken.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LineBody {
    /// The drug, by its brand or generic name.
    #[schema(value_type = schemas::DrugName)]
    drug: DrugName,
    /// Its ingredients, and classes of drugs that it belongs to, as far as the name does not say them. Warnings compare
    /// these names.
    #[serde(default)]
    #[schema(value_type = Vec<schemas::SubstanceName>, max_items = 20, required = false)]
    ingredients: Ingredients,
    /// The strength.
    #[schema(value_type = Option<schemas::Strength>)]
    strength: Option<Strength>,
    /// The amount that is taken at once.
    dose: DoseBody,
    /// The way in which it is taken.
    #[schema(value_type = schemas::Route)]
    route: Route,
    /// How often it is taken.
    frequency: FrequencyBody,
    /// The length of the course in days; until further notice if not given.
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 366, example = 7)]
    course_days: Option<CourseDays>,
    /// Instructions to the patient.
    #[schema(value_type = Option<schemas::DoseInstructions>)]
    instructions: Option<DoseInstructions>,
}

/// The amount that is taken at once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DoseBody {
    /// How much: above 0, at most 100000, with up to three decimals.
    #[schema(value_type = schemas::DoseAmount)]
    amount: DoseAmount,
    /// Of which unit.
    #[schema(value_type = schemas::DoseUnit)]
    unit: DoseUnit,
}

/// How often a drug is taken.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FrequencyBody {
    /// Number of times in the period.
    #[schema(value_type = u8, minimum = 1, maximum = 24, example = 2)]
    times: Times,
    /// The period.
    #[schema(value_type = schemas::Period)]
    per: Period,
    /// True if it is taken only when it is needed, at most so often.
    #[serde(default)]
    #[schema(default = false)]
    as_needed: bool,
}

/// Reads the lines of a prescription.
pub fn lines<'de, D: Deserializer<'de>>(request: D) -> Result<PrescriptionLines, D::Error> {
    let bodies = Vec::<LineBody>::deserialize(request)?;
    let lines: Vec<_> = bodies.into_iter().map(PrescriptionLine::from).collect();
    PrescriptionLines::try_from(lines).map_err(D::Error::custom)
}

impl From<LineBody> for PrescriptionLine {
    fn from(body: LineBody) -> Self {
        let DoseBody { amount, unit } = body.dose;
        let FrequencyBody {
            times,
            per,
            as_needed,
        } = body.frequency;
        Self {
            drug: body.drug,
            ingredients: body.ingredients,
            strength: body.strength,
            dose: Dose { amount, unit },
            route: body.route,
            frequency: Frequency {
                times,
                per,
                as_needed,
            },
            course_days: body.course_days,
            instructions: body.instructions,
        }
    }
}
