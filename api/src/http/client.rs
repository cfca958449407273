//! The client's address, as far as it can be believed.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use actix_web::web::Data;
use ipnet::IpNet;

/// The header to which each proxy appends the address that called it.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Proxies whose `X-Forwarded-For` is believed.
#[derive(Clone, Default)]
pub struct Clients(Arc<[IpNet]>);

impl Clients {
    /// Proxies in these networks tell the truth in `X-Forwarded-For`.
    pub fn behind(proxies: Vec<IpNet>) -> Self {
        Self(proxies.into())
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The nearest address that is not one of our proxies: further ones are only the client's word.
    fn address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut nearest = peer.to_canonical();
        for hop in hops(headers) {
            // What can't be read was not written by a proxy of ours: the last one that was is the nearest.
            let Some(hop) = hop.filter(|_| self.trusts(nearest)) else {
                break;
            };
            nearest = hop;
        }
        nearest
    }
}

/// Returns the forwarding addresses, the nearest first. A proxy may add to the last line or write one of its own.
fn hops(headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
    let lines: Vec<_> = headers.get_all(FORWARDED_FOR).collect();
    lines.into_iter().rev().flat_map(|line| {
        let line = String::from_utf8_lossy(line.as_bytes());
        line.rsplit(',').map(parse).collect::<Vec<_>>()
    })
}

fn parse(hop: &str) -> Option<IpAddr> {
    let address = hop.trim().parse::<IpAddr>().ok()?;
    // An IPv4 address is one, also in the dress of IPv6.
    Some(address.to_canonical())
}

/// The address to throttle by.
pub fn address(request: &HttpRequest) -> IpAddr {
    let peer = request
        .peer_addr()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    match request.app_data::<Data<Clients>>() {
        Some(clients) => clients.address(peer, request.headers()),
        None => peer,
    }
}

/// Returns whether an address stands for many callers: a trusted proxy, or a program on this machine, which may be a proxy
/// that is not named.
pub fn is_proxy(request: &HttpRequest, address: IpAddr) -> bool {
    let clients = request.app_data::<Data<Clients>>();
    address.is_loopback() || clients.is_some_and(|clients| clients.trusts(address))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    /// Returns the client's address behind 10.0.0.0/24 and one more proxy, called by `peer` with these lines.
    fn address(peer: &str, lines: &[&[u8]]) -> String {
        let proxies = ["10.0.0.0/24", "2001:db8::1/128"];
        let clients = Clients::behind(proxies.map(|network| network.parse().unwrap()).into());
        let mut headers = HeaderMap::new();
        for line in lines {
            let value = HeaderValue::from_bytes(line).unwrap();
            headers.append(HeaderName::from_static(FORWARDED_FOR), value);
        }
        clients.address(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_stranger_is_not_believed_about_its_own_address() {
        let stranger = "203.0.113.9";
        assert_eq!(address(stranger, &[b"198.51.100.1"]), stranger);
        assert_eq!(address(stranger, &[b"198.51.100.1, 10.0.0.1"]), stranger);
        assert_eq!(address("10.0.1.1", &[b"198.51.100.1"]), "10.0.1.1");
    }

    #[test]
    fn proxies_are_believed_about_the_nearest_stranger_only() {
        let forwarded = b"192.0.2.66, 198.51.100.1, 10.0.0.2, 2001:db8::1";
        assert_eq!(address("10.0.0.1", &[forwarded]), "198.51.100.1");
    }

    #[test]
    fn the_nearest_hop_stands_in_the_last_line() {
        let lines: [&[u8]; 2] = [b"192.0.2.66, 10.0.0.9", b"198.51.100.1 ,10.0.0.2"];
        assert_eq!(address("10.0.0.1", &lines), "198.51.100.1");
    }

    #[test]
    fn a_request_of_a_proxy_itself_is_the_proxys() {
        assert_eq!(address("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(address("10.0.0.1", &[b"10.0.0.7, 10.0.0.8"]), "10.0.0.7");
    }

    #[test]
    fn what_cannot_be_read_ends_the_chain() {
        for nonsense in ["", "unknown", "_hidden", "198.51.100.1:4711", "\u{e9}"] {
            let forwarded = format!("192.0.2.66, {nonsense}, 10.0.0.2");
            assert_eq!(address("10.0.0.1", &[forwarded.as_bytes()]), "10.0.0.2");
        }
        assert_eq!(address("10.0.0.1", &[b"192.0.2.66", b"\xff"]), "10.0.0.1");
    }

    #[test]
    fn an_ipv4_address_is_one_in_the_dress_of_ipv6_too() {
        assert_eq!(
            address("::ffff:10.0.0.1", &[b"::ffff:198.51.100.1"]),
            "198.51.100.1"
        );
    }
}
