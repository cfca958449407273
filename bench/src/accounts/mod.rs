//! A flood of sign-ups over HTTP, and those who sign up and sign in meanwhile.
//!
//! 200 registrations per second, first from one address and then each from another one, at the limits that a node has by
//! default. Twenty honest people sign up meanwhile, each from an address of their own; who is asked to wait waits and
//! tries again, and all of them must succeed. Others, who have accounts, sign in five times a second. In the end the rows
//! that the floods left are counted, at once, and once the mails were sent and the node has removed what it removes in a day.
//! At once that is a code, a mail and its timer for each accepted request; after a day the accounts of the honest ones.

mod left;
mod mailbox;
mod people;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use crate::application::Node;
use crate::client::Pool;
use crate::cluster::Cluster;
use crate::figures::Round;
use crate::paced::paced;
use crate::report::{Figure, Report};
use left::Rows;
use mailbox::Mailbox;
use people::{Accepted, Owner};

/// Registrations of the flood per second.
const RATE: u32 = 200;
/// Sign-ins of others per second.
const SIGN_INS: u32 = 5;
/// Honest people in each flood.
const HONEST: u32 = 20;
/// People who have accounts.
const OWNERS: u32 = 20;
/// Connections to the database: what a node has by default.
const DATABASE_CONNECTIONS: u32 = 24;

/// Rows of a request for a code that was accepted: the code, its mail and the timer that sends it.
const ROWS_OF_A_CODE: i64 = 3;
/// Rows of an account of a patient: two events, the login, the password, and the key of the person.
const ROWS_OF_AN_ACCOUNT: i64 = 5;
/// Rows besides: the blocked client, and a key of the mails of a day that began meanwhile.
const ROWS_BESIDES: i64 = 2;

/// One flood.
struct Flood {
    name: &'static str,
    /// Registrations that were accepted, refused with 429, and refused with 503.
    accepted: usize,
    limited: usize,
    overloaded: usize,
    other: usize,
    /// Honest people who were accepted in the end, and the attempts of the one who needed most.
    honest: usize,
    most_attempts: usize,
    sign_ins: Vec<Duration>,
    /// The peak of the program's memory beyond what it had before, the bench's own included.
    memory_mib: f64,
}

/// Runs the bench.
pub async fn run(quick: bool) -> anyhow::Result<Report> {
    let seconds = if quick { 10 } else { 20 };
    let cluster = Cluster::start(DATABASE_CONNECTIONS).await?;
    let measured = measure(&cluster, seconds).await;
    cluster.stop().await?;
    let (floods, left) = measured?;
    print(&floods);
    let [at_once, after_a_day] = left;
    println!("rows left at once: {at_once}");
    println!("rows left after a day: {after_a_day}");
    let slowest = Round::new(
        floods
            .iter()
            .flat_map(|flood| flood.sign_ins.clone())
            .collect(),
        Duration::from_secs(u64::from(seconds) * 2),
    );
    let honest: usize = floods.iter().map(|flood| flood.honest).sum();
    let accepted: usize = floods.iter().map(|flood| flood.accepted).sum();
    let [honest, accepted] = [i64::try_from(honest)?, i64::try_from(accepted)?];
    let of_accounts = ROWS_OF_AN_ACCOUNT * honest + ROWS_BESIDES;
    let of_codes = ROWS_OF_A_CODE * (accepted + honest);
    let memory = floods.iter().map(|flood| flood.memory_mib);
    Report::new(
        "accounts",
        vec![
            Figure::count("honest", honest).at_least(f64::from(HONEST * 2)),
            Figure::new("memory_mib", memory.fold(0.0, f64::max), 0).at_most(256.0),
            Figure::count("rows_left", at_once.count()).at_most_rows(of_codes + of_accounts),
            Figure::count("rows_after_a_day", after_a_day.count()).at_most_rows(of_accounts),
            Figure::new("p99_ms_login_under_flood", slowest.percentile_ms(99), 0).at_most(1_000.0),
        ],
    )
}

