-- The words of the book as the database knows them: what an index is and while it is booked, what a pool may hold, what a
-- kind of entry may move. Filled from the kernel's tables (`words.py`); a test holds the two against each other.
-- Loaded before `book.sql`; every statement may be run again.

CREATE TABLE IF NOT EXISTS book_index (
  id text PRIMARY KEY, unit text NOT NULL, lots boolean NOT NULL, document text NOT NULL, since date NOT NULL, until date
);
CREATE TABLE IF NOT EXISTS book_pool (
  id text PRIMARY KEY, may_be_negative boolean NOT NULL, lots boolean NOT NULL, debt boolean NOT NULL
);
CREATE TABLE IF NOT EXISTS book_kind (id text PRIMARY KEY, past boolean NOT NULL);
CREATE TABLE IF NOT EXISTS book_move (
  kind text NOT NULL, "index" text NOT NULL, source text NOT NULL, target text NOT NULL,
  PRIMARY KEY (kind, "index", source, target)
);

-- A place keeps its book key for ever. It is its code, or its number where it has none or where another place's book bears
-- that code; as long as nothing is in its book, the key follows the code.
CREATE OR REPLACE FUNCTION book_free_key(of_place bigint, its_code text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN its_code IS NULL OR its_code IN ('', 'outside') OR its_code ~ '^p[0-9]+$'
                OR EXISTS (SELECT FROM ledger_placekey k WHERE k.key = its_code AND k.place_id <> of_place)
              THEN 'p' || of_place ELSE its_code END
$$;
CREATE OR REPLACE FUNCTION book_knows_place(of_place bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM ledger_account a WHERE a.place_id = of_place)
      OR EXISTS (SELECT FROM ledger_lot l WHERE l.place_id = of_place)
      OR EXISTS (SELECT FROM ledger_period p WHERE p.place_id = of_place)
$$;
CREATE OR REPLACE FUNCTION book_key_follows() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM ledger_placekey k WHERE k.place_id = OLD.id;
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.code IS NOT DISTINCT FROM OLD.code THEN
    RETURN NEW;
  END IF;
  PERFORM pg_advisory_xact_lock(40962, NEW.id::int); -- nobody opens an account of the place meanwhile
  IF TG_OP = 'INSERT' OR NOT book_knows_place(NEW.id) THEN
    INSERT INTO ledger_placekey AS k (place_id, key) VALUES (NEW.id, book_free_key(NEW.id, NEW.code))
      ON CONFLICT (place_id) DO UPDATE SET key = excluded.key;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION book_key_kept() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF book_knows_place(OLD.place_id) THEN
    RAISE EXCEPTION 'the book knows place %: % of its key refused', OLD.place_id, TG_OP USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE OR REPLACE TRIGGER ledger_key_given AFTER INSERT OR UPDATE OF code ON people_place
  FOR EACH ROW EXECUTE FUNCTION book_key_follows();
CREATE OR REPLACE TRIGGER ledger_key_taken BEFORE DELETE ON people_place FOR EACH ROW EXECUTE FUNCTION book_key_follows();
CREATE OR REPLACE TRIGGER ledger_placekey_kept BEFORE UPDATE OR DELETE ON ledger_placekey
  FOR EACH ROW EXECUTE FUNCTION book_key_kept();
CREATE OR REPLACE TRIGGER ledger_placekey_no_truncate BEFORE TRUNCATE ON ledger_placekey
  FOR EACH STATEMENT EXECUTE FUNCTION liangtian_append_only();
ALTER TABLE people_place ENABLE ALWAYS TRIGGER ledger_key_given, ENABLE ALWAYS TRIGGER ledger_key_taken;
ALTER TABLE ledger_placekey ENABLE ALWAYS TRIGGER ledger_placekey_kept, ENABLE ALWAYS TRIGGER ledger_placekey_no_truncate;
