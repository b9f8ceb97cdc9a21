//! What a file says must hold together: each sort of broken file gives one error that says where,
//! what is wrong and what would be right. The texts are compared whole: they are what people see.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod broken;

use broken::{environment, group, whole};

#[test]
fn duplicate_names() {
    environment(
        "groups:\n  app: { category: process, count: 1 }\n  app: { category: process, count: 2 }\n",
        "5: groups.app: duplicate name: `app` is already on line 4; rename one of the two, or \
         leave one out",
    );
    group(
        "count: 1\ncount: 2",
        "13: groups.app.count: duplicate name: `count` is already on line 12; rename one of the \
         two, or leave one out",
    );
    group(
        "count: 2\ninstances: { 1: {}, \"1\": {} }",
        "13: groups.app.instances.1: duplicate name: `1` is already on line 13; rename one of the \
         two, or leave one out",
    );
}

#[test]
fn ranges_upside_down() {
    group(
        "count: { min: 4, max: 2 }",
        "12: groups.app.count: the range is upside down: min 4 is more than max 2; write the \
         smaller one as min",
    );
    group(
        "count: { min: 1, planned: 9, max: 2 }",
        "12: groups.app.count: planned 9 is outside of min 1 to max 2; plan a number between them",
    );
    environment(
        "facts:\n  - { what: r, value: 1, from: 2013-08-31, to: 2013-08-01 }\n",
        "4: facts[0].to: the dates are upside down: from 2013-08-31 to 2013-08-01; write the \
         earlier one as `from`",
    );
    whole(
        "recipe: r\nkind: temporary\nlease: { hours: 80, max_hours: 8 }\n\
         networks: { i: { cidr: 10.0.0.0/24 } }\ngroups: { app: { count: 1 } }\n",
        "3: lease.hours: the lease is upside down: hours 80 is more than max_hours 8; write the \
         smaller one as `hours`",
    );
}

#[test]
fn counts_that_are_none() {
    let wanted = "write a whole number, or a range as in `{ min: 2, max: 4 }`";
    for (count, found) in [
        ("five", "`five`"),
        ("\"5\"", "`5`"),
        ("1.50", "the number `1.50`"),
        (
            "99999999999999999999999",
            "the number `99999999999999999999999`",
        ),
        ("012", "`012`"),
        ("[1]", "a list"),
        ("true", "`true`"),
    ] {
        group(
            &format!("count: {count}"),
            &format!("12: groups.app.count: {found} does not fit here; {wanted}"),
        );
    }
    group(
        "count: -5",
        "12: groups.app.count: -5 is less than nothing; a count is 0 or more",
    );
    group(
        "count: 1000001",
        "12: groups.app.count: 1000001 is more than a group may have; write 1000000 or less",
    );
    group(
        "count: { min: 4 }",
        "12: groups.app.count.max: the field is missing; add `max: …`",
    );
}

#[test]
fn a_private_key_is_refused_and_never_repeated() {
    let lines = "keypairs:\n  ops:\n    public_key: |\n      -----BEGIN OPENSSH PRIVATE KEY-----\n      \
                 b3BlbnNzaC1rZXktdjEAAAAA\n      -----END OPENSSH PRIVATE KEY-----\n";
    let error = broken::refused(&format!("environment: a\nkind: production\n{lines}")).to_string();
    assert!(
        error.starts_with("broken.yaml:6: keypairs.ops.public_key: this is a private key"),
        "{error}"
    );
    assert!(!error.contains("b3Blbn"), "{error}");
    environment(
        "keypairs: { ops: { public_key: ssh-dss AAAA } }\n",
        "3: keypairs.ops.public_key: this is no public key: write it as in the file that ends in \
         `.pub`, `ssh-ed25519 AAAA… name`, one of ssh-ed25519, ecdsa-sha2-nistp256, -nistp384, \
         -nistp521 or ssh-rsa",
    );
}

