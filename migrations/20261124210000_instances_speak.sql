-- What instances say themselves.
--
-- An instance that is asked to report gets a token, which is derived from the installation's secret
-- and from which making of it is meant: the operation, its plan, the attempt. So no token is stored,
-- and whoever reads these tables can't report for anybody. Only the newest making of an instance is
-- asked; the row goes with its binding.

-- What keys and tokens are derived from. Servers that share a database share it.
ALTER TABLE installation ADD COLUMN secret TEXT;

CREATE TABLE reports (
    environment TEXT NOT NULL REFERENCES environments (id),
    instance TEXT NOT NULL,
    operation TEXT NOT NULL REFERENCES operations (id),
    phase TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    -- Null until it reports. It is set once, and what was said then stays.
    reported_at BIGINT,
    said TEXT,
    PRIMARY KEY (environment, instance)
);

-- The consoles of instances that never reported, kept before they are taken back: the cloud forgets
-- them with the instance, and they are the only ones who know why.
CREATE TABLE consoles (
    environment TEXT NOT NULL REFERENCES environments (id),
    instance TEXT NOT NULL,
    at BIGINT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (environment, instance)
);
