-- Files: our copies of what is sent to a partner, and what came from one, part by part.

-- A copy that was read in once, to be sent to one partner. It goes when all of it arrived, or when she withdraws.
CREATE TABLE own_files (
    -- The order in which they were begun is the order in which they go.
    number INTEGER NOT NULL PRIMARY KEY,
    file_id BLOB NOT NULL UNIQUE CHECK (length(file_id) = 16),
    thread BLOB NOT NULL CHECK (length(thread) = 16),
    peer BLOB NOT NULL CHECK (length(peer) = 32),
    -- The one consent under which it may go; with its end the copy is destroyed.
    consent_id BLOB NOT NULL CHECK (length(consent_id) = 16),
    category INTEGER NOT NULL,
    label TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size > 0),
    -- Known by its first bytes, and by all of them: NULL until these were read.
    kind TEXT,
    hash BLOB CHECK (length(hash) = 32),
    state TEXT NOT NULL CHECK (state IN ('reading', 'kept', 'sending', 'sent', 'stopped')),
    -- The message it follows, once it is to be sent.
    follows BLOB,
    -- Names the key of the parts in keys.db; NULL once that was destroyed.
    key_id BLOB,
    begun_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX own_files_by_thread ON own_files (thread);
CREATE INDEX own_files_by_consent ON own_files (consent_id);
CREATE INDEX own_files_sending ON own_files (number) WHERE state = 'sending';

CREATE TABLE own_file_parts (
    file_id BLOB NOT NULL REFERENCES own_files (file_id),
    part INTEGER NOT NULL CHECK (part >= 0),
    -- Encrypted under the file's key; NULL once that was destroyed.
    content BLOB,
    -- The item of the outbox in which it goes, once it was queued.
    message_id BLOB,
    -- 1 once the partner has it; that message may be forgotten before the file is whole over there.
    is_there INTEGER NOT NULL DEFAULT 0 CHECK (is_there IN (0, 1)),
    PRIMARY KEY (file_id, part)
) STRICT;

-- What came. The content stays in the messages it came in, and is locked and erased with them.
CREATE TABLE received_files (
    number INTEGER NOT NULL PRIMARY KEY,
    file_id BLOB NOT NULL UNIQUE CHECK (length(file_id) = 16),
    peer BLOB NOT NULL CHECK (length(peer) = 32),
    thread BLOB NOT NULL CHECK (length(thread) = 16),
    -- The hash of the consent it came under.
    consent BLOB NOT NULL CHECK (length(consent) = 32),
    follows BLOB NOT NULL,
    size INTEGER NOT NULL CHECK (size > 0),
    -- What it is: NULL once it is gone.
    hash BLOB CHECK (length(hash) = 32),
    category INTEGER,
    kind TEXT,
    label TEXT,
    state TEXT NOT NULL CHECK (state IN ('arriving', 'whole', 'broken', 'given_up', 'erased')),
    begun_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX received_files_by_hash ON received_files (peer, consent, hash)
    WHERE hash IS NOT NULL;
CREATE INDEX received_files_by_thread ON received_files (thread);
CREATE INDEX received_files_by_consent ON received_files (consent);
CREATE INDEX received_files_by_state ON received_files (state) WHERE hash IS NOT NULL;

CREATE TABLE received_file_parts (
    file_id BLOB NOT NULL REFERENCES received_files (file_id),
    part INTEGER NOT NULL CHECK (part >= 0),
    message_id BLOB NOT NULL,
    PRIMARY KEY (file_id, part)
) STRICT, WITHOUT ROWID;

-- How much lies early is asked at each part that comes early.
CREATE INDEX messages_early_parts ON messages (peer)
    WHERE type = 'blob.chunk/1' AND status = 'early';
