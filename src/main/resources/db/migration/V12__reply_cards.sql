-- Cards that show a reply while it forms: from before the first call until they are brought to their end.
create table reply_card (
    out_track_id varchar(64) primary key,
    integration  varchar(64) not null,
    message_id   bigint      not null, -- of the message whose reply it shows
    attempt      integer     not null, -- of that message; a later attempt has a card of its own
    state        varchar(16) not null, -- open; shown: shows its end, and only its status is left to be set
    ending       text,                 -- what it is to show at its end, where that is not the reply
    failed       integer     not null, -- 1 where it ends as failed
    carrier      varchar(512),         -- DingTalk's key of the card, by which it is recalled
    tries        integer     not null, -- to bring it to its end after its turn
    next_at      bigint      not null, -- of those, epoch milliseconds
    created_at   bigint      not null
);

create index reply_card_next on reply_card (next_at);
create index reply_card_message on reply_card (message_id);
