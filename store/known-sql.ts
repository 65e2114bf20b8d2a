/**
 * What `readKnown` asks. Rows are locked in the order of their keys, so that two commits never wait for each other in a circle. Each key is
 * looked up by itself: joined as a set, the planner would read all rows of the tenant while it has no statistics.
 */
export const readKnownSql = `
with open as materialized (
  select i.* from unnest($4::text[]) as k(key) cross join lateral (
    select id, correlation_key, severity_id, follow_ups, samples, first_seen, last_seen from incidents
     where tenant = $1 and correlation_key = k.key and state <> 'closed' and joins for no key update) i
)
select
  (select coalesce(json_agg(json_build_object('id', r.id, 'source', r.source, 'delivery', r.delivery, 'bodySha256', r.body_sha256,
      'findings', r.findings, 'receivedAtMs', (extract(epoch from r.received_at) * 1000)::bigint)), '[]')
     from json_to_recordset($2::json) as w(source text, delivery text) cross join lateral (
       select * from receipts where tenant = $1 and source = w.source and delivery = w.delivery offset 0) r) as receipts,
  (select coalesce(json_agg(json_build_object('id', id, 'incident', incident_id)), '[]') from findings where id = any($3::text[])) as findings,
  (select coalesce(json_agg(json_build_object('id', id, 'key', correlation_key, 'severityId', severity_id, 'followUps', follow_ups, 'samples', samples,
      'firstSeenMs', (extract(epoch from first_seen) * 1000)::bigint, 'lastSeenMs', (extract(epoch from last_seen) * 1000)::bigint)), '[]')
     from open) as open,
  (select coalesce(json_agg(json_build_object('id', c.id, 'key', k.key, 'severityId', c.severity_id, 'followUps', c.follow_ups, 'samples', c.samples,
      'firstSeenMs', (extract(epoch from c.first_seen) * 1000)::bigint, 'lastSeenMs', (extract(epoch from c.last_seen) * 1000)::bigint,
      'closedAtMs', (extract(epoch from c.changed_at) * 1000)::bigint, 'duplicate', coalesce(c.verdict = 'duplicate', false))), '[]')
     from unnest($5::text[]) as k(key)
     cross join lateral (select * from incidents where tenant = $1 and correlation_key = k.key and state = 'closed' order by number desc limit 1) c) as closed`;
