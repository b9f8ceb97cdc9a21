//! Single points of failure, clusters, anti-affinity, mounts, lifecycle.

use plan::finding::{Rule, Surroundings};

use super::{
    as_kind, by, file, found, hint, one, only, production, running, silent, today, warning,
};

const TIED: &str = "
profiles:
  sql: { category: infrastructure, provides: [mysql] }
  web: { category: application, needs: [mysql], hosts: [shop.example.org] }
groups:
  web: { category: application, count: 2, profiles: [web] }
  db: { category: infrastructure, count: 1, profiles: [sql] }
";

#[test]
fn one_instance_that_others_hang_on() {
    let rule = Rule::SinglePointOfFailure;
    let topology = production(TIED);
    assert_eq!(
        one(rule, &topology),
        warning("db is a single instance, and another group hangs on it")
    );
    let secondary = as_kind("secondary", &topology);
    assert_eq!(one(rule, &secondary).0, plan::finding::Severity::Hint);
    for kind in ["temporary", "staging", "development"] {
        silent(rule, &as_kind(kind, &topology));
    }
    // Two of them; nobody who needs it; another who provides it, inside or outside.
    silent(rule, &production(&TIED.replace("count: 1", "count: 2")));
    silent(rule, &production(&TIED.replace("needs: [mysql], ", "")));
    silent(
        rule,
        &production(&format!(
            "{TIED}  db2: {{ category: infrastructure, count: 1, profiles: [sql] }}\n"
        )),
    );
    silent(
        rule,
        &production(&format!(
            "{TIED}external: {{ far: {{ provides: [mysql] }} }}\n"
        )),
    );
    // Nor what isn't in use, or not there at all.
    let testing = TIED.replace("profiles: [sql] }", "profiles: [sql], lifecycle: testing }");
    silent(rule, &production(&testing));
    silent(rule, &production(&TIED.replace("count: 1", "count: 0")));
}

#[test]
fn one_instance_at_the_minimum_is_a_choice_yet() {
    let ranged = TIED.replace("count: 1", "count: { min: 1, max: 3 }");
    assert_eq!(
        one(Rule::SinglePointOfFailure, &production(&ranged)),
        hint("db is a single instance at its minimum, and another group hangs on it")
    );
    let ranged = TIED.replace("count: 1", "count: { min: 2, max: 3 }");
    silent(Rule::SinglePointOfFailure, &production(&ranged));
}

#[test]
fn one_instance_that_a_site_hangs_on() {
    let alone = TIED
        .replace("count: 2", "count: 1")
        .replace("needs: [mysql], ", "");
    assert_eq!(
        one(Rule::SinglePointOfFailure, &production(&alone)),
        hint("web is a single instance, and nobody else serves shop.example.org")
    );
    let backed = format!("{alone}  more: {{ category: application, count: 1, profiles: [web] }}\n");
    silent(Rule::SinglePointOfFailure, &production(&backed));
    let background = alone.replace("category: application, count", "category: process, count");
    silent(Rule::SinglePointOfFailure, &production(&background));
}

fn db(fields: &str) -> String {
    format!(
        "sites: {{ here: {{}}, there: {{}}, third: {{}} }}\nsite: here\n\
         external: {{ judge: {{}} }}\n\
         groups:\n  other: {{ category: process, count: 1 }}\n  db: {{ category: infrastructure, {fields} }}\n"
    )
}

#[test]
fn a_cluster_of_two() {
    let rule = Rule::NoMajority;
    let what = "db has 2 members and no third to form a majority with";
    let roles = "roles: { 1: primary, 2: replica }";
    for fields in [
        format!("count: 2, {roles}"),
        "count: 2, cluster: {}".into(),
        "count: 2, cluster: { arbiter: none }".into(),
    ] {
        let topology = production(&db(&fields));
        assert_eq!(one(rule, &topology), warning(what), "{fields}");
        silent(rule, &as_kind("temporary", &topology));
    }
    assert_eq!(
        one(
            rule,
            &production(&db("count: { min: 2, max: 5 }, cluster: {}"))
        ),
        hint("db has 2 members at its minimum, and no third to form a majority with")
    );
    for fields in [
        "count: 2",
        "count: 2, roles: { 1: replica, 2: replica }",
        "count: 1, roles: { 1: primary }",
        "count: 3, roles: { 1: primary, 2: replica }",
        "count: 2, cluster: { arbiter: { site: third } }",
        "count: 2, cluster: { arbiter: { group: other } }",
        "count: 2, cluster: { arbiter: { external: judge } }",
        "count: 2, cluster: {}, lifecycle: testing",
        "count: 2, cluster: {}, replicates: { environment: far }",
        // Whoever runs it as a service decides.
        "count: 2, roles: { 1: primary, 2: replica }, cluster: { decides: provider }",
    ] {
        silent(rule, &production(&db(fields)));
    }
    let effect = |decides: &str| {
        let fields = format!("count: 2, cluster: {{ decides: {decides} }}");
        found(rule, &production(&db(&fields))).remove(0).effect
    };
    assert!(effect("who-writes").contains("both take writes"));
    assert!(effect("every-write").contains("nothing is written"));
}

