//! The rules, written a second time: which entries of a chart a caller is shown.

use std::collections::BTreeSet;

use domain::Role;
use serde_json::{Value, json};
use tests::app::Principal;

use super::{Case, Chart, World, sensitive};

impl World {
    /// The entries that the caller sees, or the status of the refusal.
    pub(super) fn expected(
        &self,
        case: &Case,
        caller: &Principal,
    ) -> Result<BTreeSet<String>, u16> {
        let (chart, at) = (&self.charts[case.chart], case.now());
        let is = |role| caller.roles.contains(&role);
        let staff = is(Role::Doctor) || is(Role::Auditor);
        if !staff && !is(Role::Patient) {
            return Err(403);
        }
        let own = caller.patient == Some(chart.patient);
        let mut open = self.emergencies.iter();
        let open = open.any(|one| {
            one.account == caller.account && one.patient == chart.patient && at < one.until
        });
        let emergency = staff && open;
        let parent = is(Role::Patient)
            && chart.proxied
            && caller.account == self.parent.account
            && (chart.is_younger(18, case.day)
                || Self::consented(chart, &self.to_the_parent(), case));
        let treating: BTreeSet<usize> = (0..2)
            .filter(|number| {
                caller.doctor.is_some() && caller.doctor == self.doctors[*number].doctor
            })
            .filter(|number| {
                let visit = chart.visits[*number];
                // Visits are in the morning, and callers come at midnight.
                visit.is_some_and(|day| day - 7 < case.day && case.day <= day + 90)
            })
            .collect();
        if !own && !emergency && !parent && treating.is_empty() {
            return Err(404);
        }
        let all_categories = own || emergency || parent && chart.is_younger(12, case.day);
        let everywhere = own
            || emergency
            || parent
            || Self::consented(chart, &json!({"kind": "SHARING_ACROSS_CLINICS"}), case);
        let shown = chart.entries.iter().filter(|entry| {
            let by_caller = entry.account == caller.account
                || !treating.is_empty()
                    && entry
                        .doctor
                        .is_some_and(|doctor| treating.contains(&doctor));
            let place = everywhere || entry.clinic.is_none_or(|clinic| treating.contains(&clinic));
            let category = all_categories
                || entry
                    .category
                    .is_none_or(|category| Self::consented(chart, &sensitive(category), case));
            by_caller || place && category
        });
        Ok(shown.map(|entry| entry.id.clone()).collect())
    }

    fn consented(chart: &Chart, purpose: &Value, case: &Case) -> bool {
        let at = case.now();
        let mut consents = chart.consents.iter();
        consents.any(|consent| {
            consent.purpose == *purpose
                && !consent.withdrawn
                && consent.until.is_none_or(|until| at < until)
                && (!consent.by_proxy || chart.parents_decide(purpose, case.day))
        })
    }
}

impl Chart {
    pub(super) fn is_younger(&self, than: i64, day: i64) -> bool {
        let age = if day >= self.birthday {
            self.age + 1
        } else {
            self.age
        };
        age < than
    }

    /// Until eighteen, and about what is sensitive until twelve.
    pub(super) fn parents_decide(&self, purpose: &Value, day: i64) -> bool {
        let until = if purpose["kind"] == "SENSITIVE" {
            12
        } else {
            18
        };
        self.is_younger(until, day)
    }
}
