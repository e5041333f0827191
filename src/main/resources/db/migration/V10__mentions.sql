-- Whom each chunk of a reply mentions, as JSON: an array with an "at" for each chunk; null where none mentions anyone.
alter table reply add column mentions text;
alter table dead_letter add column mentions text; -- of the chunks that did not go out
