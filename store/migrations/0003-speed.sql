-- Led by the tenant, this index looked as good as the one over keys as long as the planner had no statistics.
drop index incidents_list;
create index incidents_list on incidents (number desc);
-- The unique constraint over (incident_id, ordinal) serves the same look-ups.
drop index runs_by_incident;