#[test]
fn a_cluster_of_which_too_few_run() {
    let rule = Rule::NoMajority;
    let lost = |what: &str| (plan::finding::Severity::Critical, what.to_owned());
    for fields in [
        "count: 3, cluster: {}, stopped: [2, 3]",
        "count: 3, cluster: {}, stopped: [2], instances: { 3: { status: ERROR } }",
    ] {
        let topology = production(&db(fields));
        let what = "db has 1 of its 3 members running, which is no majority";
        assert_eq!(one(rule, &topology), lost(what), "{fields}");
    }
    let fields = "count: 2, cluster: { arbiter: { site: third } }";
    silent(rule, &production(&db(&format!("{fields}, stopped: [2]"))));
    for fields in [
        "count: 3, cluster: {}, stopped: [2]",
        "count: 3, cluster: {}, stopped: [1, 2, 3]",
        "count: 3, cluster: {}, instances: { 2: { status: ACTIVE }, 3: { status: REBOOT } }",
        "count: 3, roles: { 1: primary }, stopped: [2, 3]",
        "count: 3, cluster: { decides: provider }, stopped: [2, 3]",
    ] {
        silent(rule, &production(&db(fields)));
    }
}

#[test]
fn a_cluster_of_even_size() {
    let rule = Rule::EvenCluster;
    let what = "db is planned with an even number of members: 4";
    assert_eq!(
        one(rule, &production(&db("count: 4, cluster: {}"))),
        warning(what)
    );
    // Whether a primary's replicas vote isn't said.
    assert_eq!(
        one(
            rule,
            &production(&db("count: { min: 2, max: 4 }, roles: { 1: primary }"))
        ),
        hint(what)
    );
    for fields in [
        "count: 4",
        "count: 3, cluster: {}",
        "count: 5, cluster: {}",
        "count: { min: 4, max: 5 }, cluster: {}",
        "count: 4, cluster: { arbiter: { site: third } }",
        "count: 4, cluster: { decides: provider }",
    ] {
        silent(rule, &production(&db(fields)));
    }
    silent(
        rule,
        &as_kind("staging", &production(&db("count: 4, cluster: {}"))),
    );
}

#[test]
fn a_cluster_without_fencing() {
    let rule = Rule::NotFenced;
    assert_eq!(
        one(
            rule,
            &production(&db("count: 3, cluster: { fencing: missing }"))
        ),
        warning("db is a cluster without fencing")
    );
    assert_eq!(
        one(rule, &production(&db("count: 3, cluster: {}"))),
        hint("whether db, a cluster, is fenced is not known")
    );
    // Whoever takes the writes goes on until somebody stops it.
    assert_eq!(
        one(
            rule,
            &production(&db("count: 3, cluster: { decides: who-writes }"))
        ),
        hint("whether db, a cluster, is fenced is not known")
    );
    for fields in [
        "count: 3, cluster: { fencing: offered }",
        // A member that is cut off writes nothing.
        "count: 3, cluster: { decides: every-write }",
        "count: 3, cluster: { fencing: missing, decides: every-write }",
        "count: 3, cluster: { decides: provider }",
        "count: 1, cluster: { fencing: missing }",
        "count: 3, roles: { 1: primary, 2: replica }",
        "count: 3",
    ] {
        silent(rule, &production(&db(fields)));
    }
}

#[test]
fn a_cluster_over_two_sites() {
    let rule = Rule::NoThirdSite;
    let there = file(
        "environment: far\nkind: secondary\nsites: { there: {} }\nsite: there\n\
         groups: { db: { category: infrastructure, count: 2 } }\n",
    );
    let others = [&there];
    let with = |cluster: &str| {
        let fields = format!("count: 2, replicates: {{ environment: far }}{cluster}");
        let topology = production(&db(&fields));
        let around = Surroundings {
            others: &others,
            ..Surroundings::of(&topology, today())
        };
        by(rule, &around)
    };
    let what = "db is a cluster over two sites, here and there, without a third";
    assert_eq!(only(with(", cluster: {}")), hint(what));
    for arbiter in [
        "none",
        "{ site: there }",
        "{ site: here }",
        "{ group: other }",
    ] {
        let cluster = format!(", cluster: {{ arbiter: {arbiter} }}");
        assert_eq!(only(with(&cluster)), warning(what), "{arbiter}");
    }
    for cluster in [
        "",
        ", cluster: { arbiter: { site: third } }",
        ", cluster: { arbiter: { external: judge } }",
        ", cluster: { decides: provider }",
    ] {
        assert_eq!(with(cluster), [], "{cluster}");
    }
    // Where the other one stands isn't known.
    silent(
        rule,
        &production(&db(
            "count: 2, cluster: {}, replicates: { environment: far }",
        )),
    );
}

