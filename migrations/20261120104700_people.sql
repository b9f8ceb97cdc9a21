-- What people did, and what lets them in.
--
-- The log of acts is written in the same transaction as the act, and only ever added to. Its number
-- is the change counter of that transaction: one act, one transaction, one line.

CREATE TABLE audit (
    number BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    act TEXT NOT NULL,
    -- The environment's id, to find its lines, and the name that it had.
    environment TEXT REFERENCES environments (id),
    environment_name TEXT,
    operation TEXT REFERENCES operations (id),
    before TEXT,
    after TEXT
);
CREATE INDEX audit_of_environment ON audit (environment, number);

-- Only the SHA-256 of a token's secret is stored: who reads this table can't sign in with it.
CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (kind, hash)
);
CREATE INDEX tokens_by_end ON tokens (expires_at);
