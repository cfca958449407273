//! A client that costs little: HTTP/1.1 over one kept connection, nothing but what the bench needs.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One kept connection.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    /// Connects.
    pub async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(8192),
        })
    }

    /// Sends a request and reads its whole answer. Returns the status.
    pub async fn send(&mut self, request: &[u8]) -> anyhow::Result<u16> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the server closed the connection");
            }
            if let Some(status) = complete(&self.buffer)? {
                return Ok(status);
            }
        }
    }

    /// A header of the last answer, if it is there.
    pub fn header(&self, name: &str) -> Option<&str> {
        let end = find(&self.buffer, b"\r\n\r\n")?;
        let head = std::str::from_utf8(&self.buffer[..end]).ok()?;
        head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The last answer's body.
    pub fn body(&self) -> &[u8] {
        let start = find(&self.buffer, b"\r\n\r\n").map_or(self.buffer.len(), |at| at + 4);
        &self.buffer[start..]
    }
}

/// Kept connections to one server, as many as there are requests at a time.
pub struct Pool {
    address: SocketAddr,
    idle: Mutex<Vec<Client>>,
}

/// The head of an answer.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The time after which the server asks to try again.
    pub retry_after: Option<Duration>,
}

impl Pool {
    /// No connections yet.
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            idle: Mutex::default(),
        }
    }

    /// Sends a request over an idle connection or a new one.
    pub async fn send(&self, request: &[u8]) -> anyhow::Result<Answer> {
        let kept = self.idle().pop();
        let mut client = match kept {
            Some(client) => client,
            None => Client::connect(self.address).await?,
        };
        let status = client.send(request).await?;
        let seconds = client.header("retry-after").map(str::parse).transpose()?;
        // A request that is refused before its body was read ends the connection.
        let closes = client
            .header("connection")
            .is_some_and(|word| word.eq_ignore_ascii_case("close"));
        if !closes {
            self.idle().push(client);
        }
        Ok(Answer {
            status,
            retry_after: seconds.map(Duration::from_secs),
        })
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Client>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A POST of JSON; `headers` are lines that end in CRLF.
pub fn post(path: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         {headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A GET; `headers` are lines that end in CRLF.
pub fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n").into_bytes()
}

/// The status, once head and body are there.
fn complete(answer: &[u8]) -> anyhow::Result<Option<u16>> {
    let Some(end) = find(answer, b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&answer[..end])?;
    let length = head
        .lines()
        .find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse::<usize>())
        })
        .context("an answer without content-length")??;
    if answer.len() < end + 4 + length {
        return Ok(None);
    }
    Ok(Some(
        head.get(9..12).context("a short status line")?.parse()?,
    ))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}
