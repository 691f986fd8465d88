-- What a charter asks of this node itself, and for how long what is locked has been waiting to be destroyed.

-- Hours of open vault within which what is locked is destroyed; then people are told until it is.
ALTER TABLE retention ADD COLUMN erase_hours INTEGER NOT NULL DEFAULT 72 CHECK (erase_hours BETWEEN 1 AND 72);

-- The high risk profile, whatever the settings of this node say.
ALTER TABLE retention ADD COLUMN is_high_risk INTEGER NOT NULL DEFAULT 0 CHECK (is_high_risk IN (0, 1));

-- Minutes of open vault since it was locked. No clock can move them.
ALTER TABLE erasures ADD COLUMN open_minutes INTEGER NOT NULL DEFAULT 0 CHECK (open_minutes >= 0);
