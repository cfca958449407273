//! `caresync health`: what a container's health check runs, so that its image needs no HTTP client.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;

/// Time that the node may take to answer.
const PATIENCE: Duration = Duration::from_secs(4);
/// More than the status line of any answer.
const STATUS_LINE: u64 = 64;

/// The address on which the node listens.
#[derive(Debug, Clone, Args)]
pub struct HealthSettings {
    /// The address that it was told to listen on.
    #[arg(long, env = "CARESYNC_HOST", default_value = "127.0.0.1")]
    host: IpAddr,

    /// Its port.
    #[arg(long, env = "CARESYNC_PORT", default_value_t = 8080)]
    port: u16,
}

/// Succeeds if `/readyz` answers 200.
pub fn check(settings: &HealthSettings) -> anyhow::Result<()> {
    let address = SocketAddr::new(reachable(settings.host), settings.port);
    let status = ask(address).with_context(|| format!("asking http://{address}/readyz"))?;
    anyhow::ensure!(
        status == "200",
        "the node is not ready: it answers {status}"
    );
    Ok(())
}

/// Returns the loopback for a server that listens everywhere.
fn reachable(host: IpAddr) -> IpAddr {
    match host {
        IpAddr::V4(host) if host.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(host) if host.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        host => host,
    }
}

/// The status of the answer.
fn ask(address: SocketAddr) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request = format!("GET /readyz HTTP/1.0\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut line = String::new();
    stream.take(STATUS_LINE).read_to_string(&mut line)?;
    let status = line
        .strip_prefix("HTTP/1.")
        .and_then(|rest| rest.split(' ').nth(1));
    Ok(status.context("reading the answer")?.to_owned())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// Returns the check's verdict on a server with this answer.
    fn verdict(answer: &'static str) -> anyhow::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let node = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 512];
            let length = stream.read(&mut request).unwrap();
            assert!(request[..length].starts_with(b"GET /readyz HTTP/1.0\r\n"));
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let host = Ipv4Addr::UNSPECIFIED.into();
        let verdict = check(&HealthSettings { host, port });
        node.join().unwrap();
        verdict
    }

    #[test]
    fn a_node_is_healthy_if_it_says_that_it_is_ready() {
        assert!(verdict("HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n").is_ok());
        let away = verdict("HTTP/1.1 503 Service Unavailable\r\n\r\n").unwrap_err();
        assert_eq!(away.to_string(), "the node is not ready: it answers 503");
        assert!(verdict("").is_err());
        assert!(verdict("220 mail.example ESMTP 200\r\n").is_err());
    }

    #[test]
    fn a_node_that_does_not_listen_is_not_healthy() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let host = Ipv4Addr::LOCALHOST.into();
        assert!(check(&HealthSettings { host, port }).is_err());
    }
}
