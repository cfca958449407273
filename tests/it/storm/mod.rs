//! Storm tests over HTTP. [`records`] is about charts.
//!
//! Here: two hundred visits, the real program, a gateway that outlives it, and three kills.
//!
//! Each visit has a random plan from a seed: attempts that fail, are captured or come late; webhooks that are late,
//! duplicated, reordered or dropped; visits that are cancelled, slots that others take. At the end every visit is in
//! a permitted state, and the payments match it, to the paisa.

mod invariants;
mod plan;
mod process;
mod records;
mod rng;
mod visitor;

use std::time::Duration;

use tokio::task::JoinSet;

use invariants::FinalState;
use plan::Plan;
use process::Environment;
use rng::Rng;
use visitor::Visitor;

/// Number of visits.
const VISITS: usize = 200;
/// Seconds at which the program is killed.
const KILLS: [u64; 3] = [9, 38, 66];

async fn storm(seed: u64) {
    let mut rng = Rng::from_seed(seed);
    let mut environment = Environment::start().await;
    let mut visitors = JoinSet::new();
    for number in 0..VISITS {
        let plan = Plan::random(&mut rng);
        visitors.spawn(Visitor::new(&environment, number, plan).run());
    }
    let begun = tokio::time::Instant::now();
    for second in KILLS {
        tokio::time::sleep_until(begun + Duration::from_secs(second)).await;
        environment.kill().await;
    }
    while let Some(came) = visitors.join_next().await {
        came.unwrap();
    }
    environment.settle().await;
    let state = FinalState::load(&environment).await;
    state.check(&environment).await;
    println!("seed {seed}: {:?}", state.event_counts());
    state.covers_every_case();
    environment.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_storm_payments_match_the_visits() {
    storm(1).await;
}

/// Ten more, each a test of its own, so that they can run in parallel.
macro_rules! long_storms {
    ($($name:ident: $seed:literal,)*) => {
        mod long {
            $(
                #[tokio::test(flavor = "multi_thread")]
                #[ignore = "long"]
                async fn $name() {
                    super::storm($seed).await;
                }
            )*
        }
    };
}

long_storms! {
    seed_2: 2,
    seed_3: 3,
    seed_4: 4,
    seed_5: 5,
    seed_6: 6,
    seed_7: 7,
    seed_8: 8,
    seed_9: 9,
    seed_10: 10,
    seed_11: 11,
}
