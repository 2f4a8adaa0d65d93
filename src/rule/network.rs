//! Networks of the `cidr` modifier.

use std::net::IpAddr;

/// A network: addresses that share their first bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    /// Reads `10.0.0.0/8` or `fd00::/8`; an address alone is a network of one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) if bits.bytes().all(|byte| byte.is_ascii_digit()) => (address, Some(bits)),
            Some(_) => return None,
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
        (bits <= most).then_some(Self { address, bits })
    }

    /// Whether a text is an address in it. An IPv4 address written as IPv6 (`::ffff:10.0.0.1`)
    /// is in the IPv4 networks too.
    pub(super) fn holds(self, text: &str) -> bool {
        let Ok(address) = text.parse::<IpAddr>() else { return false };
        match (self.address, address) {
            (IpAddr::V4(network), _) => {
                let IpAddr::V4(address) = address.to_canonical() else { return false };
                let shift = 32 - self.bits;
                u32::from(network).checked_shr(shift) == u32::from(address).checked_shr(shift)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let shift = 128 - self.bits;
                u128::from(network).checked_shr(shift) == u128::from(address).checked_shr(shift)
            }
            (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}
