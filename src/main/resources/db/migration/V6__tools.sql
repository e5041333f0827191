-- Calls of tools that have a requestId, for a day: who asks again gets the first result.
create table tool_request (
    request_id  varchar(128) primary key,
    fingerprint varchar(64) not null, -- of the arguments
    result      text,                 -- JSON; null while it runs
    begun_at    bigint      not null
);

create index tool_request_begun on tool_request (begun_at);

-- What tools sent, so that it can be updated and recalled.
create table sent_message (
    integration varchar(64)  not null,
    message_id  varchar(512) not null, -- what the caller got: DingTalk's first key, or the card's outTrackId
    kind        varchar(8)   not null, -- people, group, card
    place       text         not null, -- JSON array: the people's user ids, the group's conversation id, or the card's space
    recipients  text         not null, -- JSON array: who was named, a mobile number only by its ends
    message_keys text        not null, -- JSON array: DingTalk's keys of its messages, in order
    state       varchar(16)  not null, -- sent, recalled
    request_id  varchar(128),
    sent_at     bigint       not null,
    primary key (integration, message_id)
);

create index sent_message_at on sent_message (sent_at);
create index sent_message_request on sent_message (request_id) where request_id is not null;

-- People who talked to the bot, by the ids that DingTalk gives them in messages.
create table person (
    integration varchar(64)  not null,
    id          varchar(512) not null, -- sender id or union id
    staff_id    varchar(512) not null,
    met_at      bigint       not null,
    primary key (integration, id)
);
