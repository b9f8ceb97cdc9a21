-- What was measured of instances: load, processors, memory, file systems.
--
-- Samples come every few seconds from every host, so they are kept apart from states (no revision, no
-- line in the log) and become fewer with age: a sample a minute, then figures an hour, then a day. A sample
-- that is there already changes nothing, neither itself nor the hour and the day that it is in. What came
-- last stands beside, for as long as its environment does, so that "how is it now" reads a few rows.

CREATE TABLE measured (
    environment TEXT NOT NULL REFERENCES environments (id),
    -- How long the time is that the figures are of, in seconds: 60, 3600, 86400.
    span BIGINT NOT NULL,
    instance TEXT COLLATE "binary" NOT NULL,
    -- When that time began.
    at BIGINT NOT NULL,
    metric TEXT COLLATE "binary" NOT NULL,
    -- The file system that the metric is about; empty where it is about none.
    mount TEXT COLLATE "binary" NOT NULL,
    samples BIGINT NOT NULL,
    least BIGINT NOT NULL,
    most BIGINT NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (environment, span, instance, at, metric, mount)
);

-- To take away what is old.
CREATE INDEX measured_by_time ON measured (environment, span, at);

-- For findings about all instances of an environment, which rest on some metrics alone.
CREATE INDEX measured_by_metric ON measured (environment, span, metric, at);

CREATE TABLE measured_last (
    environment TEXT NOT NULL REFERENCES environments (id),
    instance TEXT COLLATE "binary" NOT NULL,
    metric TEXT COLLATE "binary" NOT NULL,
    mount TEXT COLLATE "binary" NOT NULL,
    at BIGINT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (environment, instance, metric, mount)
);

-- Monitors that are asked: when the next look is due, which whoever looks moves forward, and what came of
-- the newest one.
CREATE TABLE monitors (
    name TEXT COLLATE "binary" NOT NULL PRIMARY KEY,
    next_at BIGINT NOT NULL,
    -- Null until somebody has looked.
    looked_at BIGINT,
    looked TEXT
);
