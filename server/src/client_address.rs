//! What counts as one client, wherever clients are counted: connections and sign-ins.
//!
//! An IPv6 client is its /64, the smallest network that is given to anybody: within it, its owner has as many
//! addresses as it likes.

use std::net::{IpAddr, Ipv6Addr};

/// The address that stands for a client. An IPv4 address in IPv6's clothes is itself.
pub(crate) fn count_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = address.to_bits() & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from_bits(network))
        }
        address => address,
    }
}

/// It as text, a network as one.
pub(crate) fn describe(address: IpAddr) -> String {
    match count_as(address) {
        IpAddr::V6(network) => format!("{network}/64"),
        IpAddr::V4(address) => address.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_addresses_of_a_64_are_one_client() {
        let shown = |text: &str| describe(text.parse().unwrap());
        assert_eq!(shown("2001:db8:1:2::1"), "2001:db8:1:2::/64");
        assert_eq!(shown("2001:db8:1:2:ffff:ffff:ffff:ffff"), shown("2001:db8:1:2::1"));
        assert_ne!(shown("2001:db8:1:3::1"), shown("2001:db8:1:2::1"));
        assert_eq!(
            (shown("10.0.0.1"), shown("::ffff:10.0.0.1")),
            ("10.0.0.1".to_owned(), "10.0.0.1".to_owned())
        );
    }
}
