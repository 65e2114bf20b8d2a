-- Statistics are sorted out of every column again and again while tables grow: only those are worth it by which rows are looked
-- for and of which the planner does not know already that they are unique. These are not.
do $$
declare
  one record;
begin
  for one in
    select t, unnest(string_to_array(columns, ' ')) as c from (values
      ('incidents', 'id lead_finding format kind priority owner assignee verdict count first_seen revision seen_revision '
        || 'triaged_severity follow_ups stamped_at event_at received_at committed_at dispatched_at looked_up_at '
        || 'ticketed_at decided_at changed_at changed_by clear_times reopened follows hold'),
      ('runs', 'key playbook version plan_digest policy_digest requester purpose workflow_id step_no outcome '
        || 'started_at'),
      ('effects', 'key run_key step target fence lease_owner lease_until attempts detail called_at settled_at'),
      ('audit_entries', 'id actor run outcome'),
      ('receipts', 'id committed_at'),
      ('findings', 'id receipt_id at'),
      ('vault', 'token kind key_id expires_at'),
      ('case_keys', 'incident_id'),
      ('ticket_links', 'key connection purpose external_id state said_count linked_at'),
      ('alert_bodies', 'receipt_id'),
      ('case_members', 'because joined_at'),
      ('audit_groups', 'first entries dense')
    ) as given (t, columns)
  loop
    execute format('alter table %I alter column %I set statistics 0', one.t, one.c);
  end loop;
end $$;
