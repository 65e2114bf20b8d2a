-- Whoever closes an incident wants its runs to end; that must not be forgotten where it opens again before they heard of it.
alter table runs add column unwanted boolean not null default false;
update runs r set unwanted = true from incidents i
 where i.id = r.incident_id and i.state = 'closed' and r.ended_at is null and (r.purpose in ('triage', 'request') or r.status = 'parked');
