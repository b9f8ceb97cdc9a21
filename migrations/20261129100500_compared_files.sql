-- Files that somebody brought to be compared.
--
-- An address names one by the hash of what it says, and any server has to find it, so they are kept here: a
-- day, a few, each small. They are no states, have no revisions and no line in the log, because nothing
-- comes of one. Which are too old or too many is decided when the next one comes.

CREATE TABLE compared_files (
    hash TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    at BIGINT NOT NULL
);

CREATE INDEX compared_files_by_time ON compared_files (at, hash);
