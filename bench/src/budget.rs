//! The cost of a command: processor time of the program and of the server, statements, WAL.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use sqlx::PgPool;

use crate::booking::{self, Bare, Work as Bookings};
use crate::cluster::Cluster;
use crate::commands::{self, Ours, charts, full};
use crate::figures::Round;
use crate::report::{Figure, Report};

/// Connections of the application.
const POOL: u32 = 24;
/// Tasks of the loads in process.
const TASKS: usize = 128;
/// Statements that are printed for each load.
const STATEMENTS: i64 = 8;
/// Processor time is counted in hundredths of a second (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// Costs of one load, per command.
struct Cost {
    load: &'static str,
    rate: f64,
    program_us: f64,
    server_us: f64,
    wal_bytes: f64,
    statements: Vec<Statement>,
}

/// One kind of statement: its calls and its time in the server, per command.
struct Statement {
    calls: f64,
    planned_us: f64,
    executed_us: f64,
    text: String,
}

/// Counters before a load.
struct Meter<'a> {
    superuser: &'a PgPool,
    server: i32,
    program_time: Duration,
    server_time: Duration,
    wal: i64,
}

/// Runs the bench.
pub async fn run(quick: bool) -> anyhow::Result<Report> {
    let length = Duration::from_secs(if quick { 2 } else { 8 });
    let cluster = Cluster::with_statement_statistics(POOL).await?;
    let costs = measure(&cluster, length).await;
    cluster.stop().await?;
    let costs = costs?;
    print(&costs);
    let keys = [
        "sealed_us",
        "claims_us",
        "insert_c8_us",
        "booking_c1_us",
        "booking_c8_us",
    ];
    let figures = keys.iter().zip(&costs);
    let figures = figures.map(|(key, cost)| Figure::new(*key, cost.program_us + cost.server_us, 1));
    Report::new("budget", figures.collect())
}

async fn measure(cluster: &Cluster, length: Duration) -> anyhow::Result<Vec<Cost>> {
    let superuser = &cluster.superuser().await?;
    let mut costs = Vec::new();
    let store = Ours::open(cluster).await?;
    let side = Arc::new(Ours::new(&store, true));
    for (load, kind) in [
        ("sealed, 128 tasks", commands::SEALED),
        ("sealed, two claims, 128 tasks", commands::CLAIMING),
    ] {
        let charts = Arc::new(charts(TASKS * 16));
        if !kind.claims {
            commands::prepare(&side, &charts).await?;
        }
        let work = Arc::new(commands::Work::new(kind, charts));
        full(&side, &work, TASKS, length / 2).await?;
        let meter = Meter::start(superuser, cluster.server_pid()).await?;
        let round = full(&side, &work, TASKS, length).await?;
        costs.push(meter.stop(load, &round).await?);
    }

    let (node, work) = Bookings::prepare(cluster).await?;
    let work = Arc::new(work);
    let bare = Bare::start(cluster, &work).await?;
    let (insert, booking) = (booking::Kind::Bare, booking::Kind::Booking);
    for (load, address, connections, kind) in [
        ("insert over HTTP, 8 connections", bare.address, 8, insert),
        (
            "booking over HTTP, 1 connection",
            node.address(),
            1,
            booking,
        ),
        (
            "booking over HTTP, 8 connections",
            node.address(),
            8,
            booking,
        ),
    ] {
        booking::round(address, connections, length / 2, &work, kind).await?;
        node.catch_up(Duration::from_mins(1)).await?;
        let meter = Meter::start(superuser, cluster.server_pid()).await?;
        let round = booking::round(address, connections, length, &work, kind).await?;
        // What read models do for these bookings is a part of their cost.
        node.catch_up(Duration::from_mins(1)).await?;
        costs.push(meter.stop(load, &round).await?);
    }
    bare.stop().await;
    node.stop().await;
    Ok(costs)
}

impl<'a> Meter<'a> {
    async fn start(superuser: &'a PgPool, server: i32) -> anyhow::Result<Self> {
        sqlx::query("select pg_stat_statements_reset()")
            .execute(superuser)
            .await?;
        Ok(Self {
            superuser,
            server,
            program_time: program_time()?,
            server_time: server_time(server)?,
            wal: wal(superuser).await?,
        })
    }

