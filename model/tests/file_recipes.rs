//! A recipe that doesn't hold together by itself gives one error, compared whole.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod broken;

use broken::recipe;

#[test]
fn recipes_by_themselves() {
    let network = "networks: { i: { cidr: 10.0.0.0/24 } }\n";
    recipe(
        "networks: {}\ngroups: { app: { count: 1 } }\n",
        "4: networks: a copy is isolated and has a network of its own; name one with its `cidr`",
    );
    recipe(
        "networks: { i: { cidr: 10.0.0.0/24 }, j: { cidr: 10.0.0.0/25 } }\n\
         groups: { app: { count: 1 } }\n",
        "4: networks.j.cidr: `10.0.0.0/25` of `j` overlaps `10.0.0.0/24` of `i`; give each network \
         a range of its own",
    );
    recipe(
        &format!("{network}groups: {{}}\n"),
        "5: groups: the recipe makes a copy of nothing; name one group at least",
    );
    recipe(
        &format!("{network}groups:\n  app: {{ count: 1, public_addresses: 2 }}\n"),
        "6: groups.app.public_addresses: 2 public addresses for up to 1 instances of `app`; an \
         instance has one at most: write 1 or less, or raise the count",
    );
    recipe(
        &format!("{network}groups:\n  app: {{ from: [app, app] }}\n"),
        "6: groups.app.from[1]: `app` is there twice; name each group once",
    );
    recipe(
        &format!("{network}groups:\n  app: {{ from: [app, web] }}\nomit: {{ web: unused }}\n"),
        "7: omit.web: `web` is left out here and copied as `app`; take it out of one of the two",
    );
    recipe(
        &format!(
            "{network}groups:\n  app: {{ volumes: {{ data: 1 GiB }}, omit_volumes: {{ data: no }} }}\n"
        ),
        "6: groups.app.omit_volumes.data: `data` has a size above and is left out here; do one of \
         the two",
    );
    recipe(
        &format!(
            "flavors: {{ v2: {{ vcpus: 1, ram: 1 GiB, disk: 1 GiB }} }}\n{network}groups:\n  app: \
             {{ flavor: V2 }}\n"
        ),
        "7: groups.app.flavor: unknown flavor `V2`; did you mean `v2`?",
    );
}
