//! Vital signs, as requests bring them and answers show them.

use std::collections::BTreeMap;

use domain::vitals::{
    DerivedSign, InvalidMeasurement, MeasuredValue, Measurements, Quantity, Unit, VitalSign,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::problem::{Flaw, Problem};
use crate::http::schemas;

/// A measured value.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuantityRequest {
    /// The value, as it was measured. It is a text, so that its decimals stay.
    #[schema(value_type = schemas::MeasuredValue)]
    value: MeasuredValue,
    /// The UCUM code of its unit; the canonical one if it is not given.
    #[schema(value_type = Option<schemas::Unit>)]
    unit: Option<Unit>,
}

/// A vital sign, as it was entered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeasurementBody {
    /// The LOINC code of the vital sign, in its canonical unit.
    #[schema(value_type = schemas::VitalSignCode)]
    code: &'static str,
    /// The value as it was entered.
    #[schema(value_type = schemas::MeasuredValue)]
    value: String,
    /// The UCUM code of the unit as it was entered.
    #[schema(value_type = schemas::Unit)]
    unit: &'static str,
    /// The value in the canonical unit, rounded to hundredths; absent if it was entered in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    canonical: Option<CanonicalBody>,
}

/// A value in the canonical unit of its vital sign.
#[derive(Serialize, ToSchema)]
pub struct CanonicalBody {
    /// The value.
    #[schema(value_type = schemas::MeasuredValue)]
    value: String,
    /// The UCUM code of the unit.
    #[schema(value_type = schemas::Unit)]
    unit: &'static str,
}

macro_rules! vital_signs {
    ($($(#[doc = $doc:literal])+ $field:ident = $sign:ident;)+) => {
        /// Vital signs that were measured at one time; one of them at least. Blood pressure has both values.
        #[derive(Deserialize, ToSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct MeasurementsRequest {
            $($(#[doc = $doc])+ $field: Option<QuantityRequest>,)+
        }

        /// Vital signs that were measured at one time.
        #[derive(Serialize, ToSchema)]
        #[serde(rename_all = "camelCase")]
        pub struct VitalsBody {
            $(
                $(#[doc = $doc])+
                #[serde(skip_serializing_if = "Option::is_none")]
                $field: Option<MeasurementBody>,
            )+
            /// Body mass index, derived if weight and height were measured.
            #[serde(skip_serializing_if = "Option::is_none")]
            body_mass_index: Option<MeasurementBody>,
        }

        impl MeasurementsRequest {
            fn entered(self) -> BTreeMap<VitalSign, Quantity> {
                let entered = [$((VitalSign::$sign, self.$field)),+];
                let given = entered.into_iter().filter_map(|(sign, given)| {
                    let QuantityRequest { value, unit } = given?;
                    Some((sign, Quantity::new(value, unit.unwrap_or(sign.unit()))))
                });
                given.collect()
            }
        }

        impl From<&Measurements> for VitalsBody {
            fn from(measurements: &Measurements) -> Self {
                let mut shown: BTreeMap<_, _> = measurements.entered().map(shown).collect();
                Self {
                    $($field: shown.remove(&VitalSign::$sign),)+
                    body_mass_index: body_mass_index(measurements),
                }
            }
        }
    };
}

vital_signs! {
    /// Systolic blood pressure, 40 to 300 mm[Hg].
    systolic_pressure = SystolicPressure;
    /// Diastolic blood pressure, 20 to 200 mm[Hg].
    diastolic_pressure = DiastolicPressure;
    /// Heart rate, 20 to 300 /min.
    pulse = Pulse;
    /// Respiratory rate, 3 to 100 /min.
    respiration = Respiration;
    /// Body temperature, 25 to 45 Cel.
    temperature = Temperature;
    /// Oxygen saturation of arterial blood, 30 to 100 %.
    oxygen_saturation = OxygenSaturation;
    /// Glucose in blood, 10 to 1500 mg/dL.
    glucose = Glucose;
    /// Body weight, 0.3 to 650 kg.
    weight = Weight;
    /// Body height, 20 to 275 cm.
    height = Height;
}

impl MeasurementsRequest {
    /// Checks what was entered.
    ///
    /// # Errors
    /// 422 with all that is wrong, and with the range in which a value is plausible.
    pub fn measurements(self) -> Result<Measurements, Problem> {
        Measurements::parse(self.entered()).map_err(|invalid| {
            let flaws = invalid.iter().map(flaw);
            Problem::invalid(flaws.collect())
        })
    }
}

fn flaw(invalid: &InvalidMeasurement) -> Flaw {
    let pointer = match invalid.sign() {
        None => "/measurements".to_owned(),
        Some(sign) => format!("/measurements/{sign}"),
    };
    Flaw::at(&pointer, invalid.to_string())
}

fn shown((sign, quantity): (VitalSign, &Quantity)) -> (VitalSign, MeasurementBody) {
    let canonical = CanonicalBody {
        value: quantity.canonical().to_string(),
        unit: sign.unit().code(),
    };
    let body = MeasurementBody {
        code: sign.loinc(),
        value: quantity.value().to_string(),
        unit: quantity.unit().code(),
        canonical: (quantity.unit() != sign.unit()).then_some(canonical),
    };
    (sign, body)
}

fn body_mass_index(measurements: &Measurements) -> Option<MeasurementBody> {
    let index = measurements.body_mass_index()?;
    Some(MeasurementBody {
        code: DerivedSign::BODY_MASS_INDEX,
        value: index.to_string(),
        unit: DerivedSign::BODY_MASS_INDEX_UNIT,
        canonical: None,
    })
}
