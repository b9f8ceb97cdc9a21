-- What people write beside the states of environments: why two of them differ, notes and decisions,
-- scenarios, prices.
--
-- All of them are texts under a key, replaced as a whole; what was written before stands in the log
-- of acts. `about` holds the ids of the environments that a writing is about, so that a page reads all
-- that it shows with one query; it refers to no row, because some are about two environments and some
-- about none.

CREATE TABLE writings (
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (kind, about, name)
);