#[test]
fn instances_that_may_be_on_one_host() {
    let rule = Rule::AntiAffinityMissing;
    let web = |fields: &str| format!("groups: {{ web: {{ category: application, {fields} }} }}\n");
    let topology = production(&web("count: { min: 1, max: 3 }"));
    assert_eq!(
        one(rule, &topology),
        warning("nothing keeps the 3 instances of web on hosts of their own")
    );
    silent(rule, &as_kind("temporary", &topology));
    silent(rule, &running(&web("count: 3")));
    for fields in [
        "count: 1",
        "count: 3, placement: spread",
        "count: 3, placement: { spread-with: all }",
        "count: 3, lifecycle: testing",
    ] {
        silent(rule, &production(&web(fields)));
    }
    silent(
        rule,
        &production("groups: { bots: { category: process, count: 3 } }\n"),
    );
}

const MOUNTS: &str = "
groups:
  web:
    category: application
    count: 2
    mounts: [{ from: storage, ordinal: 1, export: /f, mount: /srv/f }]
  storage:
    category: infrastructure
    count: 2
    volumes: { files: { size: 50 GiB, mount: /srv/storage } }
";

#[test]
fn all_mounts_on_one_member() {
    let rule = Rule::MountsOnOneMember;
    let topology = production(MOUNTS);
    assert_eq!(
        one(rule, &topology),
        warning("all 2 mounts of storage are on storage1")
    );
    silent(rule, &as_kind("temporary", &topology));
    // The clients choose; one client alone; one member alone.
    silent(rule, &production(&MOUNTS.replace("ordinal: 1, ", "")));
    silent(
        rule,
        &production(&MOUNTS.replacen("count: 2", "count: 1", 1)),
    );
    let alone = MOUNTS.replace("count: 2\n    volumes", "count: 1\n    volumes");
    silent(rule, &production(&alone));
}

#[test]
fn what_was_seen_to_be_mounted_counts_before_what_is_written() {
    let df = |ordinal: u32, host: &str| {
        format!(
            "      {ordinal}: {{ file_systems: [{{ device: \"{host}:/f\", mount: /srv/f, size: 50 GiB, \
             used: 1 GiB, available: 49 GiB, used_percent: 2 }}] }}\n"
        )
    };
    let seen = |hosts: [&str; 2]| {
        format!(
            "groups:\n  storage:\n    category: infrastructure\n    count: 2\n    instances: {{ 1: {{}}, \
             2: {{}} }}\n  web:\n    category: application\n    count: 2\n    mounts: [{{ from: storage, \
             ordinal: 1, export: /f, mount: /srv/f }}]\n    instances:\n{}{}",
            df(1, hosts[0]),
            df(2, hosts[1])
        )
    };
    let rule = Rule::MountsOnOneMember;
    assert_eq!(
        one(rule, &running(&seen(["storage2", "storage2"]))),
        warning("all 2 mounts of storage are on storage2")
    );
    silent(rule, &running(&seen(["storage1", "storage2"])));
}

#[test]
fn what_is_not_live() {
    let rule = Rule::LifecycleOpen;
    let group = |lifecycle: &str, count: u32| {
        format!(
            "groups: {{ code: {{ category: application, count: {count}, lifecycle: {lifecycle} }} }}\n"
        )
    };
    for (lifecycle, what) in [
        ("testing", "code is being tried out"),
        ("unfinished", "code is not finished"),
        ("to-be-removed", "code is to be removed and still there"),
    ] {
        let topology = production(&group(lifecycle, 1));
        assert_eq!(one(rule, &topology), warning(what));
        silent(rule, &as_kind("development", &topology));
        silent(rule, &production(&group(lifecycle, 0)));
    }
    silent(rule, &production(&group("live", 1)));

    let profile = "profiles: { gerrit: { category: application, lifecycle: unfinished } }\n";
    let on = |lifecycle: &str| {
        format!(
            "{profile}groups: {{ code: {{ category: application, count: 1, profiles: [gerrit], \
             lifecycle: {lifecycle} }} }}\n"
        )
    };
    assert_eq!(
        one(rule, &production(&on("live"))),
        warning("gerrit is not finished")
    );
    // Told with its group, once; and not at all where nobody has it.
    assert_eq!(found(rule, &production(&on("unfinished"))).len(), 1);
    silent(rule, &production(profile));
}
