-- Messages to custom robots: at most 20 a minute go out, the others wait here in their order.
create table robot_message (
    id          ${identity},
    robot       varchar(64)  not null,           -- the integration, or a hash of a URL that is not in the settings
    integration varchar(64)  not null,
    url         text,                            -- a secret; null for the one in the settings
    msg_uuid    varchar(64)  not null,           -- by it DingTalk knows a message that is sent again
    payload     text         not null,           -- JSON as the robot takes it
    state       varchar(16)  not null default 'waiting', -- waiting, sent, failed
    queued_at   bigint       not null,           -- epoch milliseconds, here and below
    tried_at    bigint,                          -- when the last try was answered
    code        varchar(256),                    -- why it failed
    reason      text
);

create index robot_message_waiting on robot_message (robot, id) where state = 'waiting';
create index robot_message_of on robot_message (robot, id);
create index robot_message_queued on robot_message (queued_at);

-- Robots that DingTalk lets say nothing until then.
create table robot_ban (
    robot    varchar(64) primary key,
    until_ms bigint      not null
);
