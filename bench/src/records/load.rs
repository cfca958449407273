//! Requests over some connections, each of which sends one after the other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use tokio::task::JoinSet;

use crate::client::Client;
use crate::figures::Round;

/// The status that answers a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// 200.
    Ok,
    /// 201.
    Created,
}

/// Requests that were answered.
pub struct Sent {
    /// Their times.
    pub round: Round,
    /// The bodies of the answers, in the order of the requests.
    pub bodies: Vec<Vec<u8>>,
}

/// One answer.
struct Answer {
    number: usize,
    time: Duration,
    body: Vec<u8>,
}

/// Sends each request once.
pub async fn send_all(
    address: SocketAddr,
    connections: usize,
    requests: Vec<Vec<u8>>,
    expected: Expected,
) -> anyhow::Result<Sent> {
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
    let clients = connect(address, connections).await?;
    let begin = Instant::now();
    let mut running = JoinSet::new();
    for mut client in clients {
        let (requests, next) = (requests.clone(), next.clone());
        running.spawn(async move {
            let mut answers = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(request) = requests.get(number) else {
                    return anyhow::Ok(answers);
                };
                let time = send(&mut client, request, expected).await?;
                let body = client.body().to_vec();
                answers.push(Answer { number, time, body });
            }
        });
    }
    let mut answers = Vec::new();
    while let Some(ended) = running.join_next().await {
        answers.extend(ended??);
    }
    let elapsed = begin.elapsed();
    answers.sort_by_key(|answer| answer.number);
    let times = answers.iter().map(|answer| answer.time).collect();
    Ok(Sent {
        round: Round::new(times, elapsed),
        bodies: answers.into_iter().map(|answer| answer.body).collect(),
    })
}

/// Sends requests for a while, in turn and from the beginning again.
pub async fn send_for(
    address: SocketAddr,
    connections: usize,
    length: Duration,
    requests: &Arc<Vec<Vec<u8>>>,
) -> anyhow::Result<Round> {
    let next = Arc::new(AtomicUsize::new(0));
    let clients = connect(address, connections).await?;
    let begin = Instant::now();
    let mut running = JoinSet::new();
    for mut client in clients {
        let (requests, next) = (requests.clone(), next.clone());
        running.spawn(async move {
            let mut times = Vec::new();
            while begin.elapsed() < length {
                let number = next.fetch_add(1, Ordering::Relaxed) % requests.len();
                times.push(send(&mut client, &requests[number], Expected::Ok).await?);
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Vec::new();
    while let Some(ended) = running.join_next().await {
        times.extend(ended??);
    }
    Ok(Round::new(times, begin.elapsed()))
}

async fn connect(address: SocketAddr, connections: usize) -> anyhow::Result<Vec<Client>> {
    let mut clients = Vec::with_capacity(connections);
    for _ in 0..connections {
        clients.push(Client::connect(address).await?);
    }
    Ok(clients)
}

async fn send(client: &mut Client, request: &[u8], expected: Expected) -> anyhow::Result<Duration> {
    let begin = Instant::now();
    let status = client.send(request).await?;
    let time = begin.elapsed();
    let wanted = match expected {
        Expected::Ok => 200,
        Expected::Created => 201,
    };
    let body = || String::from_utf8_lossy(client.body()).into_owned();
    ensure!(status == wanted, "{status}: {}", body());
    Ok(time)
}
