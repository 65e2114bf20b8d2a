-- Every time column is timestamptz; every id is text made by the engine; every JSON column holds redacted data only.

create table receipts (
  id            text primary key,
  tenant        text not null,
  source        text not null,
  delivery      text not null,           -- the sender's delivery id, or the body's SHA-256
  body_sha256   text not null,
  flags         text[] not null default '{}',
  findings      jsonb not null,          -- [{id, incident, kind}]
  received_at   timestamptz not null,
  committed_at  timestamptz not null default clock_timestamp(),
  unique (tenant, source, delivery)
);
create index receipts_by_time on receipts (received_at);

create table rejects (
  id       text primary key,
  tenant   text not null,
  source   text not null,
  reason   text not null,                -- an error code
  detail   text not null,
  sender   text not null,
  head     text not null,                -- redacted first bytes
  at       timestamptz not null default clock_timestamp()
);
create index rejects_by_time on rejects (at);

create sequence incident_number;

create table incidents (
  id               text primary key,
  tenant           text not null,
  number           bigint not null default nextval('incident_number'),
  correlation_key  text not null,        -- SHA-256 hex
  state            text not null,
  title            text not null,
  format           text not null,
  kind             text not null,
  source           text not null,
  severity_id      smallint not null,
  priority         text,
  owner            text,
  assignee         text,
  verdict          text,
  count            bigint not null default 1,
  first_seen       timestamptz not null,
  last_seen        timestamptz not null,
  samples          text[] not null default '{}',   -- ids of at most 8 findings
  lead_finding     text not null,        -- the finding that opened it, or the most severe since
  facts            jsonb not null,       -- what rules may read: that finding, redacted
  trace            jsonb,                -- TriageTrace
  all_clear_at     timestamptz,
  -- dispatching
  revision         bigint not null default 1,
  seen_revision    bigint not null default 0,
  triaged_severity smallint not null default -1,
  due_at           timestamptz,          -- null: nothing to do
  requests         jsonb not null default '[]',    -- runs that people asked for: [{playbook, requester, rehearsal, at}]
  follow_ups       integer not null default 0,
  batch_id         text,
  batch_digest     text,
  stamped_at       timestamptz,
  -- stage times of the alert that opened it
  event_at         timestamptz,
  received_at      timestamptz not null,
  committed_at     timestamptz not null default clock_timestamp(),
  dispatched_at    timestamptz,
  looked_up_at     timestamptz,
  ticketed_at      timestamptz,
  decided_at       timestamptz,
  changed_at       timestamptz not null default clock_timestamp(),
  changed_by       text not null,
  change_reason    text not null
);
-- Rows change a few times in their life, their facts hardly ever: kept beside the row, they are not written again.
alter table incidents set (toast_tuple_target = 256, fillfactor = 70);
create unique index incidents_open_key on incidents (tenant, correlation_key) where state <> 'closed';
create index incidents_due on incidents (tenant, due_at) where due_at is not null and batch_id is null;
create index incidents_due_rank on incidents (tenant, severity_id desc, due_at) where due_at is not null and batch_id is null;
create index incidents_batch on incidents (batch_id) where batch_id is not null;
create index incidents_list on incidents (tenant, number desc);

create table findings (
  id           text primary key,         -- H(tenant, source, format, uid, status, time)
  tenant       text not null,
  incident_id  text not null references incidents (id),
  receipt_id   text not null,
  body         jsonb not null,
  at           timestamptz not null default clock_timestamp()
);
create index findings_by_incident on findings (incident_id, at);

create table plans (
  digest  text primary key,
  name    text not null,
  version integer not null,
  author  text not null,
  body    jsonb not null,
  loaded_at timestamptz not null default clock_timestamp()
);

create table policies (
  digest    text primary key,
  body      jsonb not null,
  loaded_at timestamptz not null default clock_timestamp()
);

create table runs (
  key           text primary key,
  tenant        text not null,
  incident_id   text not null references incidents (id),
  ordinal       integer not null,
  playbook      text not null,
  version       integer not null,
  plan_digest   text not null,
  policy_digest text not null,
  requester     text not null,
  rehearsal     boolean not null default false,
  purpose       text not null,           -- triage | request | follow-up | undo
  request       jsonb,                   -- what a person asked for, given back if the batch is lost
  status        text not null,           -- RunStatus
  host          text not null,           -- triage | respond
  batch_id      text,
  workflow_id   text not null,           -- the execution that hosts it now
  workflows     text[] not null default '{}',      -- all that ever did
  step_no       integer not null default 0,
  state         jsonb not null,          -- RunState
  outcome       text,
  started_at    timestamptz not null default clock_timestamp(),
  ended_at      timestamptz,
  unique (incident_id, ordinal)
);
create index runs_by_incident on runs (incident_id);
create index runs_active on runs (host, status) where ended_at is null;

create table batches (
  id         text primary key,
  tenant     text not null,
  digest     text not null,
  incidents  integer not null,
  stamped_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  closed_at  timestamptz
);
create index batches_open on batches (stamped_at) where closed_at is null;

create table ticket_links (
  key          text primary key,         -- H(tenant, incident, connection, purpose)
  tenant       text not null,
  incident_id  text not null references incidents (id),
  connection   text not null,
  purpose      text not null,
  external_id  text not null,
  url          text not null,
  state        text not null default 'open',
  said_count   bigint not null default 0,
  linked_at    timestamptz not null default clock_timestamp()
);
create index ticket_links_by_incident on ticket_links (incident_id);

