-- One row for each thing that incidents share: its latest incident. Looking it up costs the same however many share it.
drop table case_keys;
create table case_keys (
  tenant      text not null,
  key         text not null,             -- kind=value
  incident_id text not null references incidents (id),
  seen_at     timestamptz not null,
  primary key (tenant, key)
);
create index case_keys_by_age on case_keys (seen_at);
