-- The whole way of a message, for whoever asks what became of it. Unknown of messages that came in before this.

alter table message add column conversation_type varchar(8);    -- dm, group
alter table message add column conversation_title varchar(256);
alter table message add column came_by varchar(16);             -- webhook, stream
alter table message add column proof varchar(16);               -- hmac, callback, stream
alter table message add column stored_ms bigint;                -- from its delivery until it was durable
alter table message add column agent_ms bigint;                 -- what the agent took
alter table message add column replies text;                    -- a JSON object a line for each chunk that went out

-- Conversations, and the last message of each.
create index message_conversation on message (integration, conversation_id, id);