-- The local ticket board.
create table board_tickets (
  id           bigint generated always as identity primary key,
  tenant       text not null,
  external_id  text not null,
  title        text not null,
  body         text not null,
  status       text not null default 'open',
  priority     text not null,
  team         text not null,
  labels       text[] not null default '{}',
  created_at   timestamptz not null default clock_timestamp(),
  updated_at   timestamptz not null default clock_timestamp(),
  unique (tenant, external_id)
);
create table board_comments (
  id          bigint generated always as identity primary key,
  ticket_id   bigint not null references board_tickets (id),
  key         text not null unique,
  body        text not null,
  created_at  timestamptz not null default clock_timestamp()
);

create table effects (
  key           text primary key,        -- the idempotency key
  tenant        text not null,
  incident_id   text not null,
  run_key       text not null,
  step          text not null,
  capability    text not null,
  connection    text not null,
  target        text,
  order_digest  text,
  input_digest  text not null,
  state         text not null,           -- EffectState
  fence         bigint not null default 1,
  lease_owner   text,
  lease_until   timestamptz,
  attempts      integer not null default 1,
  output        jsonb,
  detail        text not null default '',
  intended_at   timestamptz not null default clock_timestamp(),
  called_at     timestamptz,
  settled_at    timestamptz
);
create index effects_unsettled on effects (state) where state in ('intended', 'unknown', 'held');
create index effects_by_incident on effects (incident_id);
create index effects_budget on effects (connection, capability, intended_at);

create table gates (
  id            text primary key,
  tenant        text not null,
  incident_id   text not null,
  run_key       text not null,
  workflow_id   text not null,
  step          text not null,
  iteration     integer not null,
  order_digest  text not null unique,
  order_body    jsonb not null,
  state         text not null,           -- GateState
  reason        text not null default '',
  expires_at    timestamptz not null,
  opened_at     timestamptz not null default clock_timestamp(),
  decided_at    timestamptz
);
create index gates_open on gates (tenant, state, opened_at);
create index gates_by_incident on gates (incident_id);
create index gates_by_run on gates (run_key, step, iteration);

create table votes (
  id            text primary key,
  gate_id       text not null references gates (id),
  approver      text not null,
  person        text not null,
  decision      text not null,
  payload       jsonb not null,
  signature     text not null,
  reason        text not null,           -- redacted
  verdict       text not null default 'pending',   -- pending | counted | refused
  verdict_why   text not null default '',
  delivered_at  timestamptz,
  cast_at       timestamptz not null default clock_timestamp()
);
create index votes_by_gate on votes (gate_id);
create index votes_undelivered on votes (cast_at) where delivered_at is null;

create table warrants (
  order_digest  text not null,
  purpose       text not null,           -- act | undo
  tenant        text not null,
  gate_id       text not null,
  vote_ids      text[] not null,
  granted_at    timestamptz not null default clock_timestamp(),
  expires_at    timestamptz not null,
  used_at       timestamptz,
  void_reason   text,
  primary key (order_digest, purpose)
);

create table approvers (
  id          text primary key,
  tenant      text not null,
  person      text not null,
  kind        text not null,
  groups      text[] not null,
  keys        jsonb not null,            -- [{keyId, publicKey, revokedAt}]
  revoked_at  timestamptz,
  changed_at  timestamptz not null default clock_timestamp()
);

create table switches (
  scope       text primary key,          -- all | connector:<name> | playbook:<name> | tickets
  tenant      text not null,
  stopped     boolean not null,
  reason      text not null,
  actor       text not null,
  changed_at  timestamptz not null default clock_timestamp()
);

create table vault (
  token       text primary key,
  tenant      text not null,
  kind        text not null,
  key_id      text not null,
  sealed      bytea not null,            -- AES-256-GCM: nonce, ciphertext, tag
  created_at  timestamptz not null default clock_timestamp(),
  expires_at  timestamptz
);

create table notes (
  id           text primary key,
  incident_id  text not null references incidents (id),
  actor        text not null,
  body         text not null,            -- redacted
  at           timestamptz not null default clock_timestamp()
);

create table history_exports (
  workflow_id  text not null,
  run_id       text not null,
  kind         text not null,            -- triage | respond
  closed       boolean not null,
  sha256       text not null,
  body         bytea not null,           -- gzip of the history as JSON, payloads still sealed by the codec
  events       integer not null,
  exported_at  timestamptz not null default clock_timestamp(),
  primary key (workflow_id, run_id)
);

-- The audit log: entries are inserted with the state that they describe, and numbered later.
create table audit_entries (
  id         text primary key,
  seq        bigint unique,              -- null until sequenced; contiguous from 0
  time       timestamptz not null,
  tenant     text not null,
  type       text not null,
  actor      text not null,
  incident   text,
  run        text,
  subject    text,
  outcome    text not null,
  body       text not null,              -- canonical JSON of the entry, byte for byte what the log holds
  inserted   bigint generated always as identity
);
create index audit_unsequenced on audit_entries (inserted) where seq is null;
create index audit_by_incident on audit_entries (incident, inserted);
create index audit_by_type on audit_entries (type, inserted);

create table audit_checkpoints (
  size       bigint primary key,
  root       text not null,              -- base64
  note       text not null,              -- the signed note
  at         timestamptz not null default clock_timestamp()
);

create table engine_facts (
  name   text primary key,
  value  jsonb not null
);