    async fn stop(self, load: &'static str, round: &Round) -> anyhow::Result<Cost> {
        let program = program_time()?.saturating_sub(self.program_time);
        let server = server_time(self.server)?.saturating_sub(self.server_time);
        let wal = wal(self.superuser).await? - self.wal;
        let count = round.count();
        ensure!(count >= 100.0, "{load}: {count} commands are too few");
        let statements: Vec<(i64, f64, f64, String)> = sqlx::query_as(
            "with statements as (
               select calls, total_plan_time * 1e3 as planned, total_exec_time * 1e3 as executed, query
               from pg_stat_statements
             )
             select sum(calls)::bigint, sum(planned), sum(executed), 'all statements' from statements
             union all
             (
               select calls, planned, executed, regexp_replace(query, '\\s+', ' ', 'g') from statements
               order by planned + executed desc
               limit $1
             )",
        )
        .bind(STATEMENTS)
        .fetch_all(self.superuser)
        .await?;
        #[expect(clippy::cast_precision_loss, reason = "counts of a bench fit")]
        let per_command = |count_of: i64| count_of as f64 / count;
        Ok(Cost {
            load,
            rate: round.rate,
            program_us: program.as_secs_f64() * 1e6 / count,
            server_us: server.as_secs_f64() * 1e6 / count,
            wal_bytes: per_command(wal),
            statements: (statements.into_iter())
                .map(|(calls, planned, executed, text)| Statement {
                    calls: per_command(calls),
                    planned_us: planned / count,
                    executed_us: executed / count,
                    text: text.chars().take(90).collect(),
                })
                .collect(),
        })
    }
}

fn print(costs: &[Cost]) {
    println!("load                              per s  wall µs  program µs  server µs  WAL bytes");
    for cost in costs {
        println!(
            "{:<32} {:>6.0} {:>8.1} {:>11.1} {:>10.1} {:>10.0}",
            cost.load,
            cost.rate,
            1e6 / cost.rate,
            cost.program_us,
            cost.server_us,
            cost.wal_bytes
        );
    }
    for cost in costs {
        println!(
            "\n{}: calls, µs planned, µs executed, per command",
            cost.load
        );
        for statement in &cost.statements {
            println!(
                "{:>8.3} {:>8.1} {:>8.1}  {}",
                statement.calls, statement.planned_us, statement.executed_us, statement.text
            );
        }
    }
}

async fn wal(pool: &PgPool) -> anyhow::Result<i64> {
    let sql = "select (pg_current_wal_insert_lsn() - '0/0')::bigint";
    Ok(sqlx::query_scalar(sql).fetch_one(pool).await?)
}

/// Processor time of this process, its client included.
fn program_time() -> anyhow::Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    Ok(TICK * ticks(&stat, &[11, 12])?)
}

/// Processor time of the server: of its first process, of those that have ended, and of those that run.
fn server_time(server: i32) -> anyhow::Result<Duration> {
    let own = fs::read_to_string(format!("/proc/{server}/stat"))?;
    let mut sum = ticks(&own, &[11, 12, 13, 14])?;
    for entry in fs::read_dir("/proc")? {
        // Other processes may end meanwhile.
        let Ok(stat) = fs::read_to_string(entry?.path().join("stat")) else {
            continue;
        };
        if i32::try_from(ticks(&stat, &[1]).unwrap_or(0)) == Ok(server) {
            sum += ticks(&stat, &[11, 12])?;
        }
    }
    Ok(TICK * sum)
}

/// Sums up fields of `/proc/PID/stat`, counted from 0 behind the name, which may hold blanks.
fn ticks(stat: &str, fields: &[usize]) -> anyhow::Result<u32> {
    let (_, behind) = stat.rsplit_once(')').context("reading /proc")?;
    let values: Vec<&str> = behind.split_whitespace().collect();
    fields.iter().try_fold(0, |sum, field| {
        let value = values.get(*field).context("reading /proc")?;
        Ok(sum + value.parse::<u32>()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_behind_the_name() {
        let stat = "7 (a) name) S 42 7 7 0 -1 0 1 2 3 4 100 20 3 4 20 0";
        assert_eq!(ticks(stat, &[1]).unwrap(), 42);
        assert_eq!(ticks(stat, &[11, 12]).unwrap(), 120);
        assert_eq!(ticks(stat, &[11, 12, 13, 14]).unwrap(), 127);
        assert!(ticks(stat, &[99]).is_err());
    }
}
