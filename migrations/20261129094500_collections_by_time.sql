-- What a cloud was at the end of a day.
--
-- Growth wants one version of a quota for each day of two years, and a busy cloud has hundreds a day. The
-- newest collection of a day is found by its time, and the version that held then by its number.

CREATE INDEX collections_by_time ON collections (cloud, at, number);
