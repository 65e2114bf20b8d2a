-- What a storm holds is claimed apart from all else; each is found without reading the other, however many there are.
drop index incidents_due_rank;
create index incidents_due_calm on incidents (tenant, severity_id desc, due_at)
  where due_at is not null and batch_id is null and (storm is null or severity_id >= 5);
create index incidents_due_held on incidents (tenant, severity_id desc, due_at)
  where due_at is not null and batch_id is null and storm is not null and severity_id < 5;
