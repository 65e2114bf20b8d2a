-- Which alerts join an incident, and which wait, are hidden or end it.
alter table incidents
  add column join_rule  text not null default '',       -- the correlation rule that made its key
  add column join_parts text[] not null default '{}',   -- what went into the key, as name=value
  add column joins      boolean not null default true,  -- false: its window passed, the next alert of its key opens another
  add column follows    text references incidents (id), -- the incident of the same key before it
  add column reopened   integer not null default 0,
  add column hold       jsonb;                          -- {kind, until, why, ref}: what triage waits for, or waited for last
drop index incidents_open_key;
create unique index incidents_open_key on incidents (tenant, correlation_key) where state <> 'closed' and joins;
create index incidents_open_by_rule on incidents (tenant, join_rule, last_seen) where state <> 'closed';
create index receipts_by_source on receipts (tenant, source, received_at desc);

-- Different problems that share a host, a user, a workload or an indicator.
create table cases (
  id         text primary key,
  tenant     text not null,
  members    integer not null default 0,
  overflow   bigint not null default 0,  -- incidents that would have joined beyond the bound
  opened_at  timestamptz not null,
  joined_at  timestamptz not null
);
create table case_members (
  incident_id text primary key references incidents (id),
  tenant      text not null,
  case_id     text not null references cases (id),
  because     jsonb not null,            -- {kind, value, with}: what it shares, and with which incident
  joined_at   timestamptz not null
);
create index case_members_by_case on case_members (case_id, joined_at);
create table case_keys (
  tenant      text not null,
  key         text not null,             -- kind=value
  incident_id text not null references incidents (id),
  seen_at     timestamptz not null,
  primary key (tenant, key, incident_id)
);
create index case_keys_by_time on case_keys (tenant, key, seen_at desc);

-- Suppressions and maintenance windows that people made. Those of policy/suppressions.yaml stand in the policy.
create table quiet_windows (
  id          text primary key,
  tenant      text not null,
  body        jsonb not null,            -- QuietWindow
  starts_at   timestamptz not null,
  ends_at     timestamptz not null,
  created_by  text not null,
  created_at  timestamptz not null,
  ended_by    text,
  ended_at    timestamptz
);
create index quiet_windows_live on quiet_windows (tenant, ends_at) where ended_at is null;
create table quiet_hits (
  tenant      text not null,
  window_id   text not null,             -- of quiet_windows, or the id of a suppression in the policy
  incident_id text not null references incidents (id),
  findings    bigint not null,           -- how many the incident had counted when it was last hidden
  severity_id smallint not null,
  first_at    timestamptz not null,
  last_at     timestamptz not null,
  primary key (window_id, incident_id)
);

create table deploys (
  id          text primary key,          -- H(tenant, source, uid)
  tenant      text not null,
  source      text not null,
  service     text not null,
  environment text not null,
  version     text not null,
  status      text not null,             -- started | succeeded | failed
  actor       text not null,             -- redacted
  url         text not null,
  at          timestamptz not null,
  seen_at     timestamptz not null
);
create index deploys_by_service on deploys (tenant, service, at desc);

-- What is watched of each source: its cadence and its synthetic alerts.
create table source_watch (
  tenant           text not null,
  source           text not null,
  since            timestamptz not null,
  silent_since     timestamptz,
  canary_sent_at   timestamptz,
  canary_finding   text,
  canary_done_at   timestamptz,
  canary_ms        double precision,
  canary_missed_at timestamptz,
  primary key (tenant, source)
);