async fn measure(cluster: &Cluster, seconds: u32) -> anyhow::Result<([Flood; 2], [Rows; 2])> {
    let mailbox = Arc::new(Mailbox::default());
    let node = Node::start_behind_a_proxy(&cluster.pool, mailbox.clone()).await?;
    let pool = Arc::new(Pool::new(node.address()));
    let owners = Arc::new(people::owners(&pool, &mailbox, OWNERS).await?);
    // Codes and mails of the owners would be missing after a day.
    left::mails_are_sent(&cluster.pool).await?;
    node.remove_old_rows(TimeDelta::hours(25)).await?;
    cluster.settle().await?;
    let before = left::rows(&cluster.pool).await?;
    let one = |_| "203.0.113.9".to_owned();
    let one = flood("one address", &pool, &mailbox, &owners, seconds, one).await?;
    let many = |number: usize| format!("10.{}.{}.1", number / 250, number % 250);
    let many = flood("many addresses", &pool, &mailbox, &owners, seconds, many).await?;
    let at_once = left::rows(&cluster.pool).await?.since(&before);
    left::mails_are_sent(&cluster.pool).await?;
    // Sessions of the sign-ins end in thirty days; what a registration left is gone in one.
    node.remove_old_rows(TimeDelta::hours(25)).await?;
    let after_a_day = left::rows(&cluster.pool).await?.since(&before);
    node.stop().await;
    Ok(([one, many], [at_once, after_a_day]))
}

async fn flood(
    name: &'static str,
    pool: &Arc<Pool>,
    mailbox: &Arc<Mailbox>,
    owners: &Arc<Vec<Owner>>,
    seconds: u32,
    address: impl Fn(usize) -> String,
) -> anyhow::Result<Flood> {
    let memory = left::resident_mib()?;
    let word = name.replace(' ', "-");
    let registrations = paced(RATE, (RATE * seconds) as usize, |number, _| {
        let email = format!("{word}-{number}@flood.example");
        let request = people::registration(&email, &address(number));
        let pool = pool.clone();
        async move { Ok(pool.send(&request).await?.status) }
    });
    // Spread over the first half, so that those who are asked to wait still meet the flood.
    let honest = paced(
        2 * HONEST / seconds.min(HONEST),
        HONEST as usize,
        |number, _| {
            let email = format!("{word}-{number}@honest.example");
            let address = format!("198.51.100.{number}");
            people::sign_up(pool.clone(), mailbox.clone(), email, address)
        },
    );
    let sign_ins = paced(SIGN_INS, (SIGN_INS * seconds) as usize, |number, due| {
        let owner = owners[number % owners.len()].clone();
        sign_in(pool.clone(), owner, due)
    });
    let (statuses, honest, sign_ins) = tokio::try_join!(registrations, honest, sign_ins)?;
    let with = |wanted: fn(u16) -> bool| statuses.iter().filter(|status| wanted(**status)).count();
    let accepted: Vec<Accepted> = honest.into_iter().flatten().collect();
    Ok(Flood {
        name,
        accepted: with(|status| (200..300).contains(&status)),
        limited: with(|status| status == 429),
        overloaded: with(|status| status == 503),
        other: with(|status| !(200..300).contains(&status) && status != 429 && status != 503),
        honest: accepted.len(),
        most_attempts: accepted.iter().map(|one| one.attempts).max().unwrap_or(0),
        sign_ins,
        memory_mib: left::peak_mib()? - memory,
    })
}

/// The time until a sign-in succeeded. One that is asked to wait tries again, and its time runs on.
async fn sign_in(pool: Arc<Pool>, owner: Owner, due: Instant) -> anyhow::Result<Duration> {
    people::until_accepted(&pool, &owner.sign_in()).await?;
    Ok(due.elapsed())
}

fn print(floods: &[Flood]) {
    println!(
        "flood from      accepted  429   503  other  honest  attempts  sign-ins p50 ms  p90 ms  memory MiB"
    );
    for flood in floods {
        let Flood {
            name,
            accepted,
            limited,
            overloaded,
            other,
            honest,
            most_attempts,
            sign_ins,
            memory_mib,
        } = flood;
        let round = Round::new(sign_ins.clone(), Duration::from_secs(1));
        println!(
            "{name:<15} {accepted:>8} {limited:>4} {overloaded:>5} {other:>6} {honest:>7} {most_attempts:>9} {:>16.0} {:>7.0} {memory_mib:>11.0}",
            round.percentile_ms(50),
            round.percentile_ms(90),
        );
    }
}
