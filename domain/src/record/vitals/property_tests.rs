//! Properties of conversions and ranges.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;

use super::*;

fn unit() -> impl Strategy<Value = Unit> {
    select(Unit::ALL)
}

/// A value that can be entered, of up to three decimals.
fn value() -> impl Strategy<Value = Decimal> {
    (0_i64..=99_999_999, 0_u32..=3)
        .prop_map(|(digits, scale)| Decimal::new(digits / 10_i64.pow(3 - scale), scale))
}

fn quantity(value: Decimal, unit: Unit) -> Quantity {
    Quantity::new(MeasuredValue::parse(&value.to_string()).unwrap(), unit)
}

fn error(one: Decimal, other: Decimal) -> Decimal {
    (one - other).abs()
}

/// A vital sign, and a unit in which it may be entered.
fn sign_and_unit() -> impl Strategy<Value = (VitalSign, Unit)> {
    let pairs = VitalSign::ALL.iter().copied().flat_map(|sign| {
        let units = Unit::ALL.iter().copied();
        let of_sign = units.filter(move |unit| unit.canonical() == sign.unit());
        of_sign.map(move |unit| (sign, unit))
    });
    select(pairs.collect::<Vec<_>>())
}

proptest! {
    /// What is stored is read as it was entered, to the last zero.
    #[test]
    fn a_value_is_stored_as_it_was_entered(value in value(), unit in unit()) {
        let entered = quantity(value, unit);
        let stored = serde_json::to_string(&entered).unwrap();
        let expected = format!("{{\"value\":\"{value}\",\"unit\":\"{unit}\"}}");
        prop_assert_eq!(&stored, &expected);
        let read: Quantity = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(read.value().to_string(), value.to_string());
    }

    #[test]
    fn a_conversion_is_undone_by_its_inverse(value in value(), unit in unit()) {
        let there_and_back = unit.value_of(unit.to_canonical(value));
        prop_assert!(error(there_and_back, value) < Decimal::new(1, 15), "{there_and_back}");
    }

    /// A value in the canonical unit is not touched, and any other differs by the rounding at most.
    #[test]
    fn a_derived_value_is_the_exact_one_rounded_to_hundredths(value in value(), unit in unit()) {
        let entered = quantity(value, unit);
        let derived = entered.canonical();
        if unit == unit.canonical() {
            prop_assert_eq!(derived.to_string(), value.to_string());
        } else {
            prop_assert!(derived.scale() <= 2);
            prop_assert!(error(derived, unit.to_canonical(value)) <= Decimal::new(5, 3));
        }
    }

    #[test]
    fn a_conversion_keeps_the_order(one in value(), other in value(), unit in unit()) {
        let (low, high) = (one.min(other), one.max(other));
        prop_assert!(unit.to_canonical(low) <= unit.to_canonical(high));
    }

    /// Whatever the unit, the canonical value decides, but for the rounding of the bounds.
    #[test]
    fn a_value_is_accepted_if_it_lies_in_the_range(
        (sign, unit) in sign_and_unit(),
        value in value(),
    ) {
        let value = value.round_dp(unit.decimals());
        let entered = quantity(value, unit);
        let refused = Measurements::parse(BTreeMap::from([(sign, entered)])).err();
        let implausible = refused.unwrap_or_default().iter().any(|refused| {
            matches!(refused, InvalidMeasurement::Implausible { .. })
        });
        let range = sign.plausible(unit);
        prop_assert_eq!(implausible, value < range.min || value > range.max);
        let canonical = sign.plausible(sign.unit());
        let step = unit.to_canonical(Decimal::new(1, unit.decimals())) - unit.to_canonical(Decimal::ZERO);
        let exact = unit.to_canonical(value);
        if !implausible {
            prop_assert!(canonical.min - step <= exact && exact <= canonical.max + step);
        }
    }

    /// The body mass index does not depend on the units that were entered.
    #[test]
    fn the_body_mass_index_is_that_of_the_canonical_values(
        grams in 1_000_i64..=300_000,
        millimetres in 400_i64..=2_500,
    ) {
        let height = quantity(Decimal::new(millimetres, 1), Unit::Centimetre);
        let index = |weight| {
            let entered = [(VitalSign::Weight, weight), (VitalSign::Height, height)];
            let measured = Measurements::parse(entered.into()).unwrap();
            measured.body_mass_index().unwrap()
        };
        let in_kilograms = index(quantity(Decimal::new(grams, 3), Unit::Kilogram));
        let in_grams = index(quantity(Decimal::from(grams), Unit::Gram));
        prop_assert_eq!(in_kilograms, in_grams);
        let metres = Decimal::new(millimetres, 3);
        let exact = Decimal::new(grams, 3) / (metres * metres);
        prop_assert!(error(in_grams, exact) <= Decimal::new(5, 2));
    }
}
