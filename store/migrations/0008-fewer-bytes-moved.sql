-- Facts and trace lie beside an incident's row. Its short columns stay in it: moved out too, each of them cost an entry of
-- its own in the table beside and in that table's index at every change of the row, and a read of it to compare a key.
alter table incidents
  alter column id set storage main, alter column tenant set storage main, alter column correlation_key set storage main,
  alter column state set storage main, alter column title set storage main, alter column format set storage main,
  alter column kind set storage main, alter column source set storage main, alter column priority set storage main,
  alter column owner set storage main, alter column assignee set storage main, alter column verdict set storage main,
  alter column samples set storage main, alter column lead_finding set storage main, alter column requests set storage main,
  alter column batch_id set storage main, alter column batch_digest set storage main, alter column changed_by set storage main,
  alter column change_reason set storage main, alter column join_rule set storage main, alter column join_parts set storage main,
  alter column follows set storage main, alter column storm set storage main, alter column hold set storage main,
  alter column clear_times set storage main;
alter table incidents set (toast_tuple_target = 1024);

-- Nobody searches by what these hold: statistics of them are made for nothing, again and again while a table grows.
alter table incidents alter column facts set statistics 0, alter column trace set statistics 0, alter column title set statistics 0,
  alter column samples set statistics 0, alter column requests set statistics 0, alter column batch_digest set statistics 0,
  alter column join_parts set statistics 0, alter column change_reason set statistics 0;
alter table findings alter column body set statistics 0;
alter table receipts alter column findings set statistics 0, alter column body_sha256 set statistics 0;
alter table runs alter column state set statistics 0, alter column request set statistics 0, alter column workflows set statistics 0;
alter table effects alter column output set statistics 0, alter column input_digest set statistics 0;
alter table vault alter column sealed set statistics 0;
alter table alert_bodies alter column body set statistics 0;
alter table ticket_links alter column url set statistics 0;
alter table audit_entries alter column body set statistics 0, alter column subject set statistics 0;
