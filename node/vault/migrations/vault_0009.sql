-- When a backup was last made here, and which backups this vault was restored from.

CREATE TABLE backup_state (
    singleton INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    -- The newest backup that was made and read back; NULL before the first.
    made_at INTEGER,
    name TEXT,
    bytes INTEGER,
    -- The last attempt that failed since then, and why; NULL where none did.
    failed_at INTEGER,
    failure TEXT
) STRICT;

INSERT INTO backup_state (singleton) VALUES (1);

CREATE TABLE restores (
    number INTEGER NOT NULL PRIMARY KEY,
    -- Instants: of the backup, and of its restoring.
    made_at INTEGER NOT NULL,
    restored_at INTEGER NOT NULL,
    -- The hash of the last entry of the audit log that came with the backup.
    audit_head BLOB NOT NULL CHECK (length(audit_head) = 32),
    -- Since when nobody here knows what was counted and spent; NULL where the journal reached us whole.
    journal_gap_since INTEGER,
    -- The first opening begins new streams and says hello; NULL until it did.
    begun_at INTEGER
) STRICT;

-- Everybody is told, too, when the vault was made of a backup.
CREATE TABLE notices_told (
    notice_id INTEGER PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users,
    code TEXT NOT NULL CHECK (
        code IN ('sheet_used', 'sheet_new', 'person_removed', 'passphrase_reset', 'restored')
    ),
    at INTEGER NOT NULL
) STRICT;

INSERT INTO notices_told (notice_id, user_id, code, at) SELECT notice_id, user_id, code, at FROM notices;

DROP TABLE notices;

ALTER TABLE notices_told RENAME TO notices;

CREATE INDEX notices_by_user ON notices (user_id);