#[test]
fn unknown_references() {
    for (fields, expected) in [
        (
            "flavor: smal",
            "13: groups.app.flavor: unknown flavor `smal`; did you mean `small`?",
        ),
        (
            "flavor: v4-r8-d240",
            "13: groups.app.flavor: unknown flavor `v4-r8-d240`; use `small` or `unknown`",
        ),
        (
            "profiles: [web, wep]",
            "13: groups.app.profiles[1]: unknown profile `wep`; did you mean `web`?",
        ),
        (
            "spread: [mysql]",
            "13: groups.app.spread[0]: unknown profile `mysql`; use `web`",
        ),
        (
            "except: [wob]",
            "13: groups.app.except: `wob` is not one of the common profiles; did you mean `web`?",
        ),
        (
            "networks: [internal]",
            "13: groups.app.networks[0]: unknown network `internal`; define it under `networks`",
        ),
        (
            "keypair: ops",
            "13: groups.app.keypair: unknown keypair `ops`; define it under `keypairs`",
        ),
        (
            "depends_on: [dbs]",
            "13: groups.app.depends_on.dbs: unknown group `dbs`; did you mean `db`?",
        ),
        (
            "mounts: [{ from: storage, export: /a, mount: /b }]",
            "13: groups.app.mounts[0].from: unknown group `storage`; use `app` or `db`",
        ),
        (
            "mounts: [{ from: db, ordinal: 3, export: /a, mount: /b }]",
            "13: groups.app.mounts[0].ordinal: `db` can't have an instance 3; its ordinals are 1 \
             to 2",
        ),
    ] {
        group(&format!("count: 1\n{fields}"), expected);
    }
    environment(
        "site: hp\nsites:\n  hpc: {}\n",
        "3: site: unknown site `hp`; did you mean `hpc`?",
    );
    environment(
        "sites:\n  hpc: { latency_ms: { w3c: 5 } }\n",
        "4: sites.hpc.latency_ms.w3c: unknown site `w3c`; use `hpc`",
    );
    environment(
        "common: { profiles: [salt] }\n",
        "3: common.profiles[0]: unknown profile `salt`; define it under `profiles`",
    );
    environment(
        "external:\n  cdn: { reaches: [app] }\n",
        "4: external.cdn.reaches[0]: unknown group `app`; define it under `groups`",
    );
    let port = |from: &str| {
        format!(
            "profiles:\n  web:\n    category: application\n    ports: [{{ port: 80, from: [{from}] \
             }}]\nsources:\n  fastly: {{}}\n"
        )
    };
    environment(
        &port("fastli"),
        "6: profiles.web.ports[0].from[0]: unknown source `fastli`; did you mean `fastly`?",
    );
    environment(
        &port("anywere"),
        "6: profiles.web.ports[0].from[0]: unknown source `anywere`; did you mean `anywhere`?",
    );
    environment(
        &port("\"group:app\""),
        "6: profiles.web.ports[0].from[0]: unknown group `app`; define it under `groups`",
    );
}

#[test]
fn circles() {
    environment(
        "groups:\n\
         \x20 a: { category: process, count: 1, depends_on: [b] }\n\
         \x20 b: { category: process, count: 1, depends_on: [c] }\n\
         \x20 c: { category: process, count: 1, depends_on: { a: ready } }\n\
         \x20 d: { category: process, count: 1, depends_on: [a] }\n",
        "4: groups.a.depends_on: the dependencies run in a circle: `a` → `b` → `c` → `a`; leave \
         one of them out",
    );
    group(
        "count: 1\ndepends_on: [app]",
        "13: groups.app.depends_on: the dependencies run in a circle: `app` → `app`; leave one of \
         them out",
    );
}

