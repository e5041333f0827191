-- Who spoke: in a group several people share a session.
alter table history add column sender_id varchar(512);
alter table history add column sender_nick varchar(256);

-- What a tool sent says; null where it is not for histories.
alter table sent_message add column text text;

-- Where a message of a tool can be read: it belongs to the history of the session there.
create table sent_to (
    id            ${identity},
    integration   varchar(64)   not null,
    place         varchar(1024) not null, -- a group's conversation id, or user: and the user id for the DM with that person
    message_id    varchar(512)  not null, -- of sent_message
    after_message bigint        not null, -- the last message that had been received by then
    sent_at       bigint        not null
);

create index sent_to_place on sent_to (integration, place, id);
create index sent_to_at on sent_to (sent_at);
