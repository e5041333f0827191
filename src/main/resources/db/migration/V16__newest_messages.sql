-- The newest message of each conversation, noted by housekeeping some time after it came.
create table newest_message (
    integration     varchar(64)  not null,
    conversation_id varchar(512) not null,
    message_id      bigint       not null references message (id) on delete cascade,
    primary key (integration, conversation_id)
);

create index newest_message_id on newest_message (message_id);

-- Those that came before this version, by an index that SQLite has no longer once this is done.
insert into newest_message (integration, conversation_id, message_id)
    select integration, conversation_id, max(id) from message group by integration, conversation_id;
