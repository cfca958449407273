//! Two programs on one database, under load: the one that runs the read models is killed, again and again, and in
//! the end every read model is what a rebuild makes of the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use adapters::system::{SystemClock, SystemIds};
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::{Clock as _, IdSource as _};
use domain::clinic::ClinicFacts;
use domain::{Currency, DoctorId, PatientId};
use serde_json::json;
use sqlx::PgPool;
use tests::app::{Principal, Site};
use tests::database::Database;
use tests::world::{Terms, World};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::support::{Client, Server, all_read, eventually};

/// Events that must have come between two kills.
const BETWEEN_KILLS: i64 = 150;

/// Slots of five minutes, from nine to five.
const TERMS: Terms = Terms {
    fee: 80_000,
    slot_minutes: 5,
    hours: (9, 17),
    verified: true,
};

/// People who come and go, at whichever program answers.
struct Load {
    site: Site,
    world: World,
    clinic: ClinicFacts,
    doctor: DoctorId,
    nodes: watch::Receiver<[Client; 2]>,
}

impl Load {
    /// Goes on until it is shadow to stop. Says how many visits were booked.
    async fn run(self, stop: Arc<AtomicBool>) -> usize {
        let mut booked = 0;
        for number in 0.. {
            if stop.load(Ordering::SeqCst) {
                break;
            }
            self.world.patient().await.unwrap();
            if number % 10 == 0 {
                self.world.doctor(self.clinic, TERMS).await.unwrap();
            }
            booked += usize::from(self.visit(number).await);
        }
        booked
    }

    /// Books the next slot, and calls off every third visit. Programs that are gone do not answer.
    async fn visit(&self, number: i32) -> bool {
        let patient = PatientId::from_uuid(SystemIds.id());
        let token = self.site.token(&Principal::patient(patient)).unwrap();
        let node = usize::from(number % 2 == 0);
        let client = self.nodes.borrow()[node].with_token(&token);
        let wish = json!({
            "clinicId": self.clinic.clinic,
            "doctorId": self.doctor,
            "start": slot(number),
        });
        let booked = client.post("/api/v1/appointments", &wish).try_send().await;
        let Ok(booked) = booked else { return false };
        if booked.status != 201 {
            return false;
        }
        if number % 3 == 0 {
            let cancel = client.post(&booked.appointment("cancel"), &json!({}));
            drop(cancel.try_send().await);
        }
        true
    }
}

/// The nth slot from tomorrow on; a day has 96.
fn slot(number: i32) -> DateTime<Utc> {
    let day = (SystemClock.now() + TimeDelta::minutes(330)).date_naive() + TimeDelta::days(1);
    let first = day.and_hms_opt(3, 30, 0).unwrap().and_utc();
    first + TimeDelta::days((number / 96).into()) + TimeDelta::minutes((number % 96 * 5).into())
}

async fn events(pool: &PgPool) -> i64 {
    let count = sqlx::query_scalar("select count(*) from events");
    count.fetch_one(pool).await.unwrap()
}

async fn killed(times: usize) {
    let site = Site::on(Database::create().await.unwrap(), SystemClock.now()).unwrap();
    let first = Server::start(&site.keys).await;
    let second = Server::beside(&first, &site.keys).await;
    let pool = first.pool().await;
    let world = World::new(pool.clone(), SystemClock.now()).await.unwrap();
    let clinic = world.clinic("Asia/Kolkata", Currency::Inr).await.unwrap();
    let doctor = world.doctor(clinic, TERMS).await.unwrap();
    let mut servers = [first, second];
    let (shadow, nodes) = watch::channel(servers.each_ref().map(|server| server.client.clone()));
    let stop = Arc::new(AtomicBool::new(false));
    let load = Load {
        site,
        world,
        clinic,
        doctor,
        nodes,
    };
    let mut loading = JoinSet::new();
    loading.spawn(load.run(stop.clone()));

    // The first began, so it runs them; the second takes over, and so on.
    for kill in 0..times {
        let before = events(&pool).await;
        let enough = async || events(&pool).await >= before + BETWEEN_KILLS;
        eventually("the log goes on", enough).await;
        let victim = &mut servers[kill % 2];
        victim.kill();
        victim.restart().await;
        shadow.send_replace(servers.each_ref().map(|server| server.client.clone()));
    }
    stop.store(true, Ordering::SeqCst);
    let booked = loading.join_next().await.unwrap().unwrap();
    assert!(booked > times, "hardly anybody was booked: {booked}");
    for server in &servers {
        all_read(&server.client).await;
    }
    let [mut first, mut second] = servers;
    for arguments in [
        ["projections", "rebuild", "--all"],
        ["projections", "verify", "--all"],
    ] {
        let (succeeded, said) = first.run(&arguments);
        assert!(succeeded, "{said}");
        println!(
            "after {times} kills, {booked} bookings and {} events: {said}",
            events(&pool).await
        );
    }
    let parked = sqlx::query_scalar::<_, i64>("select count(*) from dead_letters");
    assert_eq!(parked.fetch_one(&pool).await.unwrap(), 0);
    pool.close().await;
    second.stop().await;
    first.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_four_kills_every_read_model_equals_a_rebuild() {
    killed(4).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long"]
async fn after_twenty_kills_every_read_model_equals_a_rebuild() {
    killed(20).await;
}
