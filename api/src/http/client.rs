//! The client's address, as far as it can be believed.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::Data;

/// Whose word about a client's address is taken.
#[derive(Clone, Default)]
pub struct Clients(Arc<[IpAddr]>);

impl Clients {
    /// These proxies tell the truth in `X-Forwarded-For`.
    pub fn behind(proxies: Vec<IpAddr>) -> Self {
        Self(proxies.into())
    }

    /// The nearest address that is not one of our proxies: further ones are only the client's word.
    fn address(&self, peer: IpAddr, forwarded: &str) -> IpAddr {
        if !self.0.contains(&peer) {
            return peer;
        }
        let hops = forwarded
            .rsplit(',')
            .map_while(|hop| hop.trim().parse::<IpAddr>().ok());
        let mut nearest = peer;
        for hop in hops {
            nearest = hop;
            if !self.0.contains(&hop) {
                break;
            }
        }
        nearest
    }
}

/// The address to throttle by.
pub fn address(request: &HttpRequest) -> IpAddr {
    let peer = request
        .peer_addr()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let forwarded = request.headers().get("x-forwarded-for");
    let forwarded = forwarded
        .and_then(|header| header.to_str().ok())
        .unwrap_or("");
    match request.app_data::<Data<Clients>>() {
        Some(clients) => clients.address(peer, forwarded),
        None => peer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_stranger_is_not_believed_about_its_own_address() {
        let clients = Clients::behind(vec![ip("10.0.0.1")]);
        assert_eq!(
            clients.address(ip("203.0.113.9"), "198.51.100.1"),
            ip("203.0.113.9")
        );
    }

    #[test]
    fn a_proxy_is_believed_about_the_nearest_address_only() {
        let clients = Clients::behind(vec![ip("10.0.0.1"), ip("10.0.0.2")]);
        let forwarded = "192.0.2.66, 198.51.100.1, 10.0.0.2";
        assert_eq!(
            clients.address(ip("10.0.0.1"), forwarded),
            ip("198.51.100.1")
        );
        assert_eq!(clients.address(ip("10.0.0.1"), ""), ip("10.0.0.1"));
        assert_eq!(clients.address(ip("10.0.0.1"), "unknown"), ip("10.0.0.1"));
    }
}
