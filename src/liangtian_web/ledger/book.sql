-- The book in the database: one way in, `book_post`, and triggers that hold for everybody, the owner included.
-- Core PostgreSQL 15 or newer, no extension. Every statement may be run again.
-- A refusal has SQLSTATE LT409, its message id as message and its parameters as JSON in the detail.

CREATE OR REPLACE FUNCTION book_refuse(refusal text, params jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', refusal USING ERRCODE = 'LT409', DETAIL = params::text;
END $$;

-- Writers of the same account wait for each other, always in the order of ids, so that none waits in a circle.
-- Advisory locks: a row lock would write the row. The lock is kept until the entry is committed; within an account,
-- ids of entries therefore follow the order of commits.
CREATE OR REPLACE FUNCTION book_lock(accounts bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(40961, id::int) FROM (SELECT DISTINCT unnest(accounts) AS id ORDER BY 1) AS ordered;
END $$;

-- What an account (lot NULL) or a lot in it holds at the end of every day with a movement from `since` on: counted back
-- from what stands now, so that the cost follows the days after `since`, not the age of the account.
CREATE OR REPLACE FUNCTION book_days_from(account bigint, lot bigint, since date) RETURNS TABLE ("on" date, balance bigint)
  LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF lot IS NULL THEN
    RETURN QUERY
      WITH moved AS (
        SELECT part."on", sum(part.amount) AS amount FROM (
          SELECT d."on", d.amount FROM ledger_day d WHERE d.account_id = account AND d."on" >= since
          UNION ALL
          SELECT l."on", l.amount FROM ledger_leg l WHERE l.account_id = account AND l."on" >= since
             AND l.entry_id > coalesce((SELECT f.entry_id FROM ledger_fold f WHERE f.account_id = account), 0)
        ) AS part GROUP BY 1
      ), stands AS (
        SELECT l.balance FROM ledger_leg l WHERE l.account_id = account ORDER BY l.entry_id DESC, l.n DESC LIMIT 1
      )
      SELECT m."on", (s.balance - coalesce(sum(m.amount) OVER (
               ORDER BY m."on" DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))::bigint
        FROM moved m, stands s;
  ELSE
    RETURN QUERY
      SELECT m."on", sum(m.amount) OVER (ORDER BY m."on")::bigint
        FROM (SELECT l."on", sum(l.amount) AS amount FROM ledger_leg l
               WHERE l.lot_id = lot AND l.account_id = account GROUP BY 1) AS m;
  END IF;
END $$;

-- Refuse when an account, or a lot in it, is below zero at the end of some day from `since` on.
CREATE OR REPLACE FUNCTION book_hold_above_zero(account bigint, lot bigint, since date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE broken record;
BEGIN
  SELECT d."on", d.balance INTO broken FROM book_days_from(account, lot, since) d
   WHERE d."on" >= since AND d.balance < 0 ORDER BY d."on" LIMIT 1;
  IF FOUND THEN
    PERFORM book_refuse('book-below-zero', jsonb_build_object(
      'account', account, 'lot', lot, 'on', broken."on", 'lacking', -broken.balance));
  END IF;
END $$;

-- Why a leg cannot be booked. Never returns.
CREATE OR REPLACE FUNCTION book_refuse_leg(leg record, entry_on date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM book_refuse(
    CASE WHEN leg.may_be_negative IS NULL THEN 'book-account-unknown' WHEN leg.through IS NOT NULL THEN 'book-period-closed'
         WHEN leg.lot IS NULL THEN 'book-lot-missing' WHEN leg.lot_found IS NULL THEN 'book-lot-unknown'
         ELSE 'book-lot-unwanted' END,
    jsonb_build_object('account', leg.account, 'lot', leg.lot, 'on', entry_on, 'through', leg.through));
END $$;

-- The one way in. Returns the entry, and whether it had been posted before under the same key.
CREATE OR REPLACE FUNCTION book_post(
  entry_uuid uuid, entry_key text, entry_on date, entry_kind text, entry_evidence text[], entry_rules text[],
  entry_actor bigint, entry_approver bigint, entry_reverses bigint, entry_settles bigint, entry_linked text[],
  entry_expires date, accounts bigint[], lots bigint[], amounts bigint[], OUT entry bigint, OUT repeated boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE one record;
BEGIN
  IF coalesce(cardinality(accounts), 0) = 0 THEN
    PERFORM book_refuse('book-entry-empty', jsonb_build_object('key', entry_key));
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'the book is written at read committed: an older snapshot does not see the last writer';
  END IF;
  PERFORM pg_advisory_xact_lock(40961, id::int) FROM (SELECT DISTINCT unnest(accounts) AS id ORDER BY 1) AS ordered;
  INSERT INTO ledger_entry (uuid, key, "on", recorded_at, kind, evidence, rules, actor_id, approver_id, reverses_id,
                            settles_id, linked, expires, created_xid)
    VALUES (entry_uuid, entry_key, entry_on, clock_timestamp(), entry_kind, entry_evidence, entry_rules, entry_actor,
            entry_approver, entry_reverses, entry_settles, entry_linked, entry_expires, 0)
    ON CONFLICT (key) DO NOTHING RETURNING id INTO entry;
  repeated := entry IS NULL;
  IF repeated THEN
    SELECT e.id INTO entry FROM ledger_entry e WHERE e.key = entry_key;
    IF NOT book_is_same(entry, entry_on, entry_kind, accounts, lots, amounts) THEN
      PERFORM book_refuse('book-key-reused', jsonb_build_object('key', entry_key));
    END IF;
    RETURN;
  END IF;
  -- One statement: what stands in each account and lot, the legs with what stands there after, and the legs to look at.
  -- Laterals with LIMIT keep the plan at index look-ups, whatever size the tables had when it was made.
  FOR one IN
    WITH asked AS MATERIALIZED (
      SELECT leg.*, a.may_be_negative, a.names_lots, t.id AS lot_found, p.through,
             leg.amount + coalesce(s.balance, 0) AS balance, greatest(entry_on, s.latest) AS latest
        FROM unnest(accounts, lots, amounts) WITH ORDINALITY AS leg (account, lot, amount, n)
        LEFT JOIN LATERAL (SELECT * FROM ledger_account a WHERE a.id = leg.account LIMIT 1) AS a ON true
        LEFT JOIN LATERAL (SELECT t.id FROM ledger_lot t WHERE t.id = leg.lot LIMIT 1) AS t ON true
        LEFT JOIN LATERAL (
          SELECT p.through FROM ledger_period p WHERE p.place_id = a.place_id AND p.through >= entry_on LIMIT 1
        ) AS p ON true
        LEFT JOIN LATERAL (
          (SELECT l.balance, l.latest FROM ledger_leg l WHERE leg.lot IS NULL AND l.account_id = leg.account
            ORDER BY l.entry_id DESC, l.n DESC LIMIT 1)
          UNION ALL
          (SELECT l.balance, l.latest FROM ledger_leg l WHERE l.lot_id = leg.lot AND l.account_id = leg.account
            ORDER BY l.entry_id DESC, l.n DESC LIMIT 1)
          LIMIT 1
        ) AS s ON true
    ), written AS (
      INSERT INTO ledger_leg (entry_id, n, account_id, lot_id, amount, "on", implied, balance, latest)
        SELECT entry, n, account, lot, amount, entry_on, false, balance, latest FROM asked
    )
    SELECT *, may_be_negative IS NULL OR through IS NOT NULL OR CASE WHEN lot IS NULL THEN names_lots
                ELSE lot_found IS NULL OR NOT (names_lots OR may_be_negative) END AS wrong
      FROM asked
     WHERE may_be_negative IS NULL OR through IS NOT NULL
        OR CASE WHEN lot IS NULL THEN names_lots ELSE lot_found IS NULL OR NOT (names_lots OR may_be_negative) END
        OR (NOT may_be_negative AND amount < 0 AND (balance < 0 OR latest > entry_on))
  LOOP
    IF one.wrong THEN
      PERFORM book_refuse_leg(one, entry_on);
    END IF;
    PERFORM book_hold_above_zero(one.account, one.lot, entry_on);
  END LOOP;
END $$;

-- Whether an entry posted earlier is the one asked for again.
CREATE OR REPLACE FUNCTION book_is_same(
  posted bigint, entry_on date, entry_kind text, accounts bigint[], lots bigint[], amounts bigint[]
) RETURNS boolean LANGUAGE sql STABLE AS $$
  WITH written AS (SELECT account_id, lot_id, amount FROM ledger_leg WHERE entry_id = posted AND NOT implied),
       asked AS (SELECT * FROM unnest(accounts, lots, amounts) AS legs (account_id, lot_id, amount))
  SELECT EXISTS (SELECT FROM ledger_entry WHERE id = posted AND "on" = entry_on AND kind = entry_kind)
     AND NOT EXISTS ((TABLE written EXCEPT TABLE asked) UNION ALL (TABLE asked EXCEPT TABLE written))
$$;

-- For everybody: legs belong to an entry of their own transaction, and sum to zero for each index, lot and day.
CREATE OR REPLACE FUNCTION book_legs_added() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong record;
BEGIN
  SELECT l.entry_id, l.index, l.lot_id, sum(l.amount) AS rest, bool_and(l.own) AS own INTO wrong
    FROM (
      SELECT l.*, (SELECT a.index FROM ledger_account a WHERE a.id = l.account_id),
             (SELECT e.created_xid = pg_current_xact_id()::text::bigint AND e."on" <= l."on"
                FROM ledger_entry e WHERE e.id = l.entry_id) IS TRUE AS own
        FROM added l
    ) AS l
   GROUP BY l.entry_id, l."on", l.index, l.lot_id
  HAVING sum(l.amount) <> 0 OR l.index IS NULL OR NOT bool_and(l.own) LIMIT 1;
  IF FOUND THEN
    PERFORM book_refuse(
      CASE WHEN NOT wrong.own THEN 'book-entry-closed' WHEN wrong.index IS NULL THEN 'book-account-unknown'
           ELSE 'book-unbalanced' END,
      jsonb_build_object('entry', wrong.entry_id, 'index', wrong.index, 'lot', wrong.lot_id, 'rest', wrong.rest));
  END IF;
  RETURN NULL;
END $$;

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

CREATE OR REPLACE TRIGGER ledger_entry_stamp BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION book_entry_stamped();
CREATE OR REPLACE TRIGGER ledger_leg_added AFTER INSERT ON ledger_leg REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION book_legs_added();
DROP TRIGGER IF EXISTS ledger_entry_legs ON ledger_entry;
CREATE CONSTRAINT TRIGGER ledger_entry_legs AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION book_entry_has_legs();
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_stamp, ENABLE ALWAYS TRIGGER ledger_entry_legs;
ALTER TABLE ledger_leg ENABLE ALWAYS TRIGGER ledger_leg_added;
