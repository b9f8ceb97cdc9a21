//! `token`: a secret for a program, or a link that signs a browser in once.

use std::fmt::Write as _;
use std::net::SocketAddr;

use model::token::TokenKind;

use super::args::TokenArgs;
use super::duration::Lifetime;
use super::error::CliError;
use super::output::{Out, complain};
use super::{Done, Setup, folder_of, open};
use crate::installation::Installation;
use crate::installation::tokens::issue;

/// How long a link is good unless somebody says otherwise.
const LINK: Lifetime = Lifetime::hours(24);
/// How long a program's token is good unless somebody says otherwise.
const PROGRAM: Lifetime = Lifetime::days(90);
/// Where a server listens unless somebody says otherwise.
const USUAL_ADDRESS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

/// What whoever signs in by a link of this machine is called in the log: as the machine calls them.
fn signed_in_as() -> String {
    std::env::var("USER")
        .ok()
        .filter(|name| !name.trim().is_empty())
        .unwrap_or_else(|| "admin".to_owned())
}

/// Carries the command out.
pub(super) async fn run(args: TokenArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let TokenArgs {
        name,
        expires,
        sign_in,
        data,
    } = args;
    let serving_at = folder_of(&data)?.holder().and_then(|holder| holder.address);
    let installation = open(&data, setup).await?;
    if sign_in {
        let address = serving_at.unwrap_or(USUAL_ADDRESS);
        let link = sign_in_link(&installation, address, expires.unwrap_or(LINK)).await?;
        out.text(&link);
        if serving_at.is_none() {
            complain(
                "note",
                "no server is at work in this data folder: start one with `understudy serve`; \
                 where it listens elsewhere, change the link's address",
            );
        }
    } else {
        let lifetime = expires.unwrap_or(PROGRAM).length();
        let issued = issue(&installation.engine, TokenKind::Api, &name, lifetime).await?;
        out.text(&issued.secret);
        complain(
            "note",
            format_args!(
                "this is shown once; send it as `Authorization: Bearer …`; it is good until {}",
                issued.token.expires_at.format("%Y-%m-%d %H:%M UTC")
            ),
        );
    }
    installation.close().await;
    Ok(Done::Yes)
}

/// Makes a link that signs one browser in, once.
pub(super) async fn sign_in_link(
    installation: &Installation,
    address: SocketAddr,
    lifetime: Lifetime,
) -> Result<String, CliError> {
    let issued = issue(
        &installation.engine,
        TokenKind::SignIn,
        &signed_in_as(),
        lifetime.length(),
    )
    .await?;
    let mut link = base_url(address);
    // Writing to a string does not fail.
    let _ = write!(link, "sign-in?token={}", issued.secret);
    Ok(link)
}

/// The address that a browser on this machine uses.
pub(super) fn base_url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_all_addresses_is_met_on_this_machine() {
        let url = |text: &str| base_url(text.parse().unwrap());
        assert_eq!(url("0.0.0.0:9000"), "http://127.0.0.1:9000/");
        assert_eq!(url("[::]:9000"), "http://[::1]:9000/");
        assert_eq!(url("127.0.0.1:8080"), "http://127.0.0.1:8080/");
    }
}
