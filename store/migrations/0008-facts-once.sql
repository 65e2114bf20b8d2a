-- What rules read of an incident is its lead finding, which lies in `findings` already. Those that were filed before keep their
-- copy.
alter table incidents alter column facts drop not null;
