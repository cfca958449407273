//! The permission table in Markdown, as in `docs/permissions.md`.

use std::fmt;

use domain::Role;

use super::{Relation, TABLE};

/// Prints the permission table in Markdown.
#[derive(Debug, Clone, Copy, Default)]
pub struct PermissionsPage;

const INTRODUCTION: &str = "\
# Permissions

Printed by `caresync permissions` from `commands/src/authorization/table.rs`. A test compares this page with the
table. Don't edit it by hand.

A cell names the relations to the resource of which the role needs one:

- *any*: none is needed.
- *own*: the caller is the patient or the doctor of it, or it belongs to the caller's account.
- *proxy*: the caller acts for its patient. Only an account with the role PATIENT can be a proxy.
- *clinic*: the caller works at its clinic. An account belongs to all of its clinics, and so does a leave to all
  clinics of the doctor: the caller must work at each to change it, and at one to see the times of a leave.
- *group*: the caller works for the whole group, which is also at each clinic.
- *care*: its patient has or had a visit at one of the caller's clinics, or with the doctor who calls.
- *treatment*: the doctor who calls treats its patient at present: by a visit that is confirmed, under way or completed,
  in a window of time around it.
- *break-glass*: the caller has opened the chart of its patient in an emergency, and the time for it is not over.

For a chart, *proxy* ends at an age from which on the patient decides: then it needs the patient's consent. What of a chart
is shown also depends on consents: see [decision 53](decisions/0053-clinical-access.md). An entry of a sensitive category
(mental health, HIV, reproductive health) is shown to the patient, its author, by *break-glass*, to a *proxy* of a small
child, and to others with the patient's consent for that category; its existence is counted:
see [decision 57](decisions/0057-sensitive-categories.md). Who is not shown an entry can't change it.

A caller none of whose roles may take the action is answered 403. A caller with such a role but without the relation
is answered 404, as if there were no such resource, or 403 if it may read the resource. A list has the rows that the
caller may read one by one.

Clinics, doctors, free slots and the description of the API can be read without an account. The steps of an
appointment also depend on its status and on time: see [transitions](transitions.md).

Staff who have no second factor, although one of their clinics requires it, may take these actions only, and are
answered 403 `second-factor-required` to all others:
";

impl fmt::Display for PermissionsPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{INTRODUCTION}")?;
        for rule in TABLE {
            if rule.action.leads_to_second_factor() {
                writeln!(f, "- {}: {}", rule.resource, rule.verb)?;
            }
        }
        writeln!(f)?;
        let roles = Role::ALL.map(Role::as_str).join(" | ");
        writeln!(f, "| resource | action | {roles} |")?;
        writeln!(f, "|---|---{}|", "|---".repeat(Role::ALL.len()))?;
        for rule in TABLE {
            let cells = Role::ALL.map(|role| cell(rule.relations(role)));
            let cells = cells.join(" | ");
            writeln!(f, "| {} | {} | {cells} |", rule.resource, rule.verb)?;
        }
        Ok(())
    }
}

fn cell(relations: Option<&[Relation]>) -> String {
    let Some(relations) = relations else {
        return "–".to_owned();
    };
    let names: Vec<_> = relations.iter().map(|relation| relation.name()).collect();
    names.join(", ")
}
