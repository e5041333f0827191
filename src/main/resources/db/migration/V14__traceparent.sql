-- The span that a message was stored in, as W3C's trace context writes it; null where tracing is off.
alter table message add column traceparent varchar(64);
