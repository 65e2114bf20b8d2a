-- Entries are written once and never again: what is written by one statement is a group, and groups are what gets numbers.
create table audit_groups (
  first    bigint primary key,           -- `inserted` of its first entry
  entries  integer not null,
  seq      bigint unique,                -- the first entry's place in the log; null until sequenced
  dense    boolean not null              -- whether `inserted` has no gaps within it
);
create index audit_groups_unsequenced on audit_groups (first) where seq is null;

-- What has numbers: stretches that follow each other in both orders. What has none: as it was inserted. The entry that opens
-- a log stands alone, since it is numbered before all others.
insert into audit_groups (first, entries, seq, dense)
select min(inserted), count(*), min(seq), max(inserted) - min(inserted) + 1 = count(*)
  from (select inserted, seq, sum(breaks) over (order by inserted) as part
          from (select inserted, seq,
                       case when type <> 'log.opened' and lag(type) over before <> 'log.opened' and inserted / 2048 = lag(inserted) over before / 2048
                             and (seq - lag(seq) over before = 1
                                  or (seq is null and lag(seq) over before is null)) then 0 else 1 end as breaks
                  from audit_entries window before as (order by inserted)) e) parts
 group by part;

-- Each statement takes a block of its own, whose entries lie side by side whoever else writes.
create sequence audit_blocks increment by 2048;
select setval('audit_blocks', (select coalesce(max(inserted), 0) + 1 from audit_entries), false);
alter table audit_entries alter column inserted drop identity, drop column seq;
create unique index audit_by_insertion on audit_entries (inserted);

-- Entries with their places in the log.
create view audit_log as
select e.id, e.inserted, e.time, e.tenant, e.type, e.actor, e.incident, e.run, e.subject, e.outcome, e.body,
       g.seq + case when g.dense then e.inserted - g.first
                    else (select count(*) from audit_entries b where b.inserted >= g.first and b.inserted < e.inserted) end as seq
  from audit_entries e
 cross join lateral (select * from audit_groups where first <= e.inserted order by first desc limit 1) g;
