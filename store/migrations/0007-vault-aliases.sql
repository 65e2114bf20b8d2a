-- Tokens of an older key for the same value, kept while the keys overlap: the original of one opens the other.
create table vault_aliases (
  older       text not null,
  token       text not null references vault (token) on delete cascade,
  tenant      text not null,
  created_at  timestamptz not null default clock_timestamp(),
  primary key (older, token)
);
create index vault_aliases_token on vault_aliases (token);
create index vault_by_age on vault (tenant, created_at);
