//! Where to listen: `127.0.0.1:8086`, `[::1]:8086`, `localhost:8086`, or `:8086` for every interface.

use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs as _};

/// Reads an address; a name is looked up, and IPv4 is preferred.
///
/// # Errors
/// What was expected, as a clause.
pub(crate) fn parse(text: &str) -> Result<SocketAddr, String> {
    let expected = || format!("expected an address like \"127.0.0.1:8086\", found {text:?}");
    if let Some(port) = text.strip_prefix(':') {
        let port: u16 = port.parse().map_err(|_| expected())?;
        return Ok((Ipv4Addr::UNSPECIFIED, port).into());
    }
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let has_port =
        text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if !has_port {
        return Err(expected());
    }
    let found: Vec<SocketAddr> =
        text.to_socket_addrs().map_err(|error| format!("{}: {error}", expected()))?.collect();
    found.iter().find(|address| address.is_ipv4()).or(found.first()).copied().ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_admins_write_them() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(parse(text).ok().map(|address| address.to_string()).as_deref(), expected, "{text}");
        };
        check("127.0.0.1:8086", Some("127.0.0.1:8086"));
        check("[::1]:80", Some("[::1]:80"));
        check(":9000", Some("0.0.0.0:9000"));
        check("localhost:8086", Some("127.0.0.1:8086"));
        check("8086", None);
        check("here", None);
        check("host:port", None);
        check("", None);
    }
}
