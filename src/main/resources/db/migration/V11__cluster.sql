-- Several nodes on one PostgreSQL store. A store of one process has these tables too, and leaves them empty.

create table node (
    id          varchar(64)  primary key,      -- new each time that a process joins
    name        varchar(256) not null,
    version     varchar(64)  not null,
    joined_at   bigint       not null,         -- epoch milliseconds of the database, here and below
    seen_at     bigint       not null,
    alive_until bigint       not null,
    stopping    integer      not null default 0
);

-- Which node works on a conversation. A row's lock also orders what the nodes write to the conversation.
create table conversation (
    integration     varchar(64)  not null,
    conversation_id varchar(512) not null,
    owner           varchar(64),               -- a node's id, or null
    fence           bigint  not null default 0, -- number of the lease: each owner has a larger one
    seq             bigint  not null default 0, -- number of the last turn that came in
    waiting         integer not null default 0, -- 1 while turns may be unfinished
    ready_at        bigint  not null default 0, -- since when they wait, or when it was given back
    busy_at         bigint,                     -- when its people were last told that the queue is full
    primary key (integration, conversation_id)
);

${shared} alter table conversation set (fillfactor = 60);
${shared} create index conversation_waiting on conversation (ready_at) where waiting = 1 and owner is null;
${shared} create index conversation_idle on conversation (ready_at) where waiting = 0 and owner is null;
${shared} create index conversation_owner on conversation (owner) where owner is not null;

alter table message add column seq bigint;        -- order of turns in their conversation; null of those of a single process
alter table message add column node varchar(256); -- name of the node that works on it, or did last
alter table message add column node_id varchar(64);  -- id of that node
${shared} create index message_open on message (integration, conversation_id, seq) where state in ('received', 'running');

-- Which node makes the call; by it the others know whether a result will come.
alter table tool_request add column node_id varchar(64);

-- Calls that wait for each other since they address the same recipient.
create table recipient_call (
    id        ${identity},
    recipient varchar(512) not null,
    call_id   varchar(64)  not null,
    node_id   varchar(64)  not null
);

${shared} create index recipient_call_of on recipient_call (recipient, id);
${shared} create index robot_message_uuid on robot_message (msg_uuid);
