-- What was measured ends, whoever writes.
--
-- Old figures went only when their own environment's hosts wrote new ones, so those of an environment that
-- fell silent or was destroyed stayed for good. Now the server asks for what is old of all environments at
-- once, and for what came last of environments that were destroyed so long ago that nothing else is left.

DROP INDEX measured_by_time;

-- To take away what is old, whoever's it is.
CREATE INDEX measured_by_age ON measured (span, at);

-- To find environments that were destroyed long ago.
CREATE INDEX environments_destroyed ON environments (destroyed_at) WHERE destroyed_at IS NOT NULL;