#[test]
fn ordinals() {
    for (fields, expected) in [
        (
            "count: 2\nordinals: [3, 5, 3]",
            "13: groups.app.ordinals[2]: ordinal 3 is there twice; name each instance once",
        ),
        (
            "count: { min: 1, max: 3 }\nordinals: [3, 5]",
            "13: groups.app.ordinals: 2 ordinals for up to 3 instances; name as many as the \
             count's maximum, or leave them out for 1, 2, 3 …",
        ),
        (
            "count: 2\nroles: { 1: primary, 3: replica }",
            "13: groups.app.roles.3: the group can't have an instance 3; its ordinals are 1 to 2",
        ),
        (
            "count: 2\nordinals: [0, 3]\ninstances: { 1: {} }",
            "14: groups.app.instances.1: the group can't have an instance 1; its ordinals are 0, 3",
        ),
        (
            "count: 0\ninstances: { 1: {} }",
            "13: groups.app.instances.1: the group can't have an instance 1; its count is 0: raise \
             the count, or leave this out",
        ),
        (
            "count: 2\ninstances: { one: {} }",
            "13: groups.app.instances.one: `one` does not fit here; write a whole number from 0 to \
             4294967295",
        ),
    ] {
        group(fields, expected);
    }
}

#[test]
fn addresses_and_ranges() {
    group(
        "count: 2\npublic_addresses: 3",
        "13: groups.app.public_addresses: 3 public addresses for up to 2 instances; an instance \
         has one at most: write 2 or less, or raise the count",
    );
    group(
        "count: 2\npublic_addresses: { count: 1, addresses: [192.0.2.1, 192.0.2.2] }",
        "13: groups.app.public_addresses.addresses: 2 addresses are given where the count is 1; \
         raise the count, or leave some out",
    );
    group(
        "count: 2\npublic_addresses: { addresses: [192.0.2] }",
        "13: groups.app.public_addresses.addresses[0]: `192.0.2` is not an IP address; write it as \
         in `192.0.2.7`",
    );
    environment(
        "networks:\n  a: { cidr: 10.0.0.0/16 }\n  b: { cidr: 10.0.5.0/24 }\n",
        "5: networks.b.cidr: `10.0.5.0/24` of `b` overlaps `10.0.0.0/16` of `a`; give each network \
         a range of its own",
    );
    environment(
        "networks:\n  a: { cidr: 10.0.0/16 }\n",
        "4: networks.a.cidr: `10.0.0/16` is not an address range; write it as in `10.20.0.0/24`",
    );
    environment(
        "networks:\n  a: { cidr: 10.0.0.7/16 }\n",
        "4: networks.a.cidr: `10.0.0.7/16` is an address within a range; write `10.0.0.0/16`",
    );
    environment(
        "sources:\n  fastly: { ranges: [192.0.2.0/24, abc] }\n",
        "4: sources.fastly.ranges: `abc` is not an address range; write it as in `192.0.2.0/24`",
    );
    environment(
        "sources:\n  anywhere: {}\n",
        "4: sources.anywhere: `anywhere` has a meaning of its own for ports; give the source \
         another name",
    );
}

#[test]
fn nothing_refers_to_itself() {
    group(
        "count: 2\nwas: [app]",
        "13: groups.app.was[0]: `app` was `app`, which is no rename; name what it was called before",
    );
    environment(
        "profiles:\n  web: { category: process, was: [old, web] }\n",
        "4: profiles.web.was[1]: `web` was `web`, which is no rename; name what it was called before",
    );
    environment(
        "replicates: { environment: a }\n",
        "3: replicates.environment: `a` replicates itself; name the environment that it follows",
    );
    group(
        "count: 2\nreplicates: { environment: a }",
        "13: groups.app.replicates: `app` replicates itself; name the group that it follows",
    );
}

