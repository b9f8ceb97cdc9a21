-- Operations, and everything that whoever carries them out must find again after a crash.
--
-- The journal is written before a call to the cloud and right after it; the bindings say what the
-- cloud calls each resource. Every such write first touches the row in "executors" with the fence
-- that the writer holds: where no row is touched, somebody else has taken over, and nothing of the
-- write stays. Only the schema can promise that an environment is changed by one operation at a
-- time, so it does.

CREATE TABLE operations (
    id TEXT NOT NULL PRIMARY KEY,
    -- The change counter at its submission: the order in which operations came.
    number BIGINT NOT NULL UNIQUE,
    environment TEXT NOT NULL REFERENCES environments (id),
    environment_name TEXT NOT NULL,
    cloud TEXT NOT NULL,
    act TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    submitted_at BIGINT NOT NULL,
    plan_hash TEXT,
    state TEXT NOT NULL,
    -- 1 while somebody has to work on it. What it reserves counts as long.
    open BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    idempotency_key TEXT UNIQUE
);
CREATE UNIQUE INDEX operations_open ON operations (environment) WHERE open = 1;
-- What there is to do, in order: a handful of rows, however many operations there were.
CREATE INDEX operations_to_do ON operations (number) WHERE open = 1;
CREATE INDEX operations_of_environment ON operations (environment, number);

-- Plans are written once and never altered; the journal refers to their steps by number.
CREATE TABLE plans (
    operation TEXT NOT NULL REFERENCES operations (id),
    phase TEXT NOT NULL,
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (operation, phase)
);

-- What an operation takes of a cloud's quotas. It counts while the operation is open, or two
-- operations that each fit alone would both be let in.
CREATE TABLE reservations (
    operation TEXT NOT NULL REFERENCES operations (id),
    quota TEXT NOT NULL,
    cloud TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (operation, quota)
);

-- The newest word on each step.
CREATE TABLE journal (
    operation TEXT NOT NULL REFERENCES operations (id),
    phase TEXT NOT NULL,
    step BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    state TEXT NOT NULL,
    since BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (operation, phase, step)
);

-- What happened, for people, numbered from 1 within the operation: a reader that has seen number n
-- asks for what came after it.
CREATE TABLE events (
    operation TEXT NOT NULL REFERENCES operations (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (operation, number)
);

-- What an environment's resources are called in the cloud.
CREATE TABLE bindings (
    environment TEXT NOT NULL REFERENCES environments (id),
    key TEXT NOT NULL,
    cloud_id TEXT NOT NULL,
    PRIMARY KEY (environment, key)
);

-- Who may carry out an environment's operations. The fence grows with every claim, the heartbeat
-- with every sign of life; the holder is null where nobody holds it.
CREATE TABLE executors (
    environment TEXT NOT NULL PRIMARY KEY REFERENCES environments (id),
    fence BIGINT NOT NULL,
    operation TEXT,
    holder TEXT,
    heartbeat BIGINT NOT NULL
);

-- How long temporary environments live.
CREATE TABLE leases (
    environment TEXT NOT NULL PRIMARY KEY REFERENCES environments (id),
    expires_at BIGINT NOT NULL,
    latest BIGINT NOT NULL,
    extensions BIGINT NOT NULL
);
CREATE INDEX leases_by_expiry ON leases (expires_at, environment);
