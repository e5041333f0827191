-- What other systems are told, written in the commit of what it tells; deleted when the endpoint of dingtalk.outbox took it.
create table outbox (
    id              ${identity},
    event_type      varchar(512) not null,  -- bot_accepted, bot_turn_finished, bot_turn_failed, card_callback, or DingTalk's name
    event_id        varchar(512) not null,  -- the same each time the event is delivered
    integration     varchar(64)  not null,
    conversation_id varchar(512),           -- of messages and turns
    payload         text         not null,  -- JSON
    recorded_at     bigint       not null   -- epoch milliseconds
);

create index outbox_recorded on outbox (recorded_at);
