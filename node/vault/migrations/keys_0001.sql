-- What must never come back once it is destroyed. This file is in no backup.

-- The secret halves of the prekeys other nodes seal to, one for each slice of time.
CREATE TABLE prekeys (
    -- 16 bytes; stands in each envelope, so that the right seed is found.
    prekey_id BLOB NOT NULL PRIMARY KEY CHECK (length(prekey_id) = 16),
    -- The public half, as it stands in our bundle.
    public BLOB NOT NULL CHECK (length(public) = 1216),
    -- The secret half; whoever has it opens everything sealed in its slice.
    seed BLOB NOT NULL CHECK (length(seed) = 32),
    -- Instants: sealed to from the first to before the second; destroyed a grace after it.
    not_before INTEGER NOT NULL,
    not_after INTEGER NOT NULL CHECK (not_after > not_before)
) STRICT, WITHOUT ROWID;

CREATE INDEX prekeys_by_end ON prekeys (not_after);

-- One key for each imported dossier and for each outgoing payload about a survivor.
CREATE TABLE disclosure_keys (
    -- 16 random bytes; the encrypted row in vault.db names it.
    key_id BLOB NOT NULL PRIMARY KEY CHECK (length(key_id) = 16),
    -- Without it the row that names it is noise: destroying it is the erasure.
    key BLOB NOT NULL CHECK (length(key) = 32),
    -- Instant; a sweep destroys a key that no row names.
    made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
