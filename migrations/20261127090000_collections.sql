-- What whole clouds hold: collections, and which foreign server belongs to which environment.
--
-- A cloud's things are kept in versions, as the items of environments are: a row says what a thing
-- was from one collection on until another. A collection that found nothing new adds no row; the
-- cloud only remembers when it was looked at. So a collection every few minutes costs nothing, and
-- what a quota was in March is read by the same query as what it is now.
--
-- A large cloud is read page by page, and must not be held in memory: what is new on a page goes to
-- "held_staged", and becomes part of a collection with all the rest in one transaction at the end.
-- A collector that dies leaves nothing but staged rows, which the next one throws away.

-- The clouds that are collected, how that stands, and who does it: as in "executors", the fence
-- grows with every claim and the heartbeat with every sign of life.
CREATE TABLE clouds (
    name TEXT COLLATE "binary" NOT NULL PRIMARY KEY,
    -- The newest collection; null where there is none yet.
    newest BIGINT,
    looked_at BIGINT,
    next_at BIGINT,
    -- Since when somebody waits for a look, and why, for people.
    wanted_at BIGINT,
    wanted_by TEXT,
    -- JSON: why the last look came to nothing; how far the one under way has come.
    trouble TEXT,
    progress TEXT,
    -- Grows with every write of its assignments: who worked one out on an older number begins anew.
    assigned BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    holder TEXT,
    heartbeat BIGINT NOT NULL
);

CREATE TABLE collections (
    cloud TEXT COLLATE "binary" NOT NULL REFERENCES clouds (name),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    source TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    PRIMARY KEY (cloud, number)
);

-- How each kind stands: one that could not be read keeps its rows, and says since when.
CREATE TABLE collected_kinds (
    cloud TEXT COLLATE "binary" NOT NULL REFERENCES clouds (name),
    kind TEXT COLLATE "binary" NOT NULL,
    read_at BIGINT,
    outcome TEXT NOT NULL,
    PRIMARY KEY (cloud, kind)
);

-- The columns beside the body repeat what lists are filtered or sorted by; '' stands for what there
-- isn't, since a null has no place in an order. From "owner" on they say whose a thing is: these
-- follow a person's word and are no part of what was collected, so they are not in the hash, and
-- are only right on rows that still hold.
CREATE TABLE held_versions (
    cloud TEXT COLLATE "binary" NOT NULL REFERENCES clouds (name),
    kind TEXT COLLATE "binary" NOT NULL,
    id TEXT COLLATE "binary" NOT NULL,
    from_rev BIGINT NOT NULL,
    to_rev BIGINT,
    name TEXT COLLATE "binary" NOT NULL,
    status TEXT COLLATE "binary" NOT NULL,
    detail TEXT COLLATE "binary" NOT NULL,
    project TEXT COLLATE "binary" NOT NULL,
    -- What it hangs on, by the cloud's id.
    parent TEXT COLLATE "binary" NOT NULL,
    search TEXT NOT NULL,
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    owner TEXT COLLATE "binary" NOT NULL,
    -- The environment's id and name, and which instance of it.
    environment TEXT NOT NULL,
    environment_name TEXT COLLATE "binary" NOT NULL,
    group_name TEXT COLLATE "binary" NOT NULL,
    ordinal BIGINT NOT NULL,
    PRIMARY KEY (cloud, kind, id, from_rev)
);
-- One index for each order of a list, of the rows that still hold alone.
CREATE INDEX held_by_id ON held_versions (cloud, kind, id) WHERE to_rev IS NULL;
CREATE INDEX held_by_name ON held_versions (cloud, kind, name, id) WHERE to_rev IS NULL;
CREATE INDEX held_by_status ON held_versions (cloud, kind, status, name, id) WHERE to_rev IS NULL;
CREATE INDEX held_by_detail ON held_versions (cloud, kind, detail, name, id) WHERE to_rev IS NULL;
CREATE INDEX held_by_project ON held_versions (cloud, kind, project, name, id)
    WHERE to_rev IS NULL;
CREATE INDEX held_by_place ON held_versions
    (cloud, kind, environment_name, group_name, ordinal, id) WHERE to_rev IS NULL;
CREATE INDEX held_by_owner ON held_versions (cloud, kind, owner, name, id) WHERE to_rev IS NULL;
CREATE INDEX held_by_parent ON held_versions (cloud, parent, kind, id)
    WHERE to_rev IS NULL AND parent <> '';
CREATE INDEX held_by_environment ON held_versions (environment, kind, cloud, id)
    WHERE to_rev IS NULL AND environment <> '';
-- What all things of a kind were at all times, newest first.
CREATE INDEX held_by_beginning ON held_versions (cloud, kind, from_rev, id);
-- What ended with a collection: the environments that lost something by it.
CREATE INDEX held_by_end ON held_versions (cloud, to_rev, kind) WHERE to_rev IS NOT NULL;

-- What is new in the collection under way; a thing that is gone has no body.
CREATE TABLE held_staged (
    cloud TEXT COLLATE "binary" NOT NULL REFERENCES clouds (name),
    kind TEXT COLLATE "binary" NOT NULL,
    id TEXT COLLATE "binary" NOT NULL,
    gone BIGINT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    detail TEXT NOT NULL,
    project TEXT NOT NULL,
    parent TEXT NOT NULL,
    search TEXT NOT NULL,
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    owner TEXT NOT NULL,
    environment TEXT NOT NULL,
    group_name TEXT NOT NULL,
    ordinal BIGINT NOT NULL,
    PRIMARY KEY (cloud, kind, id)
);

-- A person's word, kept until a person takes it back or the server is gone. Without an environment:
-- it belongs to none, whatever a rule says. Two servers never stand at one place.
CREATE TABLE assignments (
    cloud TEXT COLLATE "binary" NOT NULL REFERENCES clouds (name),
    server TEXT COLLATE "binary" NOT NULL,
    environment TEXT REFERENCES environments (id),
    group_name TEXT COLLATE "binary",
    ordinal BIGINT,
    -- JSON: a person, or the rule.
    said TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (cloud, server)
);
CREATE UNIQUE INDEX assignments_by_place ON assignments (environment, group_name, ordinal)
    WHERE environment IS NOT NULL;

-- What goes on to assign servers that are yet to come.
CREATE TABLE assignment_rules (
    cloud TEXT COLLATE "binary" NOT NULL REFERENCES clouds (name),
    -- JSON.
    rule TEXT COLLATE "binary" NOT NULL,
    environment TEXT NOT NULL REFERENCES environments (id),
    group_name TEXT COLLATE "binary",
    since BIGINT NOT NULL,
    PRIMARY KEY (cloud, rule)
);
CREATE INDEX assignment_rules_of ON assignment_rules (environment);
