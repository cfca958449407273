//! List of clinics.

use domain::Currency;
use domain::clinic::BookingSettings;
use domain::payment::RefundPolicy;
use projections::clinic_directory::{ClinicCursor, ClinicDirectory, ListedClinic, get, list};

use super::dates::{holidays_of_pune, refund_policy_of_pune};
use super::fixture::{History, clinic};
use super::scenario::{BERLIN, PUNE, booking_settings_of_pune, recorded};

async fn listed() -> History {
    let history = recorded().await;
    history
        .project(&history.projector::<ClinicDirectory>())
        .await;
    history
}

fn renamed_pune() -> ListedClinic {
    ListedClinic {
        clinic: clinic(PUNE),
        name: "Asha Clinic".parse().unwrap(),
        city: "Pune City".parse().unwrap(),
        zone: "Asia/Kolkata".parse().unwrap(),
        currency: Currency::Inr,
        holidays: holidays_of_pune(),
        booking_settings: booking_settings_of_pune(),
        refund_policy: refund_policy_of_pune(),
        version: 8,
    }
}

#[tokio::test]
async fn a_renamed_clinic_is_found_under_its_new_name() {
    let history = listed().await;
    let found = get(&history.pool, clinic(PUNE)).await.unwrap();
    assert_eq!(found, Some(renamed_pune()));
}

#[tokio::test]
async fn a_clinic_that_nobody_opened_is_not_found() {
    let history = listed().await;
    assert_eq!(get(&history.pool, clinic(9)).await.unwrap(), None);
}

#[tokio::test]
async fn clinics_are_listed_by_name_page_by_page() {
    let history = listed().await;
    let first = list(&history.pool, None, 1).await.unwrap();
    assert_eq!(first, [renamed_pune()]);
    let after = Some(ClinicCursor {
        name: first[0].name.as_str().to_owned(),
        clinic: first[0].clinic,
    });
    let second = list(&history.pool, after, 10).await.unwrap();
    let clinics: Vec<_> = second.iter().map(|row| row.clinic).collect();
    assert_eq!(clinics, [clinic(BERLIN)]);
    assert_eq!(second[0].refund_policy, RefundPolicy::usual());
    assert_eq!(second[0].booking_settings, BookingSettings::default());
}
