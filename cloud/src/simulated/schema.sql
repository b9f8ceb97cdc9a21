-- The simulated cloud's own file. One row per resource, in the cloud's representation: references
-- are ids inside `body` (JSON), never keys. Times are milliseconds since 1970. What a resource's
-- status is follows from its times alone, so that a process that dies changes nothing about it.

-- `version` counts the changes, so that a process sees when another has changed something.
CREATE TABLE cloud (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    version INTEGER NOT NULL
) STRICT;
INSERT INTO cloud (only_row, version) VALUES (1, 0);

CREATE TABLE resources (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    -- What stands in the metadata or the description: installation, environment, key, attempt.
    mark TEXT,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    ready_at INTEGER NOT NULL,
    fault TEXT,
    gone_at INTEGER
) STRICT;

CREATE TABLE flavors (
    name TEXT PRIMARY KEY,
    vcpus INTEGER NOT NULL,
    ram_mib INTEGER NOT NULL,
    disk_gib INTEGER NOT NULL
) STRICT;

CREATE TABLE images (name TEXT PRIMARY KEY) STRICT;

CREATE TABLE volume_types (name TEXT PRIMARY KEY) STRICT;

-- A row without a maximum was lifted on purpose; a kind without a row was never limited.
CREATE TABLE quotas (kind TEXT PRIMARY KEY, maximum INTEGER) STRICT;

-- Faults on demand; `seen` counts the calls that one was meant for, `remaining` those it will hit.
CREATE TABLE faults (
    number INTEGER PRIMARY KEY,
    fault TEXT NOT NULL,
    seen INTEGER NOT NULL,
    remaining INTEGER NOT NULL
) STRICT;

-- Every call that asked for a change, in the order in which the cloud took them.
CREATE TABLE calls (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    verb TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT,
    id TEXT,
    outcome TEXT NOT NULL,
    words TEXT NOT NULL
) STRICT;
