//! Which addresses a request may reach.
//!
//! A tenant URL is input from outside: without this check it would turn the portal into a way into the
//! operator's own network (the machine itself, its neighbours, the cloud's metadata service).
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A network in CIDR notation, for example `10.0.0.0/8`, `::1/128` or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Text that is not a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a network; write one like 10.0.0.0/8, ::1/128 or 192.0.2.7")]
pub struct InvalidNetwork {
    text: String,
}

impl Network {
    /// Whether `address` lies in this network. A v4 address in v6 clothes counts as the v4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                share_prefix(u128::from(network.to_bits()), u128::from(address.to_bits()), 32, self.prefix)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                share_prefix(network.to_bits(), address.to_bits(), 128, self.prefix)
            }
            _ => false,
        }
    }
}

fn share_prefix(left: u128, right: u128, width: u8, prefix: u8) -> bool {
    // A shift by the whole width is undefined for `>>`, hence checked: /0 contains everything.
    let shift = u32::from(width - prefix);
    left.checked_shr(shift).unwrap_or(0) == right.checked_shr(shift).unwrap_or(0)
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidNetwork { text: text.to_owned() };
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().map_err(|_| invalid())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.parse::<u8>().ok().filter(|p| *p <= width).ok_or_else(invalid)?,
            None => width,
        };
        Ok(Self { address, prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// Whether `address` is an ordinary address of the public internet.
///
/// Everything that the IANA special-purpose registries (RFC 6890 and its updates) list as not globally
/// reachable is refused, and so are addresses that carry such a v4 address inside.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19))
        // A public address by registry, and the host's own agent (with credentials) on every machine of Azure.
        || address == Ipv4Addr::new(168, 63, 129, 16)
        || a >= 224;
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let carried = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // ISATAP has the v4 address in its last bits, under any prefix.
        [.., 0 | 0x200, 0x5efe, high, low] if !carried(high, low) => false,
        // NAT64 and 6to4 end at the v4 address inside.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => carried(high, low),
        // Teredo, benchmarking, ORCHID and documentation.
        [0x2001, second, ..] => second >= 0x200 && second != 0xdb8,
        // Segment routing and documentation.
        [0x5f00 | 0x3fff, ..] => false,
        // Only 2000::/3 is global unicast: this leaves out ::, ::1, fc00::/7, fe80::/10, ff00::/8 and the rest.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn addresses_of_the_operators_own_network_are_not_public() {
        for text in [
            "127.0.0.1",
            "127.8.9.10",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.100.100.200",
            "0.0.0.0",
            "0.1.2.3",
            "192.0.0.170",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
            "64:ff9b::a00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::a00:1",
            "2002:a9fe:a9fe::1",
            "2606:4700::5efe:10.0.0.1",
            "2606:4700::200:5efe:127.0.0.1",
            "::ffff:0:127.0.0.1",
            "3fff::1",
            "2001:20::1",
            "5f00::1",
            "168.63.129.16",
            "192.0.0.192",
            "203.0.113.7",
            "100.64.0.1",
            "100.127.255.255",
            "100::1",
        ] {
            assert!(!is_public(ip(text)), "{text}");
        }
    }

    #[test]
    fn ordinary_addresses_are_public() {
        for text in
            ["1.1.1.1", "172.32.0.1", "100.128.0.1", "193.0.0.1", "2606:4700::1111", "64:ff9b::101:101"]
        {
            assert!(is_public(ip(text)), "{text}");
        }
    }

    #[test]
    fn a_network_contains_its_addresses_and_no_others() {
        let network: Network = "10.20.0.0/15".parse().unwrap();
        assert!(network.contains(ip("10.21.255.255")));
        assert!(network.contains(ip("::ffff:10.20.0.1")));
        assert!(!network.contains(ip("10.22.0.0")));
        assert!(!network.contains(ip("::1")));
        let everything: Network = "0.0.0.0/0".parse().unwrap();
        assert!(everything.contains(ip("203.0.113.9")));
        let one: Network = "::1".parse().unwrap();
        assert!(one.contains(ip("::1")) && !one.contains(ip("::2")));
        assert!("::/0".parse::<Network>().unwrap().contains(ip("fe80::1")));
    }

    #[test]
    fn nonsense_is_not_a_network() {
        for text in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "localhost", "10.0.0.0/", "10.0.0.0/-1"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
