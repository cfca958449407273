//! The network of a client, by which clients are told apart.

use std::fmt;
use std::net::IpAddr;

/// A client as it is counted: an IPv4 address, or a /64 of IPv6, since one subscriber has a whole one to call from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientNetwork(IpAddr);

impl ClientNetwork {
    /// Takes the network of an address.
    #[must_use]
    pub fn from_address(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into()),
            v4 @ IpAddr::V4(_) => v4,
        })
    }

    /// Returns the first address of the network.
    #[must_use]
    pub const fn address(self) -> IpAddr {
        self.0
    }
}

impl fmt::Display for ClientNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: &str) -> ClientNetwork {
        ClientNetwork::from_address(address.parse().unwrap())
    }

    #[test]
    fn an_ipv6_client_is_its_network() {
        let one = network("2001:db8:1:2:3:4:5:6");
        assert_eq!(one, network("2001:db8:1:2:ffff::1"));
        assert_ne!(one, network("2001:db8:1:3::1"));
        assert_eq!(one.to_string(), "2001:db8:1:2::");
    }

    #[test]
    fn an_ipv4_client_is_its_address_in_both_notations() {
        assert_eq!(network("::ffff:203.0.113.9"), network("203.0.113.9"));
        assert_ne!(network("203.0.113.9"), network("203.0.113.10"));
    }
}
