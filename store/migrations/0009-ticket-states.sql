-- What the system of a ticket says of it, asked for before an incident ends by itself.
alter table ticket_links
  add column said text not null default '',         -- the system's own word
  add column heard_at timestamptz,                  -- when it was last heard of; null: never
  add column state_why text not null default '',    -- why the state is unknown
  add column ask_at timestamptz,                    -- to be asked from then on; null: nobody needs to know
  add column ask_why text not null default '',      -- what would end
  add column ask_after timestamptz,                 -- not asked for again before
  add column ask_failures integer not null default 0;

create index ticket_links_to_ask on ticket_links (tenant, connection, ask_at) where ask_at is not null;

-- As of the other columns of this table, nobody searches by what these hold.
alter table ticket_links alter column said set statistics 0, alter column state_why set statistics 0,
  alter column ask_why set statistics 0, alter column heard_at set statistics 0, alter column ask_after set statistics 0,
  alter column ask_failures set statistics 0;