#[test]
fn values_of_the_wrong_sort() {
    for (fields, expected) in [
        (
            "placement: spred",
            "13: groups.app.placement: unknown word `spred`; did you mean `spread`?",
        ),
        (
            "placement: spread-with",
            "13: groups.app.placement: `spread-with` needs a value; write it as in \
             `{ spread-with: … }`",
        ),
        (
            "placement: { spread: x }",
            "13: groups.app.placement: `spread` takes no value; write `spread` alone, without the \
             colon",
        ),
        (
            "lifecycle: dead",
            "13: groups.app.lifecycle: unknown word `dead`; use `live`, `testing`, `unfinished` or \
             `to-be-removed`",
        ),
        (
            "depends_on: db",
            "13: groups.app.depends_on: `db` does not fit here; write a list of group names, or a \
             map as in `{ db: ready, storage: exists }`",
        ),
        (
            "profiles: web",
            "13: groups.app.profiles: `web` does not fit here; write a list, as in `[a, b]`",
        ),
        (
            "flavor: 12.10",
            "13: groups.app.flavor: the number `12.10` is not a text; put it in quotes",
        ),
        (
            "volumes: { data: { size: 50 } }",
            "13: groups.app.volumes.data.size: `50` is not a size; write a number and its unit, as \
             in `8 GiB` or `512 MiB`",
        ),
        (
            "volumes: { data: { size: 50.5 GiB } }",
            "13: groups.app.volumes.data.size: `50.5 GiB` is not a whole number of GiB, as flavors \
             and volumes need; write one",
        ),
        (
            "instances: { 1: { load: [0.1, 0.2] } }",
            "13: groups.app.instances.1.load: the list has 2 values; write a list of 3 values",
        ),
        (
            "instances: { 1: { load: [0.1, 0.2, 0.3, 0.4] } }",
            "13: groups.app.instances.1.load: the list has 4 values; write a list of 3 values",
        ),
        (
            "instances: { 1: { load: [0.123, 0.2, 0.3] } }",
            "13: groups.app.instances.1.load[0]: `0.123` is not a number with at most two \
             decimals; write it as in `0.42`",
        ),
    ] {
        group(&format!("count: 1\n{fields}"), expected);
    }
    environment(
        "flavors:\n  s: { vcpus: 1, ram: 8 GB, disk: 1 GiB }\n",
        "4: flavors.s.ram: `8 GB` is in a decimal unit (GB is 10^9 bytes), and OpenStack counts in \
         GiB and MiB; write `8 GiB`",
    );
    environment(
        "protected: yes\n",
        "3: protected: `yes` does not fit here; write `true` or `false`",
    );
    environment(
        "groups: [app]\n",
        "3: groups: a list does not fit here; write a map: lines of `name: value`, further in than \
         the name",
    );
    environment(
        "facts:\n  - { what: r, value: 1, from: August }\n",
        "4: facts[0].from: `August` is not a date; write it as in `2013-08-31`",
    );
    environment(
        "groups:\n  App 1: { category: process, count: 1 }\n",
        "4: groups.App 1: `App 1` is not a group name; use 1 to 63 lower-case letters, digits, \
         `-`, `_` or `.`, beginning and ending with a letter or digit",
    );
    environment(
        "profiles:\n  web:\n    category: process\n    ports: [{ port: 80000, from: [] }]\n",
        "6: profiles.web.ports[0].port: the number `80000` does not fit here; write a whole number \
         from 0 to 65535",
    );
    environment(
        "profiles:\n  web:\n    category: process\n    parameters: { a: 5 }\n",
        "6: profiles.web.parameters.a: a parameter is a text, or `{ secret: what it is for }`; put \
         numbers in quotes",
    );
}

#[test]
fn declared_totals_of_what_is_there() {
    environment(
        "groups:\n  app: { category: process, count: 1 }\n\
         declared:\n  - { what: instances, group: ap, count: 2, source: x }\n",
        "6: declared[0].group: unknown group `ap`; did you mean `app`?",
    );
    environment(
        "declared:\n  - { what: instance, count: 2, source: x }\n",
        "4: declared[0].what: unknown word `instance`; did you mean `instances`?",
    );
}
