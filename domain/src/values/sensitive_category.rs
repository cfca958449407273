//! Category of sensitive health information.

use serde::{Deserialize, Serialize};

/// A category of health information that is shown to others only with a consent of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SensitiveCategory {
    /// Mental health.
    MentalHealth,
    /// Infection with HIV, and its tests.
    Hiv,
    /// Reproductive health.
    Reproductive,
}

impl SensitiveCategory {
    /// All categories.
    pub const ALL: [Self; 3] = [Self::MentalHealth, Self::Hiv, Self::Reproductive];

    /// Returns the name that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MentalHealth => "MENTAL_HEALTH",
            Self::Hiv => "HIV",
            Self::Reproductive => "REPRODUCTIVE",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_is_stored_under_its_name() {
        for category in SensitiveCategory::ALL {
            assert_eq!(serde_json::to_value(category).unwrap(), category.as_str());
        }
    }
}
