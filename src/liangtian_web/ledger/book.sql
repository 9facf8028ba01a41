-- The book in the database: one way in (book_post), and triggers that hold for everybody, the owner included.
-- Core PostgreSQL 15 or newer, no extension. Every statement may be run again.
-- A refusal has SQLSTATE LT409, its message id as message and its parameters as JSON in the detail.

CREATE OR REPLACE FUNCTION book_refuse(refusal text, params jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', refusal USING ERRCODE = 'LT409', DETAIL = params::text;
END $$;

-- Writers of the same account wait for each other; always in the order of ids, so that none waits in a circle.
-- Advisory locks: a row lock would write the row and, shared, a multixact.
CREATE OR REPLACE FUNCTION book_lock(accounts bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(40961, id::int) FROM (SELECT DISTINCT unnest(accounts) AS id ORDER BY 1) AS ordered;
END $$;

-- Legs: the entry is this transaction's own, sums are zero for each index and lot, the period is open, and no account
-- that may not be negative is negative at the end of any day from the entry's on.
CREATE OR REPLACE FUNCTION book_legs_added() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE wrong record; one record; broken_on date; lacking bigint;
BEGIN
  SELECT l.entry_id, l.account_id, l.lot_id, e.id AS entry_found, a.id AS account_found, a.index, a.names_lots,
         e.created_xid IS DISTINCT FROM pg_current_xact_id()::text::bigint AS old, l."on" IS DISTINCT FROM e."on" AS dated
    INTO wrong
    FROM added l LEFT JOIN ledger_entry e ON e.id = l.entry_id LEFT JOIN ledger_account a ON a.id = l.account_id
   WHERE e.id IS NULL OR a.id IS NULL OR e.created_xid <> pg_current_xact_id()::text::bigint OR l."on" <> e."on"
      OR (a.names_lots AND l.lot_id IS NULL) OR (l.lot_id IS NOT NULL AND NOT a.names_lots AND NOT a.may_be_negative)
      OR (l.lot_id IS NOT NULL AND NOT EXISTS (SELECT FROM ledger_lot t WHERE t.id = l.lot_id))
   LIMIT 1;
  IF FOUND THEN
    PERFORM book_refuse(
      CASE WHEN wrong.entry_found IS NULL OR wrong.old OR wrong.dated THEN 'book-entry-closed'
           WHEN wrong.account_found IS NULL THEN 'book-account-unknown'
           WHEN wrong.lot_id IS NULL THEN 'book-lot-missing'
           WHEN wrong.names_lots THEN 'book-lot-unknown' ELSE 'book-lot-unasked' END,
      jsonb_build_object('account', wrong.account_id, 'lot', wrong.lot_id, 'entry', wrong.entry_id));
  END IF;
  SELECT a.index, l.lot_id, sum(l.amount) AS rest INTO wrong
    FROM added l JOIN ledger_account a ON a.id = l.account_id
   GROUP BY l.entry_id, a.index, l.lot_id HAVING sum(l.amount) <> 0 LIMIT 1;
  IF FOUND THEN
    PERFORM book_refuse('book-unbalanced', jsonb_build_object('index', wrong.index, 'lot', wrong.lot_id, 'rest', wrong.rest));
  END IF;
  SELECT p.place_id, p.until, l."on" INTO wrong
    FROM added l JOIN ledger_account a ON a.id = l.account_id JOIN ledger_period p ON p.place_id = a.place_id
   WHERE p.until >= l."on" ORDER BY p.until DESC LIMIT 1;
  IF FOUND THEN
    PERFORM book_refuse('book-period-closed', jsonb_build_object('place', wrong.place_id, 'until', wrong.until, 'on', wrong."on"));
  END IF;

  INSERT INTO ledger_day AS d (account_id, "on", known_on, amount)
    SELECT l.account_id, l."on", (e.recorded_at AT TIME ZONE 'Asia/Shanghai')::date, sum(l.amount)
      FROM added l JOIN ledger_entry e ON e.id = l.entry_id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (account_id, "on", known_on) DO UPDATE SET amount = d.amount + excluded.amount;
  FOR one IN
    WITH moved AS (
      SELECT account_id, coalesce(lot_id, 0) AS lot_id, sum(amount) AS amount, min("on") AS since, max("on") AS until,
             min(amount) < 0 AS taken
        FROM added GROUP BY 1, 2 ORDER BY 1, 2
    ), stood AS (
      INSERT INTO ledger_standing AS s (account_id, lot_id, balance, last_on)
        SELECT account_id, lot_id, amount, until FROM moved
        ON CONFLICT (account_id, lot_id) DO UPDATE
          SET balance = s.balance + excluded.balance, last_on = greatest(s.last_on, excluded.last_on)
        RETURNING account_id, lot_id, balance, last_on
    )
    SELECT stood.*, moved.since FROM stood JOIN moved USING (account_id, lot_id) JOIN ledger_account a ON a.id = account_id
     WHERE moved.taken AND NOT a.may_be_negative AND (stood.balance < 0 OR stood.last_on > moved.since)
  LOOP
    SELECT b."on", b.balance INTO broken_on, lacking FROM book_days_from(one.account_id, one.lot_id, one.since) b
     WHERE b.balance < 0 ORDER BY b."on" LIMIT 1;
    IF FOUND THEN
      PERFORM book_refuse('book-below-zero', jsonb_build_object(
        'account', one.account_id, 'lot', nullif(one.lot_id, 0), 'on', broken_on, 'lacking', -lacking));
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
ALTER FUNCTION book_legs_added() SET plan_cache_mode = force_generic_plan;

-- Balance of an account, or of a lot in it, at the end of every day with a movement from `since` on: counted back from
-- what stands now, so that its cost follows the days after `since`, not the age of the account.
CREATE OR REPLACE FUNCTION book_days_from(account bigint, lot bigint, since date) RETURNS TABLE ("on" date, balance bigint)
  LANGUAGE sql STABLE AS $$
  WITH moved AS (
    SELECT d."on", sum(d.amount) AS amount FROM ledger_day d
     WHERE lot = 0 AND d.account_id = account AND d."on" >= since GROUP BY 1
    UNION ALL
    SELECT l."on", sum(l.amount) FROM ledger_leg l
     WHERE lot <> 0 AND l.lot_id = lot AND l.account_id = account AND l."on" >= since GROUP BY 1
  )
  SELECT m."on", (s.balance - coalesce(sum(m.amount) OVER (
           ORDER BY m."on" DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))::bigint
    FROM moved m, ledger_standing s WHERE s.account_id = account AND s.lot_id = lot
$$;

-- An entry is stamped with its transaction, and has legs by the time it is committed.
CREATE OR REPLACE FUNCTION book_entry_stamped() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.created_xid := pg_current_xact_id()::text::bigint;
  RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION book_entry_has_legs() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM ledger_leg WHERE entry_id = NEW.id) THEN
    PERFORM book_refuse('book-entry-empty', jsonb_build_object('key', NEW.key));
  END IF;
  RETURN NULL;
END $$;

-- The one way in. Returns the entry, and whether it had been posted before under the same key.
CREATE OR REPLACE FUNCTION book_post(
  entry_uuid uuid, entry_key text, entry_on date, entry_kind text, entry_evidence text, entry_rules text,
  entry_note text, entry_actor bigint, entry_proposer bigint, entry_reverses bigint, entry_settles bigint,
  entry_expires date, entry_linked uuid, accounts bigint[], lots bigint[], amounts bigint[],
  OUT entry bigint, OUT repeated boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF coalesce(cardinality(accounts), 0) = 0 THEN
    PERFORM book_refuse('book-entry-empty', jsonb_build_object('key', entry_key));
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'the book is written at read committed: an older snapshot does not see the last writer';
  END IF;
  PERFORM book_lock(accounts);
  INSERT INTO ledger_entry (uuid, key, "on", recorded_at, kind, evidence, rules, note, actor_id, proposer_id,
                            reverses_id, settles_id, expires, linked, created_xid)
    VALUES (entry_uuid, entry_key, entry_on, clock_timestamp(), entry_kind, entry_evidence, entry_rules, entry_note,
            entry_actor, entry_proposer, entry_reverses, entry_settles, entry_expires, entry_linked, 0)
    ON CONFLICT (key) DO NOTHING RETURNING id INTO entry;
  repeated := entry IS NULL;
  IF repeated THEN
    SELECT e.id INTO entry FROM ledger_entry e WHERE e.key = entry_key;
    IF NOT book_is_same(entry, entry_on, entry_kind, accounts, lots, amounts) THEN
      PERFORM book_refuse('book-key-reused', jsonb_build_object('key', entry_key));
    END IF;
    RETURN;
  END IF;
  INSERT INTO ledger_leg (entry_id, n, account_id, lot_id, amount, "on")
    SELECT entry, n, account, lot, amount, entry_on
      FROM unnest(accounts, lots, amounts) WITH ORDINALITY AS legs (account, lot, amount, n);
END $$;
ALTER FUNCTION book_post SET plan_cache_mode = force_generic_plan;

-- Whether an entry posted earlier is the one asked for again.
CREATE OR REPLACE FUNCTION book_is_same(
  posted bigint, entry_on date, entry_kind text, accounts bigint[], lots bigint[], amounts bigint[]
) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM ledger_entry WHERE id = posted AND "on" = entry_on AND kind = entry_kind)
     AND NOT EXISTS (
       (SELECT account_id, lot_id, amount, n::bigint FROM ledger_leg WHERE entry_id = posted
        EXCEPT SELECT * FROM unnest(accounts, lots, amounts) WITH ORDINALITY)
       UNION ALL
       (SELECT * FROM unnest(accounts, lots, amounts) WITH ORDINALITY
        EXCEPT SELECT account_id, lot_id, amount, n::bigint FROM ledger_leg WHERE entry_id = posted))
$$;
