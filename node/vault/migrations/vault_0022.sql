-- What people said about two cases that may be one person: the smaller id stands first. The newest answer counts.
CREATE TABLE same_persons (
    one BLOB NOT NULL,
    other BLOB NOT NULL,
    is_same INTEGER NOT NULL CHECK (is_same IN (0, 1)),
    at INTEGER NOT NULL,
    by_user BLOB NOT NULL,
    PRIMARY KEY (one, other),
    CHECK (one < other)
) STRICT, WITHOUT ROWID;

CREATE INDEX same_persons_by_other ON same_persons (other);
