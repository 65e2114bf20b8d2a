-- What watches sources and ends incidents reads by indexes that no lookup of a delivery or an open key could mistake for
-- its own: without statistics the planner took the wider one.
drop index receipts_by_source;
create index receipts_heard on receipts (tenant, source, received_at desc) where not 'canary' = any(flags);
create index receipts_complete on receipts (tenant, source, received_at desc) where 'complete' = any(flags);
drop index incidents_open_by_rule;
create index incidents_ending on incidents (tenant, join_rule, last_seen) where state in ('handled', 'ignored');
