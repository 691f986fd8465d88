-- The index over the words of `search_texts`, kept by triggers.

-- The categories keep Bengali and Devanagari vowel signs inside their words; without them each word breaks.
CREATE VIRTUAL TABLE search USING fts5(
    text,
    content = 'search_texts',
    content_rowid = 'search_id',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'",
    prefix = '2 3'
);

-- Without it a deleted word stays in the index's segments.
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER search_texts_inserted AFTER INSERT ON search_texts BEGIN
    INSERT INTO search (rowid, text) VALUES (new.search_id, new.text);
END;

CREATE TRIGGER search_texts_deleted AFTER DELETE ON search_texts BEGIN
    INSERT INTO search (search, rowid, text) VALUES ('delete', old.search_id, old.text);
END;
