-- Environments, their revisions, and the inventory.
--
-- One schema for SQLite and PostgreSQL, so only what both mean alike: BIGINT and TEXT. A time is
-- a BIGINT of microseconds since 1970 (UTC), yes and no are 1 and 0, an id is a TEXT, a structure
-- is canonical JSON in a TEXT. The collation "binary" is SQLite's own; the store makes one of that
-- name in PostgreSQL, so that both sort by bytes and a page of a list ends at the same row.
--
-- A revision is never altered, and most of it is the same as the one before. So it is kept as
-- versions of its items: a row says what an item was from one revision on until another. A state
-- with nothing new writes nothing, and yesterday is read by the same query as today.

-- Who we are: the first row stays for good, because every mark in a cloud names it.
CREATE TABLE installation (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL
);

-- One number that grows with every write that a page could show: a server that has seen number n
-- knows with one small read whether anything is new. It also numbers operations and the log.
CREATE TABLE change_counter (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    number BIGINT NOT NULL
);
INSERT INTO change_counter (one, number) VALUES (1, 0);

CREATE TABLE environments (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT COLLATE "binary" NOT NULL,
    kind TEXT NOT NULL,
    protected BIGINT NOT NULL,
    owner TEXT,
    created_at BIGINT NOT NULL,
    -- The newest revision of each layer; null where the layer has none.
    planned BIGINT,
    observed BIGINT,
    observed_at BIGINT,
    destroyed_at BIGINT
);
-- A destroyed environment is kept for the record, and its name is free again.
CREATE UNIQUE INDEX environments_by_name ON environments (name) WHERE destroyed_at IS NULL;

CREATE TABLE revisions (
    environment TEXT NOT NULL REFERENCES environments (id),
    layer TEXT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    source TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    PRIMARY KEY (environment, layer, number)
);
CREATE INDEX revisions_by_time ON revisions (environment, at, layer, number);

-- The items of topologies. A row holds from revision from_rev on, and no longer from to_rev on;
-- a to_rev of null holds still.
CREATE TABLE item_versions (
    environment TEXT NOT NULL REFERENCES environments (id),
    layer TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    from_rev BIGINT NOT NULL,
    to_rev BIGINT,
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (environment, layer, kind, name, from_rev)
);
CREATE INDEX item_versions_current ON item_versions (environment, layer, kind, name)
    WHERE to_rev IS NULL;

-- The inventory: what lists of instances read, in versions like the items. The columns beside the
-- body repeat what a list is filtered or sorted by; '' stands for a value that is not known, since
-- a null has no place in an order. "listed" is 1 for what lists show: the newest version, of an
-- environment that is not destroyed. Its indexes hold those rows alone, one for each order.
CREATE TABLE instance_versions (
    environment TEXT NOT NULL REFERENCES environments (id),
    layer TEXT COLLATE "binary" NOT NULL,
    group_name TEXT COLLATE "binary" NOT NULL,
    ordinal BIGINT NOT NULL,
    from_rev BIGINT NOT NULL,
    to_rev BIGINT,
    listed BIGINT NOT NULL,
    environment_name TEXT COLLATE "binary" NOT NULL,
    host_name TEXT COLLATE "binary" NOT NULL,
    category TEXT COLLATE "binary" NOT NULL,
    flavor TEXT COLLATE "binary" NOT NULL,
    status TEXT COLLATE "binary" NOT NULL,
    -- Everything that the search box looks in, in lower case.
    search TEXT NOT NULL,
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (environment, layer, group_name, ordinal, from_rev)
);
CREATE INDEX instance_versions_current ON instance_versions (environment, layer, group_name, ordinal)
    WHERE to_rev IS NULL;
CREATE INDEX instances_by_key ON instance_versions
    (listed, environment_name, layer, group_name, ordinal) WHERE listed = 1;
CREATE INDEX instances_by_host_name ON instance_versions
    (listed, host_name, environment_name, layer, group_name, ordinal) WHERE listed = 1;
CREATE INDEX instances_by_flavor ON instance_versions
    (listed, flavor, environment_name, layer, group_name, ordinal) WHERE listed = 1;
CREATE INDEX instances_by_status ON instance_versions
    (listed, status, environment_name, layer, group_name, ordinal) WHERE listed = 1;
CREATE INDEX instances_by_category ON instance_versions
    (listed, category, environment_name, layer, group_name, ordinal) WHERE listed = 1;

-- How copies are derived.
CREATE TABLE recipes (
    name TEXT COLLATE "binary" NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    body TEXT NOT NULL
);
