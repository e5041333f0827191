-- What the bot and its tools sent, by the ids that DingTalk has for it: a quote of it often comes with such an id and without its text.
create table sent_text (
    integration varchar(64)  not null,
    message_key varchar(512) not null, -- processQueryKey, outTrackId, or a message id
    text        text         not null,
    sent_at     bigint       not null,
    primary key (integration, message_key)
);

create index sent_text_at on sent_text (sent_at);

-- The variables of a card, as a JSON object, so that its text is known after some of them were changed.
alter table sent_message add column card_params text;
