-- Slots that were closed, whether the keyring is behind the vault, and what people are told once.

-- A person who was removed stays in the history, and so does the id of her slot; it opens nothing, and the
-- public half of what her passphrase becomes is overwritten.
ALTER TABLE slots ADD COLUMN is_open INTEGER NOT NULL DEFAULT 1 CHECK (is_open IN (0, 1));

-- Is owed from a change of the slots until the keyring was written; the next opening pays what a crash left.
CREATE TABLE keyring_debt (
    singleton INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    is_owed INTEGER NOT NULL CHECK (is_owed IN (0, 1))
) STRICT;

INSERT INTO keyring_debt (singleton, is_owed) VALUES (1, 0);

CREATE TABLE notices (
    notice_id INTEGER PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users,
    code TEXT NOT NULL
        CHECK (code IN ('sheet_used', 'sheet_new', 'person_removed', 'passphrase_reset')),
    at INTEGER NOT NULL
) STRICT;

CREATE INDEX notices_by_user ON notices (user_id);
