//! Lists come in pages: `{items, nextCursor}`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::position::Parked;
use super::problem::{Flaw, Problem};

/// Items per page if the client does not say.
const DEFAULT_LIMIT: u16 = 50;
/// Items per page at most.
const MAX_LIMIT: u16 = 200;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Send as `cursor` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Set if some events could not be applied: something may be missing or as it was before. Absent if
    /// not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    pub parked: bool,
}

/// The two parameters of every list.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct PageParameters {
    /// The `nextCursor` of the page before.
    pub cursor: Option<String>,
    /// Items per page, 1 to 200; 50 if not given.
    pub limit: Option<u16>,
}

impl PageParameters {
    /// Returns the number of items per page.
    pub fn limit(&self) -> Result<i64, Problem> {
        self.limit_within(MAX_LIMIT)
    }

    /// Returns the number of items per page, of a list with another maximum.
    pub fn limit_within(&self, max: u16) -> Result<i64, Problem> {
        match self.limit.unwrap_or(DEFAULT_LIMIT) {
            limit if (1..=max).contains(&limit) => Ok(i64::from(limit)),
            _ => Err(flaw("limit", format!("not between 1 and {max}"))),
        }
    }

    /// The sort key after which the page starts.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        URL_SAFE_NO_PAD
            .decode(cursor)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .map(Some)
            .ok_or_else(|| flaw("cursor", "not a cursor of this list".to_owned()))
    }
}

impl<T> Page<T> {
    /// Cuts `items`, read with one more than `limit`, to a page; `key` is an item's sort key.
    pub fn cut<K: Serialize>(mut items: Vec<T>, limit: i64, key: impl Fn(&T) -> K) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = items.last().filter(|_| more).and_then(|last| {
            serde_json::to_vec(&key(last))
                .ok()
                .map(|key| URL_SAFE_NO_PAD.encode(key))
        });
        Self {
            items,
            next_cursor,
            parked: false,
        }
    }

    /// The same page of converted items.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(convert).collect(),
            next_cursor: self.next_cursor,
            parked: self.parked,
        }
    }

    /// The same, saying so if something had to be left aside.
    pub fn lacking(self, parked: &Parked) -> Self {
        let parked = parked.any();
        Self { parked, ..self }
    }
}

fn flaw(pointer: &str, detail: String) -> Problem {
    Problem::malformed(vec![Flaw {
        pointer: pointer.to_owned(),
        detail,
    }])
}
