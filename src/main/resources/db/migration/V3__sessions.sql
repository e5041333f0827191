-- The current thread of talk of a conversation, or of each person in it.
create table session (
    integration       varchar(64)  not null,
    conversation_id   varchar(512) not null,
    sender_id         varchar(512) not null, -- '' where all share it
    session_id        varchar(64)  not null,
    started_at        bigint       not null,
    last_at           bigint       not null, -- when something last happened in it
    last_message      bigint,                -- the message that went to an agent last, here or in the session before; it may be gone
    turns             bigint       not null default 0,
    messages_in       bigint       not null default 0,
    messages_out      bigint       not null default 0,
    characters_in     bigint       not null default 0,
    characters_out    bigint       not null default 0,
    agent_millis      bigint       not null default 0,
    prompt_tokens     bigint       not null default 0,
    completion_tokens bigint       not null default 0,
    primary key (integration, conversation_id, sender_id)
);

-- What was said in sessions and answered by agents, as far back as agents are told.
create table history (
    session_id varchar(64) not null,
    message_id bigint      not null,
    said_at    bigint      not null,
    said       text        not null,
    replied_at bigint      not null,
    reply      text,                 -- null where the agent chose to say nothing
    primary key (session_id, message_id)
);

-- One refusal per person and hour.
create index message_refusal on message (integration, sender_id, received_at) where kind = 'refusal';
