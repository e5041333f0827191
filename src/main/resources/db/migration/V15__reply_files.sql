-- Files that are sent after the text of a reply, as JSON: an array of {"path"|"url"|"base64", "name"}; null for none. Column sent counts
-- the chunks that were sent, then the files.
alter table reply add column files text;
alter table dead_letter add column files text; -- those that did not go out
