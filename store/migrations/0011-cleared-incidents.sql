-- The sweep asks every few seconds which incidents have been all clear for long enough: few are, of however many that were handled.
create index incidents_cleared on incidents (tenant, join_rule, all_clear_at)
  where state in ('handled', 'ignored') and all_clear_at is not null;
