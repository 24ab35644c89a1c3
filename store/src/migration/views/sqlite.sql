-- How many consumers have each status, and the texts that searches look through, kept by the database itself: whichever
-- version writes, and whatever is written by hand, they are as new as the row.
CREATE TABLE consumer_counts (status TEXT NOT NULL PRIMARY KEY, number BIGINT NOT NULL);
INSERT INTO consumer_counts (status, number) SELECT status, COUNT(*) FROM consumers GROUP BY status;

-- Name and key of ASCII are folded as soon as they are written; of other scripts lower() folds nothing. What has an owner or
-- a note is folded by a node that knows them.
CREATE TABLE consumer_texts (
  number INTEGER NOT NULL PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  text TEXT NOT NULL,
  is_folded BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX consumer_texts_unfolded ON consumer_texts (key) WHERE NOT is_folded;
-- Every three characters of a text. The texts themselves stay where they are.
CREATE VIRTUAL TABLE consumer_trigrams USING fts5(
  text, content = 'consumer_texts', content_rowid = 'number', detail = none, columnsize = 0,
  tokenize = 'trigram case_sensitive 1'
);
CREATE VIRTUAL TABLE consumer_trigram_terms USING fts5vocab('consumer_trigrams', 'row');

CREATE TRIGGER consumer_texts_inserted AFTER INSERT ON consumer_texts BEGIN
  INSERT INTO consumer_trigrams (rowid, text) VALUES (NEW.number, NEW.text);
END;
CREATE TRIGGER consumer_texts_deleted AFTER DELETE ON consumer_texts BEGIN
  INSERT INTO consumer_trigrams (consumer_trigrams, rowid, text) VALUES ('delete', OLD.number, OLD.text);
END;
CREATE TRIGGER consumer_texts_updated AFTER UPDATE OF text ON consumer_texts WHEN NEW.text <> OLD.text BEGIN
  INSERT INTO consumer_trigrams (consumer_trigrams, rowid, text) VALUES ('delete', OLD.number, OLD.text);
  INSERT INTO consumer_trigrams (rowid, text) VALUES (NEW.number, NEW.text);
END;
INSERT INTO consumer_texts (key, text, is_folded)
  SELECT
    key,
    lower(name) || char(10) || lower(key) || char(10)
      || COALESCE(lower(owner) || char(10), '') || COALESCE(lower(note) || char(10), '') || char(10),
    length(CAST(name AS BLOB)) = length(name) AND owner IS NULL AND note IS NULL
  FROM consumers;

-- The name to sort by is folded as the texts are.
CREATE TRIGGER consumers_inserted AFTER INSERT ON consumers BEGIN
  INSERT INTO consumer_counts (status, number) VALUES (NEW.status, 1)
    ON CONFLICT (status) DO UPDATE SET number = number + 1;
  UPDATE consumers SET folded_name = lower(NEW.name) WHERE key = NEW.key;
  INSERT INTO consumer_texts (key, text, is_folded) VALUES (
    NEW.key,
    lower(NEW.name) || char(10) || lower(NEW.key) || char(10)
      || COALESCE(lower(NEW.owner) || char(10), '') || COALESCE(lower(NEW.note) || char(10), '') || char(10),
    length(CAST(NEW.name AS BLOB)) = length(NEW.name) AND NEW.owner IS NULL AND NEW.note IS NULL
  );
END;
CREATE TRIGGER consumers_deleted AFTER DELETE ON consumers BEGIN
  UPDATE consumer_counts SET number = number - 1 WHERE status = OLD.status;
  DELETE FROM consumer_texts WHERE key = OLD.key;
END;
CREATE TRIGGER consumers_decided AFTER UPDATE OF status ON consumers WHEN NEW.status <> OLD.status BEGIN
  UPDATE consumer_counts SET number = number - 1 WHERE status = OLD.status;
  INSERT INTO consumer_counts (status, number) VALUES (NEW.status, 1)
    ON CONFLICT (status) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER consumers_renamed AFTER UPDATE OF name ON consumers WHEN NEW.name <> OLD.name BEGIN
  UPDATE consumers SET folded_name = lower(NEW.name) WHERE key = NEW.key;
END;
CREATE TRIGGER consumers_text_changed AFTER UPDATE OF name, owner, note ON consumers
  WHEN NEW.name <> OLD.name OR NEW.owner IS NOT OLD.owner OR NEW.note IS NOT OLD.note BEGIN
  UPDATE consumer_texts
    SET text = lower(NEW.name) || char(10) || lower(NEW.key) || char(10)
          || COALESCE(lower(NEW.owner) || char(10), '') || COALESCE(lower(NEW.note) || char(10), '') || char(10),
      is_folded = FALSE
    WHERE key = NEW.key;
END;
