//! The network of simulated machines: HTTP to wherever they are told to report, as from any machine.
//! One name on it leads to the process that they live in, wherever that listens today: machines
//! outlive it, and must still find the next. No proxy is asked, for they are next door.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use async_trait::async_trait;

use super::guest::Network;

/// What Understudy is called on the machines' network; the name is reserved for private use.
pub const UNDERSTUDY: &str = "understudy.internal";

/// How long a machine waits for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// HTTP.
#[derive(Clone, Debug)]
pub struct Http(reqwest::Client);

impl Http {
    /// A network on which [`UNDERSTUDY`] is a server of this machine; a sentence where the
    /// machine's own network can't be used.
    pub fn to(server: SocketAddr) -> Result<Self, String> {
        reqwest::Client::builder()
            .no_proxy()
            .resolve(UNDERSTUDY, callable(server))
            .timeout(PATIENCE)
            .build()
            .map(Self)
            .map_err(|error| error.to_string())
    }
}

/// Where somebody on the same machine calls what listens there.
fn callable(listens: SocketAddr) -> SocketAddr {
    let ip = match listens.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listens.port())
}

#[async_trait]
impl Network for Http {
    async fn post(&self, url: &str, form: &[(&'static str, String)]) -> Result<(), String> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let answer = self
            .0
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
            // The address holds a secret.
            .map_err(|error| error.without_url().to_string())?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(format!("status {}", answer.status().as_u16()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_every_address_is_called_at_home() {
        for (listens, called) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:8080", "[::1]:8080"),
            ("192.0.2.7:80", "192.0.2.7:80"),
        ] {
            assert_eq!(callable(listens.parse().unwrap()).to_string(), called);
        }
    }
}
