//! Purposes of consents, as they are sent.

use domain::consent::ConsentPurpose;
use domain::{AccountId, SensitiveCategory};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::schemas;

/// The purpose of a consent.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PurposeBody {
    /// Doctors who treat the patient at one clinic read what was written at the others.
    SharingAcrossClinics,
    /// The assistant reads the record.
    Assistant,
    /// The record is used for research.
    Research,
    /// A proxy goes on reading the record of a patient who is no longer a child.
    #[serde(rename_all = "camelCase")]
    Proxy {
        /// The account of the proxy.
        #[schema(value_type = Uuid)]
        account_id: AccountId,
    },
    /// Proxies and doctors who treat the patient read what belongs to a sensitive category.
    Sensitive {
        /// The category.
        #[schema(value_type = schemas::SensitiveCategory)]
        category: SensitiveCategory,
    },
}

impl From<PurposeBody> for ConsentPurpose {
    fn from(body: PurposeBody) -> Self {
        match body {
            PurposeBody::SharingAcrossClinics => Self::SharingAcrossClinics,
            PurposeBody::Assistant => Self::Assistant,
            PurposeBody::Research => Self::Research,
            PurposeBody::Proxy {
                account_id: account,
            } => Self::Proxy { account },
            PurposeBody::Sensitive { category } => Self::Sensitive { category },
        }
    }
}

impl From<ConsentPurpose> for PurposeBody {
    fn from(purpose: ConsentPurpose) -> Self {
        match purpose {
            ConsentPurpose::SharingAcrossClinics => Self::SharingAcrossClinics,
            ConsentPurpose::Assistant => Self::Assistant,
            ConsentPurpose::Research => Self::Research,
            ConsentPurpose::Proxy { account } => Self::Proxy {
                account_id: account,
            },
            ConsentPurpose::Sensitive { category } => Self::Sensitive { category },
        }
    }
}
