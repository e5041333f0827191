-- A message has one dead letter at most: a replay that fails again makes the same one wait again.
delete from dead_letter where message_id is not null and id not in (select max(id) from dead_letter group by message_id);
create unique index dead_letter_message on dead_letter (message_id);

alter table dead_letter add column state varchar(16) not null default 'waiting'; -- waiting (for a person), requested (to be replayed), replayed
alter table dead_letter add column sent integer not null default 0;              -- chunks that went out before those in chunks
alter table dead_letter add column replayed_at bigint;

-- Few are being replayed at any time.
create index dead_letter_requested on dead_letter (message_id) where state = 'requested';

-- What housekeeping looks for.
create index message_over on message (finished_at) where finished_at is not null and state not in ('dead', 'failed');
create index message_dead on message (finished_at) where state in ('dead', 'failed');
create index dead_letter_waiting on dead_letter (created_at) where state = 'waiting';
create index dead_letter_replayed on dead_letter (replayed_at) where state = 'replayed';

-- One row that is written when the store was in trouble, to see whether it still is.
create table probe (filler text not null);
insert into probe (filler) values ('');
