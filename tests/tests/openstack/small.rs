//! A small environment for stories that go wrong: two application servers apart from each other,
//! one with a volume and one with a public address.

use engine::Ask;
use model::file::{Document, parse};
use model::id::OperationId;
use model::topology::Topology;
use tests::world::{assert_settled, name};

use crate::world::LabWorld;

/// What of it a story wants otherwise.
pub struct Small {
    pub name: &'static str,
    pub flavor: &'static str,
    pub count: u32,
}

impl Default for Small {
    fn default() -> Self {
        Self {
            name: "small",
            flavor: "small",
            count: 2,
        }
    }
}

impl Small {
    /// It, as people write it.
    pub fn topology(&self) -> Topology {
        let Self {
            name,
            flavor,
            count,
        } = self;
        let text = format!(
            "environment: {name}
kind: temporary
cloud: lab
flavors:
  {flavor}: {{ vcpus: 1, ram: 1 GiB, disk: 10 GiB }}
networks:
  inner: {{ cidr: 10.30.0.0/24, routed: true }}
profiles:
  web:
    category: application
    ports: [{{ port: 80, from: [anywhere] }}]
groups:
  app:
    category: application
    count: {count}
    flavor: {flavor}
    image: ubuntu-12.04
    profiles: [web]
    networks: [inner]
    public_addresses: 1
    placement: spread
  store:
    category: infrastructure
    count: 1
    flavor: small
    image: ubuntu-12.04
    networks: [inner]
    public_addresses: 0
    volumes:
      data: {{ size: 2 GiB, mount: /srv/data, file_system: xfs }}
"
        );
        let text = if *flavor == "small" {
            text
        } else {
            text.replace(
                "networks:\n  inner",
                "  small: { vcpus: 1, ram: 1 GiB, disk: 10 GiB }\nnetworks:\n  inner",
            )
        };
        match parse("small.yaml", &text).unwrap_or_else(|error| panic!("{error}")) {
            Document::Environment(topology) => *topology,
            Document::Recipe(_) => panic!("small.yaml is a recipe"),
        }
    }
}

/// The act that brings it up.
pub fn up() -> Ask {
    Ask::BringUp {
        environment: name("small"),
        expires_at: None,
    }
}

/// Asks for the small environment; one that was destroyed is forgotten, and told of again.
pub async fn begin(world: &LabWorld) -> OperationId {
    if world
        .store
        .environment(&name("small"))
        .await
        .unwrap()
        .is_none()
    {
        world.import(Small::default().topology()).await;
    }
    world.ask(up()).await.unwrap()
}

/// Asserts that it came up, and is as planned: everything once.
pub async fn complete(world: &LabWorld, up: OperationId, story: &str) {
    world.assert_done(up, story).await;
    assert_settled(&world.engine, "small", story).await;
    let there = world.project.listing().await;
    assert_eq!(there["server"].len(), 3, "{story}: {there:?}");
    assert_eq!(there["volume"].len(), 1, "{story}: {there:?}");
    assert_eq!(there["floating IP"].len(), 1, "{story}: {there:?}");
}
