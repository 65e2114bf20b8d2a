-- The sweep asks every few seconds of which incidents nothing was heard for long: few, or none, of however many that were handled.
create index incidents_long_quiet on incidents (tenant, last_seen) where state in ('handled', 'ignored');

-- What closed is looked up by its execution alone, every few seconds.
create index history_exports_by_run on history_exports (run_id);
