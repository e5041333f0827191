-- Sessions are deleted by their age, each found by its id.
create index session_last_at on session (last_at);
create index session_id on session (session_id);
