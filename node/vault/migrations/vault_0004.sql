-- What may still be stopped, and how each person wants the desk.

CREATE TABLE held (
    -- The order in which they were sent is the order in which they leave.
    number INTEGER NOT NULL PRIMARY KEY,
    held_id BLOB NOT NULL UNIQUE CHECK (length(held_id) = 16),
    user_id BLOB NOT NULL CHECK (length(user_id) = 16),
    -- The command: its name, and its body as it came. The body goes with the row or when it is refused.
    name TEXT NOT NULL,
    body BLOB NOT NULL,
    -- What it is about, for whoever looks at what is held.
    peer BLOB NOT NULL CHECK (length(peer) = 32),
    thread BLOB,
    case_id BLOB,
    held_at INTEGER NOT NULL,
    leaves_at INTEGER NOT NULL CHECK (leaves_at >= held_at),
    -- Why it was not sent after all; NULL as long as it is held.
    code TEXT
) STRICT;

CREATE TABLE user_settings (
    user_id BLOB NOT NULL PRIMARY KEY REFERENCES users,
    -- Empty as long as none was chosen.
    language TEXT NOT NULL,
    digits TEXT NOT NULL CHECK (digits IN ('latin', 'native')),
    has_practised INTEGER NOT NULL CHECK (has_practised IN (0, 1))
) STRICT, WITHOUT ROWID;
