-- What SQLite and PostgreSQL both take; ${identity} is the one thing they spell differently.

-- Messages that came in: the queue of record. The unique key is the dedupe.
create table message (
    id              ${identity},
    integration     varchar(64)  not null,
    msg_id          varchar(512) not null,
    conversation_id varchar(512) not null,
    sender_id       varchar(512),
    kind            varchar(16)  not null, -- turn
    state           varchar(16)  not null, -- received, running, done, failed, dead
    payload         text         not null, -- the message as DingTalk sent it
    attempts        integer      not null default 0,
    received_at     bigint       not null, -- epoch milliseconds, here and below
    started_at      bigint,
    finished_at     bigint,
    agent           varchar(64),
    bound_by        varchar(16),           -- conversation, trigger, fallback
    error           text,
    unique (integration, msg_id)
);

-- Few rows are unfinished at any time, however many are kept.
create index message_unfinished on message (id) where state in ('received', 'running');

-- Replies of several chunks, while they are being sent: where to go on after a crash.
create table reply (
    message_id bigint  primary key references message (id) on delete cascade,
    chunks     text    not null, -- JSON array of texts
    sent       integer not null
);

-- Which agent a conversation was given by its people.
create table binding (
    integration     varchar(64)  not null,
    conversation_id varchar(512) not null,
    agent           varchar(64)  not null,
    bound_by        varchar(512),
    bound_at        bigint       not null,
    primary key (integration, conversation_id)
);

-- What could not be finished and waits for a person.
create table dead_letter (
    id              ${identity},
    message_id      bigint references message (id) on delete set null,
    integration     varchar(64)  not null,
    conversation_id varchar(512) not null,
    kind            varchar(16)  not null, -- turn: no answer was made; reply: an answer could not be sent
    code            varchar(256) not null,
    reason          text         not null,
    remedy          text         not null,
    attempts        integer      not null,
    chunks          text,                  -- JSON array: the reply's chunks that did not go out
    created_at      bigint       not null
);

-- Events that were handed on, for a day.
create table event_seen (
    integration varchar(64)  not null,
    event_id    varchar(512) not null,
    seen_at     bigint       not null,
    primary key (integration, event_id)
);

create index event_seen_at on event_seen (seen_at);
