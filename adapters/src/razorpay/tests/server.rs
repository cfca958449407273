//! A test server that misbehaves as a test tells it.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// Reaction to the next request.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// Answers with a status and JSON.
    Json(u16, Value),
    /// The same with a `Retry-After` in seconds.
    Later(u16, u32),
    /// Answers 200 with a page.
    Html,
    /// Answers 200 with these bytes, which may be fewer than the declared length.
    Bytes { said: usize, sent: Vec<u8> },
    /// Reads the request and does not answer for a while.
    Silence(Duration),
    /// Closes the connection without an answer.
    HangUp,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    /// The first line.
    pub(super) line: String,
    /// The headers, each in small letters up to its value.
    pub(super) headers: Vec<(String, String)>,
    /// The body, if it was JSON.
    pub(super) body: Value,
}

impl Heard {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(given, _)| given == name);
        found.map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
struct Inner {
    acts: Mutex<VecDeque<Act>>,
    heard: Mutex<Vec<Heard>>,
}

/// Listens until the process ends.
pub(super) struct TestServer {
    pub(super) address: SocketAddr,
    inner: Arc<Inner>,
}

impl TestServer {
    /// Reacts to the requests in this order, and closes every later connection.
    pub(super) fn with(acts: impl IntoIterator<Item = Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let inner = Arc::new(Inner::default());
        inner.acts.lock().unwrap().extend(acts);
        let theirs = inner.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let inner = theirs.clone();
                thread::spawn(move || inner.serve(&stream.unwrap()));
            }
        });
        Self { address, inner }
    }

    /// Adds one more reaction.
    pub(super) fn then(&self, act: Act) {
        self.inner.acts.lock().unwrap().push_back(act);
    }

    /// Returns the requests so far.
    pub(super) fn heard(&self) -> Vec<Heard> {
        self.inner.heard.lock().unwrap().clone()
    }
}

impl Inner {
    fn serve(&self, stream: &TcpStream) {
        let Some(heard) = hear(stream) else { return };
        self.heard.lock().unwrap().push(heard);
        let act = self.acts.lock().unwrap().pop_front();
        match act.unwrap_or(Act::HangUp) {
            Act::Json(status, body) => answer(stream, status, "", body.to_string().as_bytes()),
            Act::Later(status, seconds) => {
                answer(
                    stream,
                    status,
                    &format!("Retry-After: {seconds}\r\n"),
                    b"{}",
                );
            }
            Act::Html => answer(
                stream,
                200,
                "",
                b"<html><b>Down for Asha's visit</b></html>",
            ),
            Act::Bytes { said, sent } => answer_short(stream, 200, "", &sent, said),
            Act::Silence(time) => thread::sleep(time),
            Act::HangUp => {}
        }
    }
}

fn hear(stream: &TcpStream) -> Option<Heard> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else {
            break;
        };
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let mut heard = Heard {
        line: line.trim_end().to_owned(),
        headers,
        body: Value::Null,
    };
    let length = heard
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    heard.body = serde_json::from_slice(&body).unwrap_or_default();
    Some(heard)
}

fn answer(stream: &TcpStream, status: u16, headers: &str, body: &[u8]) {
    answer_short(stream, status, headers, body, body.len());
}

fn answer_short(mut stream: &TcpStream, status: u16, headers: &str, body: &[u8], length: usize) {
    let head = format!(
        "HTTP/1.1 {status} Said\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\
         Connection: close\r\n{headers}\r\n"
    );
    // The client may have disconnected.
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(body);
}
