-- Incidents that a source opened faster than anyone could look at them stand under one umbrella.
alter table incidents add column storm text;     -- the umbrella's incident
create index incidents_by_storm on incidents (storm, severity_id desc, number) where storm is not null;
drop index incidents_due_rank;
create index incidents_due_rank on incidents (tenant, (storm is not null and severity_id < 5), severity_id desc, due_at)
  where due_at is not null and batch_id is null;
create table storms (
  id          text primary key,
  tenant      text not null,
  source      text not null,
  incident_id text not null,             -- the umbrella
  held        bigint not null,           -- incidents under it
  started_at  timestamptz not null,
  last_at     timestamptz not null,
  ended_at    timestamptz
);
create unique index storms_active on storms (tenant, source) where ended_at is null;

-- What was accepted, redacted, for as long as the configuration says.
create table alert_bodies (
  receipt_id  text primary key,
  tenant      text not null,
  source      text not null,
  body        bytea not null,            -- gzip of the redacted body
  received_at timestamptz not null
);
create index alert_bodies_by_source on alert_bodies (tenant, source, received_at);
create index alert_bodies_by_time on alert_bodies (received_at);
-- As it came, sealed with a key of its own; only for sources that ask for it, and for hours.
create table alert_originals (
  receipt_id  text primary key,
  tenant      text not null,
  source      text not null,
  key_id      text not null,
  sealed      bytea not null,            -- AES-256-GCM: nonce, ciphertext, tag
  expires_at  timestamptz not null
);
create index alert_originals_by_time on alert_originals (expires_at);

-- How far a source was read that is asked instead of sending.
create table pull_cursors (
  tenant     text not null,
  source     text not null,
  cursor     jsonb not null,
  read_at    timestamptz not null,
  primary key (tenant, source)
);
