-- What could not be taken, still sealed, and the evidence of forks; a hundred at most, a week at most.

CREATE TABLE quarantine (
    envelope_id BLOB NOT NULL PRIMARY KEY CHECK (length(envelope_id) = 16),
    raw BLOB NOT NULL,
    code TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
