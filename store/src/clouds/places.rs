//! Whose each thing is, in the columns that lists are filtered by. A server is where a person said;
//! what hangs on it goes with it. This follows what was said, and says nothing by itself.

use model::name::CloudName;
use sqlx::AnyConnection;

use crate::failure::Outcome;

/// Sets a thing's place to that of what it hangs on.
macro_rules! go_with {
    ($kind:literal, $from:literal, $owners:literal, $may:literal) => {
        concat!(
            "UPDATE held_versions SET owner = s.owner, environment = s.environment, \
             environment_name = s.environment_name, group_name = s.group_name, \
             ordinal = s.ordinal FROM held_versions s \
             WHERE held_versions.cloud = $1 AND held_versions.kind = ",
            $kind,
            " AND held_versions.to_rev IS NULL AND held_versions.parent <> '' \
             AND held_versions.owner IN ",
            $may,
            " AND s.cloud = $1 AND s.kind IN ",
            $from,
            " AND s.id = held_versions.parent AND s.to_rev IS NULL AND s.owner IN ",
            $owners,
            " AND (held_versions.owner <> s.owner OR held_versions.environment <> s.environment \
             OR held_versions.group_name <> s.group_name OR held_versions.ordinal <> s.ordinal)"
        )
    };
}

/// Makes a thing nobody's whose parent says nothing any more.
macro_rules! let_go {
    ($kind:literal, $from:literal, $owners:literal, $may:literal) => {
        concat!(
            "UPDATE held_versions SET owner = 'foreign', environment = '', environment_name = '', \
             group_name = '', ordinal = 0 WHERE cloud = $1 AND kind = ",
            $kind,
            " AND to_rev IS NULL AND owner <> 'foreign' AND owner IN ",
            $may,
            " AND NOT EXISTS (SELECT 1 FROM held_versions s WHERE s.cloud = $1 AND s.kind IN ",
            $from,
            " AND s.id = held_versions.parent AND s.to_rev IS NULL AND s.owner IN ",
            $owners,
            ")"
        )
    };
}

/// In this order: a public address goes with its port, which goes with its server.
const STEPS: [&str; 10] = [
    "UPDATE held_versions SET owner = 'foreign', environment = '', environment_name = '', \
     group_name = '', ordinal = 0 WHERE cloud = $1 AND kind = 'server' AND to_rev IS NULL \
     AND owner = 'assigned' AND NOT EXISTS (SELECT 1 FROM assignments a WHERE a.cloud = $1 \
     AND a.server = held_versions.id AND a.environment IS NOT NULL)",
    "UPDATE held_versions SET owner = 'assigned', environment = a.environment, \
     environment_name = e.name, group_name = a.group_name, ordinal = a.ordinal \
     FROM assignments a CROSS JOIN environments e \
     WHERE held_versions.cloud = $1 AND held_versions.kind = 'server' \
     AND held_versions.to_rev IS NULL AND held_versions.owner IN ('foreign', 'assigned') \
     AND a.cloud = $1 AND a.server = held_versions.id AND e.id = a.environment \
     AND (held_versions.owner <> 'assigned' OR held_versions.environment <> a.environment \
     OR held_versions.group_name <> a.group_name OR held_versions.ordinal <> a.ordinal)",
    go_with!(
        "'volume'",
        "('server')",
        "('assigned')",
        "('foreign', 'assigned')"
    ),
    let_go!(
        "'volume'",
        "('server')",
        "('assigned')",
        "('foreign', 'assigned')"
    ),
    go_with!(
        "'snapshot'",
        "('volume')",
        "('assigned')",
        "('foreign', 'assigned')"
    ),
    let_go!(
        "'snapshot'",
        "('volume')",
        "('assigned')",
        "('foreign', 'assigned')"
    ),
    // A port is part of what it belongs to, ours too: it has no mark of its own.
    go_with!(
        "'port'",
        "('server', 'router', 'network')",
        "('ours', 'assigned', 'elsewhere')",
        "('ours', 'foreign', 'assigned', 'elsewhere')"
    ),
    let_go!(
        "'port'",
        "('server', 'router', 'network')",
        "('ours', 'assigned', 'elsewhere')",
        "('ours', 'foreign', 'assigned', 'elsewhere')"
    ),
    go_with!(
        "'floating-ip'",
        "('port')",
        "('assigned')",
        "('foreign', 'assigned')"
    ),
    let_go!(
        "'floating-ip'",
        "('port')",
        "('assigned')",
        "('foreign', 'assigned')"
    ),
];

/// Brings the places of everything in a cloud up to what is said.
pub(super) async fn follow(on: &mut AnyConnection, cloud: &CloudName) -> Outcome<()> {
    for sql in STEPS {
        sqlx::query(sql)
            .bind(cloud.as_str().to_owned())
            .execute(&mut *on)
            .await?;
    }
    Ok(())
}
