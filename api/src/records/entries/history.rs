//! The history of an entry, from its events: what was recorded, corrected, ended and entered in error, in order.

use chrono::{DateTime, Utc};
use domain::Reason;
use domain::record::PartialDate;
use projections::chart::{ChangeKind, ChartEntry, Charted, EntryRevision, revisions};
use serde::Serialize;
use serde_json::{Value, to_value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::{AuthorBody, ChartEntryBody};
use super::content::EntryContentBody;
use crate::http::response::Versioned;
use crate::http::schemas;
use crate::records::chart::ReadableChart;
use crate::records::difference::Difference;

/// An entry after each of its revisions.
pub struct EntryHistory(Vec<EntryRevision>);

/// An entry of a chart with all that happened to it. To all but doctors, the revisions of one that was entered in error are
/// absent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChartEntryHistory {
    /// The entry.
    entry: ChartEntryBody,
    /// Its revisions, from the first one on.
    revisions: Vec<RevisionBody>,
    /// Its version, as in the `ETag`.
    version: i64,
}

/// A change of an entry.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RevisionBody {
    /// Its number, which is the entry's version after it.
    version: i64,
    /// The change. It is one of the version before.
    #[schema(value_type = schemas::ChangeKind)]
    change: ChangeKind,
    /// The time of the change.
    at: DateTime<Utc>,
    /// The author of the change.
    author: AuthorBody,
    /// The time that the entry is about since; absent if the change left it as it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_at: Option<DateTime<Utc>>,
    /// What the entry says since; absent if the change left it as it was, or once erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<EntryContentBody>,
    /// The date of its end, if the change is one and the date is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::PartialDate>)]
    ended_on: Option<PartialDate>,
    /// The reason of the change, if one was given; absent once erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::Reason>)]
    reason: Option<Reason>,
    /// Set if what it said is withheld from you: it belonged to a sensitive category then. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    withheld: bool,
}

impl EntryHistory {
    /// The history of an entry, from the events of its aggregate.
    pub fn from_events<A: Charted>(events: Vec<A::Event>, entry: Uuid) -> Self {
        Self(revisions::<A>(events, entry))
    }

    /// Returns the entry after its last revision; none if it had not been recorded yet.
    pub fn last(&self) -> Option<&ChartEntry> {
        self.0.last().map(|revision| &revision.entry)
    }

    /// Shows the entry after its last revision, as this reader sees it; none if it is withheld, or had not been recorded yet.
    pub fn shown(self, chart: &ReadableChart<'_>) -> Option<ChartEntryHistory> {
        let reader = chart.reader;
        let last = self.last().filter(|last| chart.shows(*last))?.clone();
        let version = last.revision.into();
        let entry = ChartEntryBody::new(last, reader);
        let shows = entry.shows(reader);
        let before = [None].into_iter().chain(self.0.iter().map(Some));
        let revisions = before.zip(&self.0).filter(|_| shows);
        Some(ChartEntryHistory {
            revisions: revisions
                .map(|(before, revision)| {
                    RevisionBody::new(before, revision, chart.shows(&revision.entry))
                })
                .collect(),
            entry,
            version,
        })
    }

    /// Returns the present entry, and the fields that changed since a version; none if there was no such version.
    pub fn difference(self, seen: i64, chart: &ReadableChart<'_>) -> Option<Difference> {
        let mut states = self.0.iter().map(|revision| &revision.entry);
        let before = states.rfind(|state| i64::from(state.revision) <= seen)?;
        let before = ChartEntryBody::new(before.clone(), chart.reader);
        let now = self.shown(chart)?;
        let mut changed = Vec::new();
        add_changes(&json(&before), &json(&now.entry), "", &mut changed);
        changed.retain(|field| field != "/version");
        Some(Difference::new(&now, changed))
    }
}

impl RevisionBody {
    /// Shows a revision; `before` is the one before it. What stayed as it was is left out. Of one that is withheld, no more
    /// is shown than that there was one.
    fn new(before: Option<&EntryRevision>, revision: &EntryRevision, shown: bool) -> Self {
        let EntryRevision { entry, change } = revision;
        let before = before.map(|before| &before.entry);
        let differs = |same: fn(&ChartEntry, &ChartEntry) -> bool| {
            before.is_none_or(|before| !same(before, entry))
        };
        let phi = entry.phi.clear().filter(|_| shown);
        let content = phi.filter(|_| differs(|one, other| one.content() == other.content()));
        let ended_on = phi.filter(|_| change.kind == ChangeKind::Ended);
        Self {
            version: entry.revision.into(),
            change: change.kind,
            at: change.at,
            author: change.author.into(),
            occurred_at: Some(entry.occurred_at)
                .filter(|_| differs(|one, other| one.occurred_at == other.occurred_at)),
            content: content.map(|phi| phi.content.clone().into()),
            ended_on: ended_on.and_then(|phi| phi.ended_on.clone()),
            reason: change.reason.clone().filter(|_| shown),
            withheld: !shown,
        }
    }
}

/// Adds the JSON Pointers of the values that differ.
fn add_changes(before: &Value, now: &Value, at: &str, changed: &mut Vec<String>) {
    match (before, now) {
        (Value::Object(before), Value::Object(now)) => {
            let added = now.keys().filter(|field| !before.contains_key(*field));
            for field in before.keys().chain(added) {
                let [before, now] = [before, now].map(|of| of.get(field).unwrap_or(&Value::Null));
                add_changes(before, now, &format!("{at}/{field}"), changed);
            }
        }
        (before, now) if before != now => changed.push(at.to_owned()),
        (_, _) => {}
    }
}

fn json(entry: &ChartEntryBody) -> Value {
    to_value(entry).unwrap_or_default()
}

impl Versioned for ChartEntryHistory {
    fn version(&self) -> i64 {
        self.version
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn changes_are_found_at_any_depth() {
        let before = json!({"a": 1, "b": {"c": [1], "d": 2}, "e": 3});
        let now = json!({"a": 1, "b": {"c": [1, 2], "d": 2, "f": {}}, "g": 4});
        let mut changed = Vec::new();
        add_changes(&before, &now, "", &mut changed);
        assert_eq!(changed, ["/b/c", "/b/f", "/e", "/g"]);
    }
}
