//! Amounts as payers read them.

/// Returns an amount with its sign and all digits of its minor unit: `₹800.00`, `¥800`. Currencies without a
/// sign of their own have their code.
pub(super) fn display(amount: i64, currency: &str) -> String {
    let sign = match currency {
        "INR" => "₹",
        "EUR" => "€",
        "GBP" => "£",
        "JPY" => "¥",
        "USD" => "US$",
        "AUD" => "A$",
        "CAD" => "C$",
        "SGD" => "S$",
        code => return format!("{code} {}", digits(amount, minor_digits(code))),
    };
    format!("{sign}{}", digits(amount, minor_digits(currency)))
}

/// Digits of the minor unit, ISO 4217.
fn minor_digits(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

fn digits(amount: i64, minor: u32) -> String {
    if minor == 0 {
        return amount.to_string();
    }
    let unit = 10_i64.pow(minor);
    let width = minor as usize;
    format!("{}.{:0width$}", amount / unit, amount % unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_its_sign_and_all_digits_of_its_minor_unit() {
        for (amount, currency, expected) in [
            (80_000, "INR", "₹800.00"),
            (81_888, "INR", "₹818.88"),
            (5, "EUR", "€0.05"),
            (800, "JPY", "¥800"),
            (12_345, "KWD", "KWD 12.345"),
            (100, "MYR", "MYR 1.00"),
            (i64::MAX, "INR", "₹92233720368547758.07"),
        ] {
            assert_eq!(display(amount, currency), expected);
        }
    }
}
