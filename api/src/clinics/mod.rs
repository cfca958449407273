//! Clinics: open, rename, close for a day, look.

mod declare_holiday;
mod get;
mod get_second_factor;
mod list;
mod open;
mod refusal;
mod rename;
mod set_booking_settings;
mod set_refund_policy;
mod set_second_factor;
mod withdraw_holiday;

use actix_web::web::{self, ServiceConfig};
use chrono::NaiveDate;
use commands::clinics::ClinicReply;
use domain::payment::{RefundPolicy, RefundStep};
use domain::{City, ClinicId, ClinicName, ClinicZone, Currency, HolidayName};
use projections::clinic_directory::ListedClinic;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::response::Versioned;
use crate::http::schemas;

pub(crate) use {
    declare_holiday::*, get::*, get_second_factor::*, list::*, open::*, rename::*,
    set_booking_settings::*, set_refund_policy::*, set_second_factor::*, withdraw_holiday::*,
};

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/clinics", web::post().to(open_clinic))
        .route("/clinics", web::get().to(list_clinics))
        .route("/clinics/{id}", web::get().to(get_clinic))
        .route("/clinics/{id}", web::put().to(rename_clinic))
        .route(
            "/clinics/{id}/holidays/{date}",
            web::put().to(declare_holiday),
        )
        .route(
            "/clinics/{id}/holidays/{date}",
            web::delete().to(withdraw_holiday),
        )
        .route(
            "/clinics/{id}/refund-policy",
            web::put().to(set_refund_policy),
        )
        .route(
            "/clinics/{id}/booking-settings",
            web::put().to(set_booking_settings),
        )
        .route(
            "/clinics/{id}/second-factor",
            web::put().to(set_staff_second_factor),
        )
        .route(
            "/clinics/{id}/second-factor",
            web::get().to(get_staff_second_factor),
        );
}

/// A clinic after a command.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClinicState {
    /// The clinic.
    #[schema(value_type = Uuid)]
    pub id: ClinicId,
    /// Its version, as in the `ETag`.
    pub version: i64,
}

/// A clinic, as everyone sees it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClinicBody {
    /// The clinic.
    #[schema(value_type = Uuid)]
    pub id: ClinicId,
    /// The name.
    #[schema(value_type = schemas::ClinicName)]
    pub name: ClinicName,
    /// The city.
    #[schema(value_type = schemas::City)]
    pub city: City,
    /// The IANA time zone that its hours are in.
    #[schema(value_type = schemas::TimeZone)]
    pub time_zone: ClinicZone,
    /// The currency of its fees.
    #[schema(value_type = schemas::Currency)]
    pub currency: Currency,
    /// The days on which it is closed, earliest first. Those that are long over are dropped sooner
    /// or later.
    pub holidays: Vec<HolidayBody>,
    /// The share of a fee that patients get back when they cancel: the first line that fits counts, and where
    /// none does, nothing. If the doctor or the clinic calls it off, all is given back.
    pub refund_policy: Vec<RefundStepBody>,
    /// The minutes for which an unpaid slot is held; absent where the group's setting counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_minutes: Option<u16>,
    /// The days ahead at which visits are booked; absent where the group's setting counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub horizon_days: Option<u16>,
    /// The open holds that an account of a patient may have; absent where the group's setting counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_holds: Option<u16>,
    /// The bookings that an account of a patient may make on one day; absent where the group's setting counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_daily_bookings: Option<u16>,
    /// True if bookings for emergencies are taken; absent where the group's setting counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emergencies: Option<bool>,
    /// The emergency visits that a patient or an account may have open; absent where the group's setting counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_open_emergencies: Option<u16>,
    /// The emergencies that a patient or an account may book a day; absent where the group's setting counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_daily_emergencies: Option<u16>,
    /// Its version, as in the `ETag`.
    pub version: i64,
    /// Set if a later event of it could not be applied: it is shown as it was before. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    pub parked: bool,
}

/// A day on which a clinic is closed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HolidayBody {
    /// The day, on the clinic's calendar.
    pub date: NaiveDate,
    /// The name of the holiday.
    #[schema(value_type = schemas::HolidayName)]
    pub name: HolidayName,
}

/// One line of a table of refunds.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefundStepBody {
    /// At least so many hours before the visit begins.
    #[schema(example = 24)]
    pub hours_before: u16,
    /// So much of the fee is given back, in whole percent.
    #[schema(maximum = 100, example = 100)]
    pub percent: u8,
}

impl Versioned for ClinicState {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for ClinicBody {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<ClinicReply> for ClinicState {
    fn from(reply: ClinicReply) -> Self {
        let ClinicReply { clinic, version } = reply;
        Self {
            id: clinic,
            version,
        }
    }
}

impl From<ListedClinic> for ClinicBody {
    fn from(row: ListedClinic) -> Self {
        let ListedClinic {
            clinic,
            name,
            city,
            zone,
            currency,
            holidays,
            refund_policy,
            booking_settings,
            version,
        } = row;
        let holidays = holidays.iter().map(|(date, name)| HolidayBody {
            date,
            name: name.clone(),
        });
        Self {
            id: clinic,
            name,
            city,
            time_zone: zone,
            currency,
            holidays: holidays.collect(),
            refund_policy: lines(&refund_policy),
            hold_minutes: booking_settings.hold_minutes(),
            horizon_days: booking_settings.horizon_days(),
            max_holds: booking_settings.max_holds(),
            max_daily_bookings: booking_settings.max_daily_bookings(),
            emergencies: booking_settings.emergencies(),
            max_open_emergencies: booking_settings.max_open_emergencies(),
            max_daily_emergencies: booking_settings.max_daily_emergencies(),
            version,
            parked: false,
        }
    }
}

/// The lines of a table, earliest first.
fn lines(policy: &RefundPolicy) -> Vec<RefundStepBody> {
    let line = |step: &RefundStep| RefundStepBody {
        hours_before: step.hours_before,
        percent: step.percent,
    };
    policy.steps().iter().map(line).collect()
}
