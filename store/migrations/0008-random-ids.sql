-- Random ids never meet: only ids that the same fact always gets are looked up before they are written.
create unique index audit_once on audit_entries (id) where left(id, 4) <> 'aud_';
alter table audit_entries drop constraint audit_entries_pkey, add constraint audit_entries_pkey primary key using index audit_by_insertion;

-- A key only remembers who had it last; nothing is lost with it.
alter table case_keys drop constraint case_keys_incident_id_fkey;
