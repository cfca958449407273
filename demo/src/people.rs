//! Staff.

use commands::Caller;
use commands::accounts::NewStaffAccount;
use domain::{ClinicFacts, ClinicScope, Role};

use super::clinics::CLINICS;
use super::sign_ins::{self, email};
use super::{Demo, caller, done};

/// Accounts that are made at a time. More would only wait: a password is hashed on one core.
pub(super) const AT_A_TIME: usize = 2;

/// One front desk per clinic, in the order of the list.
pub(super) async fn receptionists(
    demo: &Demo<'_>,
    clinics: &[ClinicFacts],
) -> anyhow::Result<Vec<Caller>> {
    let mut desks = Vec::with_capacity(clinics.len());
    for (listed, opened) in CLINICS.iter().zip(clinics) {
        let login = format!("desk.{}", listed.slug);
        let clinics = ClinicScope::Only([opened.clinic].into());
        desks.push(register(demo, &login, Role::Receptionist, clinics).await?);
    }
    Ok(desks)
}

/// Registers an auditor, who looks at everything and changes nothing.
pub(super) async fn auditor(demo: &Demo<'_>) -> anyhow::Result<()> {
    let registered = register(demo, sign_ins::AUDITOR, Role::Auditor, ClinicScope::All).await;
    registered.map(|_| ())
}

async fn register(
    demo: &Demo<'_>,
    login: &str,
    role: Role,
    clinics: ClinicScope,
) -> anyhow::Result<Caller> {
    let new = staff(login, role, clinics.clone())?;
    let registered = demo
        .target
        .identity
        .register_staff(new, &demo.context())
        .await;
    Ok(caller(done(registered)?.account, role, clinics))
}

/// A staff account to register.
pub(super) fn staff(
    login: &str,
    role: Role,
    clinics: ClinicScope,
) -> anyhow::Result<NewStaffAccount> {
    Ok(NewStaffAccount {
        email: email(login)?,
        password: Some(sign_ins::password()?),
        roles: [role].into(),
        clinics,
    })
}
