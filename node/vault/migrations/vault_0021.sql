-- The words of names with how they sound, one row for each reading, so that a name is found in another script
-- and in another spelling. As `search_texts`, they go with the text that they come from.
CREATE TABLE name_words (
    number INTEGER NOT NULL REFERENCES case_order,
    -- A case of ours, or the message that a name came in.
    owner BLOB NOT NULL,
    key TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (number, owner, key, word)
) STRICT, WITHOUT ROWID;

CREATE INDEX name_words_by_key ON name_words (key, number);
CREATE INDEX name_words_by_owner ON name_words (owner);

CREATE TRIGGER names_deleted BEFORE DELETE ON case_order BEGIN
    DELETE FROM name_words WHERE number = old.number;
END;
