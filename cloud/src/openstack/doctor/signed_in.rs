//! What signing in told: who we are, what we may, for how long.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::super::transport::{Credential, Lost, SignedIn};
use super::{About, Check};

const LET_IN: &str = "without it nothing can be asked";
const GOOD_FOR: &str = "it decides what may be done, and what happens when its owner leaves";
const MAY: &str = "making and removing resources needs more than reading";
const UNTIL: &str = "an operation must be able to outlive its token";

/// Roles that may only look.
const READERS: &[&str] = &["reader", "observer", "auditor"];
/// Roles that may make things, as clouds usually call them.
const MAKERS: &[&str] = &["member", "_member_", "admin", "manager"];
/// What Keystone adds by itself and means nothing here.
const ADDED: &[&str] = &["reader", "load-balancer_member", "creator"];

/// The one check of a cloud that doesn't let us in.
pub(super) fn refused(lost: &Lost) -> Check {
    let remedy = match lost {
        Lost::NotSent(_) | Lost::NoAnswer(_) => {
            "see that auth_url in clouds.yaml is right, and that this machine reaches it"
        }
        Lost::NotLetIn(_) => {
            "see user, password and project in clouds.yaml, or make a new application credential: \
             one goes with the user who made it, and at its expiry"
        }
        Lost::NotOffered(_) => {
            "see that auth_url in clouds.yaml is an identity service of version 3"
        }
    };
    Check::missing(About::SignIn, lost.to_string(), LET_IN, remedy)
}

/// The checks of one that does.
pub(super) fn checks(signed_in: &SignedIn, now: DateTime<Utc>) -> Vec<Check> {
    let SignedIn {
        credential,
        user,
        project,
        roles,
        expires_at,
        region,
        catalog,
    } = signed_in;
    let regions: BTreeSet<&str> = catalog
        .iter()
        .flat_map(|entry| entry.regions.iter().map(String::as_str))
        .collect();
    let found = format!(
        "as {user} in {}, {}",
        project.as_ref().map_or_else(
            || "no project".to_owned(),
            |project| format!("project {project}")
        ),
        region.as_ref().map_or_else(
            || "no region named".to_owned(),
            |region| format!("region {region}")
        )
    );
    let sign_in = if project.is_some() && region.is_none() && regions.len() > 1 {
        let regions: Vec<&str> = regions.into_iter().collect();
        Check::limited(
            About::SignIn,
            format!("{found}, and there are several: {}", regions.join(", ")),
            LET_IN,
            "set region_name in clouds.yaml, or environments come up in whichever is listed first",
        )
    } else if project.is_some() {
        Check::ok(About::SignIn, found, LET_IN)
    } else {
        Check::missing(
            About::SignIn,
            found,
            LET_IN,
            "name a project in clouds.yaml, as project_name or project_id",
        )
    };
    let mut all = vec![sign_in, of_credential(credential), of_roles(roles)];
    all.extend(expires_at.map(|until| of_token(credential, until, now)));
    all
}

fn of_credential(credential: &Credential) -> Check {
    let check = |found: String| Check::ok(About::Credential, found, GOOD_FOR);
    match credential {
        Credential::Application { name, restricted } => {
            let name = name
                .as_ref()
                .map_or_else(String::new, |name| format!(" {name}"));
            match restricted {
                Some(false) => Check::limited(
                    About::Credential,
                    format!("application credential{name}, unrestricted"),
                    GOOD_FOR,
                    "it may make further credentials, which Understudy never does: make one \
                     without --unrestricted",
                ),
                Some(true) => check(format!("application credential{name}, restricted")),
                None => check(format!("application credential{name}")),
            }
        }
        Credential::Password => Check::limited(
            About::Credential,
            "a user's name and password",
            GOOD_FOR,
            "an application credential is good for this project alone and can be taken back by \
             itself: openstack application credential create understudy",
        ),
        Credential::Other(kind) => check(format!("of the sort {kind}")),
    }
}

fn of_roles(roles: &[String]) -> Check {
    let found = if roles.is_empty() {
        "none told".to_owned()
    } else {
        roles.join(", ")
    };
    let is = |role: &String, words: &[&str]| words.contains(&role.to_lowercase().as_str());
    let ask =
        "ask the project's administrator for the role member, or for what this cloud calls it";
    if roles.iter().any(|role| is(role, MAKERS)) {
        Check::ok(About::Roles, found, MAY)
    } else if roles
        .iter()
        .all(|role| is(role, READERS) || is(role, ADDED))
        && !roles.is_empty()
    {
        Check::missing(About::Roles, found, MAY, ask)
    } else {
        Check::limited(
            About::Roles,
            format!("{found}: whether that is enough, only trying tells"),
            MAY,
            ask,
        )
    }
}

fn of_token(credential: &Credential, until: DateTime<Utc>, now: DateTime<Utc>) -> Check {
    let found = format!(
        "good until {}, {} minutes from now",
        until.format("%Y-%m-%d %H:%M UTC"),
        (until - now).num_minutes()
    );
    match credential {
        Credential::Other(kind) if kind.contains("token") => Check::limited(
            About::Token,
            format!("{found}, and not renewed"),
            UNTIL,
            "sign in with an application credential instead of a token",
        ),
        _ => Check::ok(
            About::Token,
            format!("{found}; renewed by signing in again"),
            UNTIL,
        ),
    }
}
