//! A small shop with data, and the recipe of copies that take them along: its web servers boot from
//! volumes and have addresses by name, one of them is stopped; its database starts from an image and
//! keeps its data on a volume.

use model::file::{Document, parse};
use model::recipe::Recipe;
use model::topology::Topology;

/// The shop, on a cloud.
pub fn environment(cloud: &str) -> Topology {
    let text = format!(
        "environment: shop
kind: staging
cloud: {cloud}
flavors:
  small: {{ vcpus: 1, ram: 1 GiB, disk: 10 GiB }}
networks:
  inner: {{ cidr: 10.40.0.0/24 }}
profiles:
  web:
    category: application
    ports: [{{ port: 443, from: [anywhere] }}]
  sql:
    category: infrastructure
    ports: [{{ port: 5432, from: [\"group:web\"] }}]
groups:
  web:
    category: application
    count: 2
    flavor: small
    image: ubuntu-12.04
    boot: {{ volume: 2 GiB }}
    profiles: [web]
    networks: [inner]
    addresses: {{ inner: [10.40.0.20, 10.40.0.21] }}
    public_addresses: 1
    stopped: [2]
    depends_on: [db]
  db:
    category: infrastructure
    count: 1
    flavor: small
    image: ubuntu-12.04
    profiles: [sql]
    networks: [inner]
    public_addresses: 0
    volumes:
      data: {{ size: 1 GiB, mount: /srv/data, file_system: xfs }}
"
    );
    match parse("shop.yaml", &text).unwrap_or_else(|error| panic!("{error}")) {
        Document::Environment(topology) => *topology,
        Document::Recipe(_) => panic!("shop.yaml is a recipe"),
    }
}

/// The recipe of copies with data.
pub fn recipe() -> Recipe {
    let text = "recipe: with-data
kind: temporary
lease: { hours: 1, max_hours: 8 }
networks:
  inner: { cidr: 10.40.0.0/24 }
groups:
  web: { data: snapshot }
  db: { data: snapshot }
";
    match parse("with-data.yaml", text).unwrap_or_else(|error| panic!("{error}")) {
        Document::Recipe(recipe) => *recipe,
        Document::Environment(_) => panic!("with-data.yaml is an environment"),
    }
}
