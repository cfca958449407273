//! A server that receives webhooks, stores them and answers as configured.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::support::eventually;

/// A webhook as it came.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// `x-razorpay-event-id`
    pub id: String,
    /// `X-Razorpay-Signature`
    pub signature: String,
    /// The body to the byte.
    pub raw: Vec<u8>,
    /// The body.
    pub body: Value,
    /// Time of receipt.
    pub at: Instant,
}

impl Webhook {
    pub fn event(&self) -> &str {
        self.body["event"].as_str().unwrap()
    }
}

/// Responses, one after the other; then always 200.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    Status(u16),
    /// After so long, 200.
    After(Duration),
}

#[derive(Default)]
struct Inner {
    received: Mutex<Vec<Webhook>>,
    answers: Mutex<VecDeque<Answer>>,
}

/// A running receiver; dropping it stops it.
pub struct Receiver {
    pub url: String,
    inner: Arc<Inner>,
    _serving: JoinSet<()>,
}

impl Receiver {
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let inner = Arc::new(Inner::default());
        inner.answers.lock().unwrap().extend(answers);
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, inner.clone()));
        Self {
            url,
            inner,
            _serving: serving,
        }
    }

    pub fn received(&self) -> Vec<Webhook> {
        self.inner.received.lock().unwrap().clone()
    }

    /// Event names in order of receipt.
    pub fn events(&self) -> Vec<String> {
        let received = self.received();
        received
            .iter()
            .map(|hook| hook.event().to_owned())
            .collect()
    }

    /// Waits for a number of webhooks.
    pub async fn wait_for(&self, count: usize) -> Vec<Webhook> {
        eventually(&format!("{count} webhooks came"), async || {
            self.received().len() >= count
        })
        .await;
        self.received()
    }
}

async fn serve(listener: TcpListener, inner: Arc<Inner>) {
    let mut clients = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        clients.spawn(answer(BufReader::new(stream), inner.clone()));
    }
}

async fn answer(mut stream: BufReader<TcpStream>, inner: Arc<Inner>) {
    while let Some(hook) = read(&mut stream).await {
        inner.received.lock().unwrap().push(hook);
        let answer = inner.answers.lock().unwrap().pop_front();
        let status = match answer {
            None => 200,
            Some(Answer::Status(status)) => status,
            Some(Answer::After(pause)) => {
                tokio::time::sleep(pause).await;
                200
            }
        };
        let head = format!("HTTP/1.1 {status} Said\r\ncontent-length: 0\r\n\r\n");
        // The sender may have stopped waiting.
        if stream.write_all(head.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Webhook> {
    let (mut id, mut signature, mut length) = (String::new(), String::new(), 0);
    let mut line = String::new();
    stream
        .read_line(&mut line)
        .await
        .ok()
        .filter(|read| *read > 0)?;
    assert_eq!(line, "POST /hook HTTP/1.1\r\n");
    loop {
        line.clear();
        stream
            .read_line(&mut line)
            .await
            .ok()
            .filter(|read| *read > 0)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        match &*name.to_lowercase() {
            "x-razorpay-event-id" => value.clone_into(&mut id),
            "x-razorpay-signature" => value.clone_into(&mut signature),
            "content-length" => length = value.parse().unwrap(),
            _ => {}
        }
    }
    let mut raw = vec![0; length];
    stream.read_exact(&mut raw).await.ok()?;
    Some(Webhook {
        id,
        signature,
        body: serde_json::from_slice(&raw).unwrap(),
        raw,
        at: Instant::now(),
    })
}
