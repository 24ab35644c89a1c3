-- How many consumers have each status, and the texts that searches look through, kept by the database itself: whichever
-- version writes, and whatever is written by hand, they are as new as the row.
CREATE TABLE consumer_counts (status text COLLATE "C" NOT NULL PRIMARY KEY, number bigint NOT NULL);
INSERT INTO consumer_counts (status, number) SELECT status, COUNT(*) FROM consumers GROUP BY status;

-- Name and key of ASCII are folded as soon as they are written; of other scripts lower() folds nothing, by these columns'
-- collation. What has an owner or a note is folded by a node that knows them.
CREATE TABLE consumer_texts (
  key text COLLATE "C" NOT NULL PRIMARY KEY,
  text text COLLATE "C" NOT NULL,
  is_folded boolean NOT NULL DEFAULT FALSE
);
CREATE INDEX consumer_texts_unfolded ON consumer_texts (key) WHERE NOT is_folded;
-- The characters of a text: what finds one or two of them, and those of which pg_trgm takes no notice.
CREATE INDEX consumer_texts_characters ON consumer_texts USING gin (string_to_array(text, NULL));

INSERT INTO consumer_texts (key, text, is_folded)
  SELECT
    key,
    lower(name) || chr(10) || lower(key) || chr(10)
      || COALESCE(lower(owner) || chr(10), '') || COALESCE(lower(note) || chr(10), '') || chr(10),
    octet_length(name) = char_length(name) AND owner IS NULL AND note IS NULL
  FROM consumers;

-- The name to sort by is folded as the texts are.
CREATE FUNCTION latchkey_fold_name() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  NEW.folded_name := lower(NEW.name);
  RETURN NEW;
END $$;
CREATE TRIGGER consumers_named BEFORE INSERT ON consumers
  FOR EACH ROW EXECUTE FUNCTION latchkey_fold_name();
CREATE TRIGGER consumers_renamed BEFORE UPDATE OF name ON consumers
  FOR EACH ROW WHEN (NEW.name <> OLD.name) EXECUTE FUNCTION latchkey_fold_name();

CREATE FUNCTION latchkey_note_text() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO consumer_texts (key, text, is_folded) VALUES (
    NEW.key,
    lower(NEW.name) || chr(10) || lower(NEW.key) || chr(10)
      || COALESCE(lower(NEW.owner) || chr(10), '') || COALESCE(lower(NEW.note) || chr(10), '') || chr(10),
    octet_length(NEW.name) = char_length(NEW.name) AND NEW.owner IS NULL AND NEW.note IS NULL
  )
  ON CONFLICT (key) DO UPDATE SET text = EXCLUDED.text, is_folded = FALSE;
  RETURN NULL;
END $$;
CREATE TRIGGER consumers_text_inserted AFTER INSERT ON consumers
  FOR EACH ROW EXECUTE FUNCTION latchkey_note_text();
CREATE TRIGGER consumers_text_changed AFTER UPDATE OF name, owner, note ON consumers
  FOR EACH ROW WHEN ((NEW.name, NEW.owner, NEW.note) IS DISTINCT FROM (OLD.name, OLD.owner, OLD.note))
  EXECUTE FUNCTION latchkey_note_text();

-- By statement where many rows may come or go at once: one row of the counts must not be written once for each of them.
CREATE FUNCTION latchkey_count_inserted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO consumer_counts (status, number) SELECT status, COUNT(*) FROM inserted GROUP BY status
    ON CONFLICT (status) DO UPDATE SET number = consumer_counts.number + EXCLUDED.number;
  RETURN NULL;
END $$;
CREATE TRIGGER consumers_inserted AFTER INSERT ON consumers
  REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION latchkey_count_inserted();

CREATE FUNCTION latchkey_count_deleted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  UPDATE consumer_counts SET number = consumer_counts.number - gone.number
    FROM (SELECT status, COUNT(*) AS number FROM deleted GROUP BY status) AS gone
    WHERE consumer_counts.status = gone.status;
  DELETE FROM consumer_texts USING deleted WHERE consumer_texts.key = deleted.key;
  RETURN NULL;
END $$;
CREATE TRIGGER consumers_deleted AFTER DELETE ON consumers
  REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION latchkey_count_deleted();

CREATE FUNCTION latchkey_count_decided() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  UPDATE consumer_counts SET number = number - 1 WHERE status = OLD.status;
  INSERT INTO consumer_counts (status, number) VALUES (NEW.status, 1)
    ON CONFLICT (status) DO UPDATE SET number = consumer_counts.number + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER consumers_decided AFTER UPDATE OF status ON consumers
  FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION latchkey_count_decided();
