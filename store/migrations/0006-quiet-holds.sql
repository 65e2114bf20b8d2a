-- The latest all-clears of an incident, at most ten, the newest first: by them it is seen to flap.
alter table incidents add column clear_times timestamptz[] not null default '{}';
