-- The book in the database: one way in, `book_post`, and triggers that hold for everybody, the owner included.
-- Core PostgreSQL 15 or newer, no extension. Every statement may be run again.
-- A refusal has SQLSTATE LT409, its message id as message and its parameters as JSON in the detail.

CREATE OR REPLACE FUNCTION book_refuse(refusal text, params jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', refusal USING ERRCODE = 'LT409', DETAIL = params::text;
END $$;

-- Locks are taken in one order by everybody: ground, places, accounts, each in the order of ids, so that none waits in a
-- circle. A transaction that holds accounts and asks for more does not wait for what it may no longer wait for: it is told
-- to begin anew with all of it (`turns.in_turn`), by SQLSTATE 40001 and what it lacks as JSON in the detail.
CREATE OR REPLACE FUNCTION book_is_late() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(current_setting('liangtian.locked', true) = 'on', false)
$$;
CREATE OR REPLACE FUNCTION book_begin_anew(lacking jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'begin anew with these locks' USING ERRCODE = 'serialization_failure', DETAIL = lacking::text;
END $$;

-- Writers of the same account wait for each other. Advisory locks: a row lock would write the row. The lock is kept until
-- the entry is committed; within an account, ids of entries therefore follow the order of commits.
CREATE OR REPLACE FUNCTION book_lock(accounts bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT book_is_late() THEN
    PERFORM pg_advisory_xact_lock(40961, id::int) FROM (SELECT DISTINCT unnest(accounts) AS id ORDER BY 1) AS ordered;
    PERFORM set_config('liangtian.locked', 'on', true);
  ELSIF NOT (SELECT coalesce(bool_and(pg_try_advisory_xact_lock(40961, id::int)), true) FROM unnest(accounts) AS id) THEN
    PERFORM book_begin_anew(jsonb_build_object('accounts', accounts));
  END IF;
END $$;

-- The places of a transaction: those it opens for itself, those it adds lots to together with others.
CREATE OR REPLACE FUNCTION book_lock_places(opened bigint[], shared bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE late boolean := book_is_late(); one record;
BEGIN
  FOR one IN SELECT id::int, bool_or(alone) AS alone
               FROM (SELECT unnest(opened) AS id, true AS alone UNION ALL SELECT unnest(shared), false) AS asked
              GROUP BY id ORDER BY id
  LOOP
    IF NOT late THEN
      PERFORM CASE WHEN one.alone THEN pg_advisory_xact_lock(40962, one.id) ELSE pg_advisory_xact_lock_shared(40962, one.id) END;
    ELSIF NOT (CASE WHEN one.alone THEN pg_try_advisory_xact_lock(40962, one.id) ELSE pg_try_advisory_xact_lock_shared(40962, one.id) END) THEN
      PERFORM book_begin_anew(jsonb_build_object('opened', coalesce(opened, '{}'), 'shared', coalesce(shared, '{}')));
    END IF;
  END LOOP;
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
    PERFORM book_refuse('balance-below-zero', jsonb_build_object(
      'account', account, 'lot', lot, 'on', broken."on", 'balance', broken.balance));
  END IF;
END $$;

-- Refuse a leg that lacks its lot, has one it may not have or that does not exist, or whose period is closed.
CREATE OR REPLACE FUNCTION book_check_leg(leg record, entry_on date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE closed record;
BEGIN
  IF NOT leg.lot_fits THEN
    PERFORM book_refuse(CASE WHEN leg.lot IS NULL THEN 'lot-missing' ELSE 'lot-unwanted' END,
      jsonb_build_object('account', leg.account, 'lot', leg.lot));
  END IF;
  SELECT p.through, p.opens INTO closed FROM ledger_period p
   WHERE p.place_id = leg.place_id AND p.through >= entry_on AND leg.pool <> 'outside'
   ORDER BY p.opens, p.through DESC LIMIT 1;
  IF FOUND THEN
    PERFORM book_refuse(CASE WHEN closed.opens THEN 'before-opening' ELSE 'period-closed' END,
      jsonb_build_object('account', leg.account, 'lot', leg.lot, 'on', entry_on, 'through', closed.through));
  END IF;
END $$;

-- Say why a leg may not move: its index is not in force on the day, or its kind of entry does not move it there.
CREATE OR REPLACE FUNCTION book_refuse_move(leg record, entry_on date, entry_kind text, entry bigint) RETURNS void
  LANGUAGE plpgsql AS $$
DECLARE held record; target text;
BEGIN
  SELECT i.since, i.until INTO held FROM book_index i WHERE i.id = leg."index";
  IF held.since > entry_on OR held.until < entry_on THEN
    PERFORM book_refuse('index-not-in-force', jsonb_build_object(
      'account', leg.account, 'lot', leg.lot, 'on', entry_on, 'since', held.since, 'until', held.until));
  END IF;
  SELECT a.pool INTO target FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id
   WHERE l.entry_id = entry AND l.amount > 0 AND a."index" = leg."index" AND l.lot_id IS NOT DISTINCT FROM leg.lot
     AND NOT EXISTS (SELECT FROM book_move m WHERE m.kind = entry_kind AND m."index" = leg."index"
                        AND m.source = leg.pool AND m.target = a.pool)
   ORDER BY l.n LIMIT 1;
  PERFORM book_refuse(
    CASE WHEN leg.may_be_negative AND NOT (SELECT p.debt FROM book_pool p WHERE p.id = target) THEN 'entry-mints' ELSE 'entry-move' END,
    jsonb_build_object('account', leg.account, 'lot', leg.lot, 'kind', entry_kind, 'to', target));
END $$;

-- Everything asked of the legs of an entry, in the order in which it is refused. Read from the table, so that it does not
-- matter by how many statements they came.
CREATE OR REPLACE FUNCTION book_check_entry(entry bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE head record; wrong record; leg record;
BEGIN
  SELECT e."on", e.kind, e.reverses_id, e.created_xid = pg_current_xact_id()::text::bigint AS own INTO head
    FROM ledger_entry e WHERE e.id = entry;
  SELECT a."index", l.lot_id, sum(l.amount) AS rest, bool_and(l."on" >= head."on") AS follows INTO wrong
    FROM ledger_leg l LEFT JOIN ledger_account a ON a.id = l.account_id
   WHERE l.entry_id = entry
   GROUP BY l."on", a."index", l.lot_id
  HAVING sum(l.amount) <> 0 OR a."index" IS NULL OR head.own IS NOT TRUE OR NOT bool_and(l."on" >= head."on")
   LIMIT 1;
  IF FOUND THEN
    PERFORM book_refuse(
      CASE WHEN (head.own AND wrong.follows) IS NOT TRUE THEN 'entry-closed' WHEN wrong."index" IS NULL THEN 'account-unknown'
           WHEN wrong.lot_id IS NULL THEN 'entry-unbalanced' ELSE 'entry-lot-unbalanced' END,
      jsonb_build_object('entry', entry, 'index', wrong."index", 'lot', wrong.lot_id, 'total', wrong.rest));
  END IF;
  SELECT l.account_id, l.lot_id INTO wrong FROM ledger_leg l WHERE l.entry_id = entry AND NOT l.implied
   GROUP BY 1, 2 HAVING count(*) > 1 LIMIT 1;
  IF FOUND THEN
    PERFORM book_refuse('entry-account-twice', jsonb_build_object('account', wrong.account_id, 'lot', wrong.lot_id));
  END IF;
  FOR leg IN
    SELECT l.account_id AS account, l.lot_id AS lot, a.place_id, a.pool, a."index", a.may_be_negative, fits.lot_fits,
           book_may_move(l, a, head."on", head.kind, head.reverses_id) AS may_move
      FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id,
           LATERAL (SELECT (l.lot_id IS NOT NULL) = a.names_lots OR a.may_be_negative AS lot_fits) AS fits
     WHERE l.entry_id = entry AND NOT l.implied
     ORDER BY fits.lot_fits, may_move, l.n
  LOOP
    PERFORM book_check_leg(leg, head."on");
    IF NOT leg.may_move THEN
      PERFORM book_refuse_move(leg, head."on", head.kind, entry);
    END IF;
  END LOOP;
  PERFORM book_check_related(entry);
  PERFORM book_look(entry);
END $$;

-- What an entry owes the entries it names, whoever writes it: a reversal undoes the legs of its entry, and what settles a hold
-- takes all that is held. Its other days follow from them alone: what lapses goes back on the last day of the hold, what
-- ends the hold takes that away again, and a reversal undoes both, nothing of it before its own day.
CREATE OR REPLACE FUNCTION book_check_related(entry bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE head record; other record;
BEGIN
  SELECT e."on", e.expires, e.reverses_id, e.settles_id INTO head FROM ledger_entry e WHERE e.id = entry;
  SELECT e."on", e.expires, e.reverses_id INTO other FROM ledger_entry e WHERE e.id = coalesce(head.reverses_id, head.settles_id);
  IF head.reverses_id IS NOT NULL AND (other.reverses_id IS NOT NULL OR head."on" < other."on" OR EXISTS (
      SELECT FROM ledger_leg l WHERE l.entry_id IN (entry, head.reverses_id) AND NOT l.implied
       GROUP BY l.account_id, l.lot_id HAVING sum(l.amount) <> 0)) THEN
    RAISE EXCEPTION 'entry % does not undo entry %', entry, head.reverses_id USING ERRCODE = 'check_violation';
  END IF;
  IF head.settles_id IS NOT NULL AND (
      NOT EXISTS (SELECT FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id
                   WHERE l.entry_id = head.settles_id AND a.pool = 'held' AND l.amount > 0 AND NOT l.implied)
      OR EXISTS (SELECT FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id
                  WHERE l.entry_id IN (entry, head.settles_id) AND a.pool = 'held' AND NOT l.implied
                  GROUP BY l.account_id, l.lot_id HAVING sum(l.amount) <> 0)) THEN
    RAISE EXCEPTION 'entry % does not end hold %', entry, head.settles_id USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (
      SELECT FROM (
        SELECT l."on", l.account_id, l.lot_id, l.amount FROM ledger_leg l WHERE l.entry_id = entry AND l.implied
        UNION ALL
        SELECT head.expires, l.account_id, l.lot_id, l.amount FROM ledger_leg l
         WHERE l.entry_id = entry AND NOT l.implied AND head.expires IS NOT NULL
        UNION ALL
        SELECT other.expires, l.account_id, l.lot_id, -l.amount FROM ledger_leg l
         WHERE l.entry_id = head.settles_id AND NOT l.implied AND other.expires IS NOT NULL
        UNION ALL
        SELECT greatest(head."on", l."on"), l.account_id, l.lot_id, l.amount FROM ledger_leg l
         WHERE l.entry_id = head.reverses_id AND l.implied
      ) AS moved GROUP BY "on", account_id, lot_id HAVING sum(amount) <> 0) THEN
    RAISE EXCEPTION 'entry % moves something on other days than it may', entry USING ERRCODE = 'check_violation';
  END IF;
END $$;

-- Look at the days of every account of which an entry takes more than stands there, or from a past with later days; of every
-- account it moves, if it also moves something on other days than its own. Where no day is later, what stands says it all.
CREATE OR REPLACE FUNCTION book_look(entry bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE leg record; moves_later boolean := EXISTS (SELECT FROM ledger_leg l WHERE l.entry_id = entry AND l.implied);
BEGIN
  FOR leg IN
    SELECT l.account_id, l.lot_id, l."on", l.balance, l.latest > l."on" AS later
      FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id
     WHERE l.entry_id = entry AND NOT l.implied AND NOT moves_later AND NOT a.may_be_negative
       AND l.amount < 0 AND (l.balance < 0 OR l.latest > l."on")
     ORDER BY l.n
  LOOP
    IF NOT leg.later THEN
      PERFORM book_refuse('balance-below-zero', jsonb_build_object(
        'account', leg.account_id, 'lot', leg.lot_id, 'on', leg."on", 'balance', leg.balance));
    END IF;
    PERFORM book_hold_above_zero(leg.account_id, leg.lot_id, leg."on");
  END LOOP;
  IF moves_later THEN
    FOR leg IN
      SELECT DISTINCT l.account_id, l.lot_id, e."on"
        FROM ledger_entry e JOIN ledger_leg l ON l.entry_id = e.id JOIN ledger_account a ON a.id = l.account_id
       WHERE e.id = entry AND NOT a.may_be_negative ORDER BY 1, 2
    LOOP
      PERFORM book_hold_above_zero(leg.account_id, leg.lot_id, leg."on");
    END LOOP;
  END IF;
END $$;

-- Whether the kind of entry moves a leg where its others go, and its index is in force.
CREATE OR REPLACE FUNCTION book_may_move(leg ledger_leg, at ledger_account, entry_on date, entry_kind text, reverses bigint)
  RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN CASE
    WHEN leg.amount > 0 THEN EXISTS (
      SELECT FROM book_index i WHERE i.id = at."index" AND i.since <= entry_on AND coalesce(i.until >= entry_on, true))
    ELSE reverses IS NOT NULL OR NOT EXISTS (
      SELECT FROM ledger_leg l JOIN ledger_account a ON a.id = l.account_id
       WHERE l.entry_id = leg.entry_id AND NOT l.implied AND l.amount > 0 AND a."index" = at."index"
         AND l.lot_id IS NOT DISTINCT FROM leg.lot_id
         AND NOT EXISTS (SELECT FROM book_move m WHERE m.kind = entry_kind AND m."index" = at."index"
                            AND m.source = at.pool AND m.target = a.pool))
    END;
END $$;

-- Who is about to stamp a record holds the second in which it is, until committed: the sealer stops before it.
CREATE OR REPLACE FUNCTION book_announce() RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock_shared(40969, floor(extract(epoch FROM clock_timestamp()) - 1577836800)::int)
$$;
-- Up to which moment nobody else can still add a record. The clock is read before the locks.
CREATE OR REPLACE FUNCTION book_settled_until() RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE until timestamptz := clock_timestamp();
BEGIN
  RETURN least(until, (
    SELECT to_timestamp(min(l.objid::bigint) + 1577836800) FROM pg_locks l
     WHERE l.locktype = 'advisory' AND l.classid = 40969 AND l.objsubid = 2 AND l.pid <> pg_backend_pid()
       AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())));
END $$;

-- What `book_post` hands to `book_enter`: no table, it holds nothing. `book_enter` is a trigger, so that what it writes is
-- written one trigger deep: there it has asked everything itself, in the statement that writes. Whoever writes into the
-- book's tables at depth 0, the owner in a console included, meets the triggers at the end of this file.
CREATE OR REPLACE VIEW ledger_booking AS
  SELECT NULL::uuid AS uuid, NULL::text AS key, NULL::date AS "on", NULL::text AS kind, NULL::text[] AS evidence, NULL::text[] AS rules,
         NULL::bigint AS actor, NULL::bigint AS approver, NULL::bigint AS reverses, NULL::bigint AS settles, NULL::text[] AS linked,
         NULL::date AS expires, NULL::bigint[] AS accounts, NULL::bigint[] AS lots, NULL::bigint[] AS amounts,
         NULL::date[] AS implied_on, NULL::bigint[] AS implied_accounts, NULL::bigint[] AS implied_lots,
         NULL::bigint[] AS implied_amounts, NULL::bigint AS entry, NULL::boolean AS repeated
   WHERE false;

CREATE OR REPLACE FUNCTION book_enter() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE today date; approver text := ''; plain boolean; takes boolean;
BEGIN
  IF coalesce(cardinality(NEW.accounts), 0) = 0 THEN
    PERFORM book_refuse('entry-no-legs', jsonb_build_object('key', NEW.key));
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'the book is written at read committed: an older snapshot does not see the last writer';
  END IF;
  today := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
  IF NEW."on" > today THEN
    IF (SELECT k.past FROM book_kind k WHERE k.id = NEW.kind) THEN
      PERFORM book_refuse('entry-not-yet', jsonb_build_object('on', NEW."on", 'kind', NEW.kind));
    ELSIF NEW."on" > today + 366 THEN
      PERFORM book_refuse('book-too-far-ahead', jsonb_build_object('on', NEW."on"));
    END IF;
  END IF;
  PERFORM pg_advisory_xact_lock(40961, id::int)
     FROM (SELECT id FROM unnest(NEW.accounts || NEW.implied_accounts) AS id ORDER BY id) AS ordered;
  -- In place of foreign keys, whose row locks every writer at once would write: see book_user_kept. And the second of the
  -- stamp, as `book_announce` does. Asked for NULL, which none is, they need no statement of their own.
  IF pg_advisory_xact_lock_shared(40965, least(NEW.actor, NEW.approver)::int) IS NULL
     OR pg_advisory_xact_lock_shared(40965, greatest(NEW.actor, NEW.approver)::int) IS NULL
     OR pg_advisory_xact_lock_shared(40969, floor(extract(epoch FROM clock_timestamp()) - 1577836800)::int) IS NULL THEN
  END IF;
  IF NEW.approver IS NOT NULL THEN
    SELECT u.username INTO approver FROM people_user u WHERE u.id = NEW.approver;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'there is no user %', NEW.approver USING ERRCODE = 'foreign_key_violation';
    END IF;
  END IF;
  -- One statement: what stands in each account and lot, the entry, its legs with what stands there after them, and whether
  -- they are plain: from one account to another, a move of this kind, in an open period. All else is looked at in full.
  -- What takes more than stands there, or from a past with later days, is looked at by day. Laterals with LIMIT and scalar
  -- sub-selects keep the plan at index look-ups, whatever size the tables had.
  WITH asked AS MATERIALIZED (
    SELECT leg.*, a.pool, a."index",
           CASE WHEN a.may_be_negative THEN 0 ELSE leg.amount + coalesce(s.balance, 0) END AS balance,
           greatest(NEW."on", s.latest) AS latest,
           (leg.lot IS NOT NULL) = a.names_lots OR a.may_be_negative AS lot_fits
      FROM unnest(NEW.accounts, NEW.lots, NEW.amounts) WITH ORDINALITY AS leg (account, lot, amount, n)
      LEFT JOIN LATERAL (SELECT * FROM ledger_account a WHERE a.id = leg.account LIMIT 1) AS a ON true
      LEFT JOIN LATERAL (
        (SELECT l.balance, l.latest FROM ledger_leg l
          WHERE leg.lot IS NULL AND NOT a.may_be_negative AND l.account_id = leg.account
          ORDER BY l.entry_id DESC, l.n DESC LIMIT 1)
        UNION ALL
        (SELECT l.balance, l.latest FROM ledger_leg l
          WHERE l.lot_id = leg.lot AND NOT a.may_be_negative AND l.account_id = leg.account
          ORDER BY l.entry_id DESC, l.n DESC LIMIT 1)
        LIMIT 1
      ) AS s ON true
  ), entered AS (
    INSERT INTO ledger_entry (uuid, key, "on", recorded_at, kind, evidence, rules, actor_id, actor_name, approver_id,
                              approver_name, reverses_id, settles_id, linked, expires, created_xid)
      VALUES (NEW.uuid, NEW.key, NEW."on", clock_timestamp(), NEW.kind, NEW.evidence, NEW.rules,
              NEW.actor, (SELECT u.username FROM people_user u WHERE u.id = NEW.actor), -- nobody: NULL, which is refused
              NEW.approver, approver, NEW.reverses, NEW.settles, NEW.linked, NEW.expires, pg_current_xact_id()::text::bigint)
      ON CONFLICT (key) DO NOTHING RETURNING id
  ), written AS (
    INSERT INTO ledger_leg (entry_id, n, account_id, lot_id, amount, "on", implied, balance, latest)
      SELECT entered.id, n, account, lot, amount, NEW."on", false, balance, latest FROM entered, asked
  )
  SELECT entered.id, legs.plain AND NOT EXISTS (SELECT FROM ledger_period p WHERE p.through >= NEW."on"), legs.takes
    INTO NEW.entry, plain, takes
    FROM entered, (
      SELECT bool_or(g.takes) AS takes, bool_and(
               g.rest = 0 AND g.legs = 2 AND g.plain AND NEW.reverses IS NULL
               AND (SELECT true FROM book_move m
                     WHERE m.kind = NEW.kind AND m."index" = g."index" AND m.source = g.source AND m.target = g.target) IS TRUE
               AND (SELECT i.since <= NEW."on" AND coalesce(i.until >= NEW."on", true) FROM book_index i WHERE i.id = g."index") IS TRUE
             ) AS plain
        FROM (
          SELECT "index", lot, sum(amount) AS rest, count(*) AS legs, min(pool) FILTER (WHERE amount < 0) AS source,
                 min(pool) FILTER (WHERE amount > 0) AS target, bool_or(amount < 0 AND (balance < 0 OR latest > NEW."on")) AS takes,
                 min(account) <> max(account) AND bool_and(lot_fits IS TRUE) AS plain
            FROM asked GROUP BY "index", lot
        ) AS g
    ) AS legs;
  NEW.repeated := NEW.entry IS NULL;
  IF NEW.repeated THEN
    SELECT e.id INTO NEW.entry FROM ledger_entry e WHERE e.key = NEW.key;
    RETURN NEW;
  END IF;
  IF NEW.settles IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(40966, NEW.settles::int);
    IF EXISTS (SELECT FROM ledger_entry e WHERE e.settles_id = NEW.settles AND e.id <> NEW.entry
                  AND NOT EXISTS (SELECT FROM ledger_entry r WHERE r.reverses_id = e.id)) THEN
      PERFORM book_refuse('settlement-known', '{}');
    END IF;
  END IF;
  IF cardinality(NEW.implied_accounts) > 0 THEN
    PERFORM book_add_implied(NEW.entry, NEW.implied_on, NEW.implied_accounts, NEW.implied_lots, NEW.implied_amounts);
    plain := false;
  END IF;
  IF plain IS NOT TRUE OR NEW.expires IS NOT NULL OR NEW.settles IS NOT NULL THEN
    PERFORM book_check_entry(NEW.entry);
  ELSIF takes THEN
    PERFORM book_look(NEW.entry);
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_booking_enter INSTEAD OF INSERT ON ledger_booking FOR EACH ROW EXECUTE FUNCTION book_enter();

-- The one way in. The legs stand on the business date; `implied` are the further movements of holds that lapse, and of
-- what ends or reverses them, each on its day. Returns the entry, and whether the key had been booked before: then
-- nothing is done, and the caller compares.
CREATE OR REPLACE FUNCTION book_post(
  entry_uuid uuid, entry_key text, entry_on date, entry_kind text, entry_evidence text[], entry_rules text[],
  entry_actor bigint, entry_approver bigint, entry_reverses bigint, entry_settles bigint, entry_linked text[],
  entry_expires date, accounts bigint[], lots bigint[], amounts bigint[],
  implied_on date[], implied_accounts bigint[], implied_lots bigint[], implied_amounts bigint[],
  OUT entry bigint, OUT repeated boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO ledger_booking AS made
    VALUES (entry_uuid, entry_key, entry_on, entry_kind, entry_evidence, entry_rules, entry_actor, entry_approver, entry_reverses,
            entry_settles, entry_linked, entry_expires, accounts, lots, amounts, implied_on, implied_accounts, implied_lots,
            implied_amounts)
    RETURNING made.entry, made.repeated INTO entry, repeated;
END $$;

-- The movements of an entry on other days than its own.
CREATE OR REPLACE FUNCTION book_add_implied(entry bigint, dates date[], accounts bigint[], lots bigint[], amounts bigint[])
  RETURNS void LANGUAGE plpgsql AS $$
DECLARE many int := (SELECT count(*) FROM ledger_leg WHERE entry_id = entry);
BEGIN
  INSERT INTO ledger_leg (entry_id, n, account_id, lot_id, amount, "on", implied, balance, latest)
    SELECT entry, many + leg.n, leg.account, leg.lot, leg.amount, leg."on", true,
           CASE WHEN a.may_be_negative THEN 0 ELSE coalesce(s.balance, 0) + sum(leg.amount) OVER so_far END,
           greatest(max(leg."on") OVER so_far, s.latest)
      FROM unnest(dates, accounts, lots, amounts) WITH ORDINALITY AS leg ("on", account, lot, amount, n)
      LEFT JOIN ledger_account a ON a.id = leg.account
      LEFT JOIN LATERAL (
        SELECT l.balance, l.latest FROM ledger_leg l
         WHERE l.account_id = leg.account AND l.lot_id IS NOT DISTINCT FROM leg.lot
         ORDER BY l.entry_id DESC, l.n DESC LIMIT 1
      ) AS s ON true
    WINDOW so_far AS (PARTITION BY leg.account, leg.lot ORDER BY leg.n);
END $$;
DROP FUNCTION IF EXISTS book_add_implied(bigint, date, date[], bigint[], bigint[], bigint[]);
DROP FUNCTION IF EXISTS book_is_own(bigint, date);

-- Accounts are opened once. The place's lock keeps a closing from missing one that is being opened.
CREATE OR REPLACE FUNCTION book_open_account(
  in_place bigint, in_pool text, of_index text, negative boolean, with_lots boolean
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE found_id bigint;
BEGIN
  SELECT id INTO found_id FROM ledger_account WHERE place_id IS NOT DISTINCT FROM in_place AND pool = in_pool AND "index" = of_index;
  IF found_id IS NULL THEN
    IF (SELECT p.may_be_negative = negative AND (p.lots AND i.lots) = with_lots
          FROM book_pool p, book_index i WHERE p.id = in_pool AND i.id = of_index) IS NOT TRUE THEN
      RAISE EXCEPTION 'no such account: pool %, index %, below zero %, lots %', in_pool, of_index, negative, with_lots
        USING ERRCODE = 'check_violation';
    END IF;
    PERFORM book_lock_places('{}', ARRAY[coalesce(in_place, 0)]);
    -- Who opens an account is waited for here and not at its index, where nobody could decline to wait.
    IF NOT book_is_late() THEN
      PERFORM pg_advisory_xact_lock(40970, hashtext(concat_ws('/', in_place, in_pool, of_index)));
    ELSIF NOT pg_try_advisory_xact_lock(40970, hashtext(concat_ws('/', in_place, in_pool, of_index))) THEN
      PERFORM book_begin_anew(jsonb_build_object('open', jsonb_build_array(
        jsonb_build_array(in_place, in_pool, of_index, negative, with_lots))));
    END IF;
    INSERT INTO ledger_account (place_id, pool, "index", may_be_negative, names_lots)
      VALUES (in_place, in_pool, of_index, negative, with_lots)
      ON CONFLICT (place_id, pool, "index") DO NOTHING RETURNING id INTO found_id;
    IF found_id IS NULL THEN
      SELECT id INTO found_id FROM ledger_account WHERE place_id IS NOT DISTINCT FROM in_place AND pool = in_pool AND "index" = of_index;
    END IF;
  END IF;
  RETURN found_id;
END $$;

-- Everything of a place: nobody books there until the transaction ends.
CREATE OR REPLACE FUNCTION book_lock_place(of_place bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM book_lock_places(ARRAY[of_place], '{}');
  PERFORM book_lock(ARRAY(SELECT id FROM ledger_account WHERE place_id = of_place));
END $$;

-- How many cells, so many to a degree, a box touches.
CREATE OR REPLACE FUNCTION book_cells(b box, to_degree int) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
  SELECT ((floor((b[0])[0] * to_degree) - floor((b[1])[0] * to_degree) + 1)
        * (floor((b[0])[1] * to_degree) - floor((b[1])[1] * to_degree) + 1))::numeric
$$;

-- The cells a box touches, locked in order, and the boundaries there. A box takes its 25 km cells (quarters of a degree)
-- shared and its 1 km cells (hundredths) for itself; one of more than 500 small cells takes the large ones for itself.
CREATE OR REPLACE FUNCTION book_lock_ground(boxes box[]) RETURNS SETOF bigint LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE one record; late boolean := book_is_late();
BEGIN
  IF EXISTS (SELECT FROM unnest(boxes) AS b WHERE book_cells(b, 4) > 500) THEN
    PERFORM book_refuse('lot-too-wide', '{}');
  END IF;
  FOR one IN
    SELECT 40967 AS class, x * 20000 + y AS cell, bool_or(book_cells(b, 100) > 500) AS alone FROM unnest(boxes) AS b,
           generate_series(floor((b[1])[0] * 4)::int, floor((b[0])[0] * 4)::int) AS x,
           generate_series(floor((b[1])[1] * 4)::int, floor((b[0])[1] * 4)::int) AS y GROUP BY 1, 2
    UNION ALL
    SELECT DISTINCT 40963, x * 20000 + y, true
      FROM (SELECT b FROM unnest(boxes) AS b WHERE book_cells(b, 100) <= 500 OFFSET 0) AS small,
           generate_series(floor((b[1])[0] * 100)::int, floor((b[0])[0] * 100)::int) AS x,
           generate_series(floor((b[1])[1] * 100)::int, floor((b[0])[1] * 100)::int) AS y
    ORDER BY 1 DESC, 2
  LOOP
    IF NOT late THEN
      PERFORM CASE WHEN one.alone THEN pg_advisory_xact_lock(one.class, one.cell) ELSE pg_advisory_xact_lock_shared(one.class, one.cell) END;
    ELSIF NOT (CASE WHEN one.alone THEN pg_try_advisory_xact_lock(one.class, one.cell)
                    ELSE pg_try_advisory_xact_lock_shared(one.class, one.cell) END) THEN
      PERFORM book_begin_anew(jsonb_build_object('boxes', to_jsonb(boxes::text[])));
    END IF;
  END LOOP;
  RETURN QUERY SELECT DISTINCT g.lot_id FROM ledger_ground g, unnest(boxes) AS b WHERE g.box && b ORDER BY 1;
END $$;

CREATE OR REPLACE FUNCTION book_open_lot(
  lot_serial text, of_place bigint, of_project text, lot_credit text, lot_on date, lot_document text
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE made bigint;
BEGIN
  PERFORM book_lock_places('{}', ARRAY[of_place]); -- its key is from now on the book's
  INSERT INTO ledger_lot (serial, place_id, project, credit, "on", document)
    VALUES (lot_serial, of_place, of_project, lot_credit, lot_on, lot_document)
    ON CONFLICT (serial) DO NOTHING RETURNING id INTO made;
  IF made IS NULL THEN
    PERFORM book_refuse('lot-serial-twice', jsonb_build_object('serial', lot_serial));
  END IF;
  RETURN made;
END $$;

-- The boundary of a lot. `examined` are the boundaries the caller compared it with: one that is near and not among them
-- means that somebody did not take the locks, and is refused.
CREATE OR REPLACE FUNCTION book_add_ground(
  of_lot bigint, its_wkb bytea, its_crs text, its_box box, its_area numeric, its_key text, its_evidence text[],
  its_actor bigint, its_approver bigint, examined bigint[]
) RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE stamp timestamptz;
BEGIN
  PERFORM book_announce();
  stamp := clock_timestamp();
  IF EXISTS (SELECT FROM book_lock_ground(ARRAY[its_box]) AS near WHERE near <> ALL (examined)) THEN
    RAISE EXCEPTION 'a boundary nearby was not compared with: take book_lock_ground first';
  END IF;
  INSERT INTO ledger_ground (lot_id, wkb, crs, box, area_m2, key, evidence, actor_id, actor_name, approver_id, approver_name,
                             recorded_at, created_xid)
    VALUES (of_lot, its_wkb, its_crs, its_box, its_area, its_key, its_evidence,
            its_actor, (SELECT u.username FROM people_user u WHERE u.id = its_actor),
            its_approver, coalesce((SELECT u.username FROM people_user u WHERE u.id = its_approver), ''),
            stamp, pg_current_xact_id()::text::bigint);
  RETURN stamp;
END $$;

-- Balance of an account at the end of a business day, as known at a moment (NULL: everything recorded): the opening of
-- the last period closed before, the day sums since, and the legs the day sums do not hold yet.
CREATE OR REPLACE FUNCTION book_balance(of_account bigint, upto date, known timestamptz) RETURNS bigint
  LANGUAGE plpgsql STABLE AS $$
DECLARE base bigint := 0; since date := '-infinity'; folded bigint; day_start timestamptz; first_id bigint; last_id bigint; rest bigint; tail bigint;
BEGIN
  SELECT o.balance, o.through INTO base, since FROM ledger_opening o
   WHERE o.account_id = of_account AND o.through <= upto AND (known IS NULL OR o.recorded_at <= known)
   ORDER BY o.through DESC LIMIT 1;
  base := coalesce(base, 0);
  since := coalesce(since, '-infinity');
  folded := coalesce((SELECT f.entry_id FROM ledger_fold f WHERE f.account_id = of_account), 0);
  IF known IS NULL THEN
    SELECT sum(d.amount) INTO rest FROM ledger_day d WHERE d.account_id = of_account AND d."on" > since AND d."on" <= upto;
    SELECT sum(l.amount) INTO tail FROM ledger_leg l
     WHERE l.account_id = of_account AND l.entry_id > folded AND l."on" > since AND l."on" <= upto;
  ELSE
    day_start := date_trunc('day', known, 'Asia/Shanghai');
    SELECT sum(d.amount) INTO rest FROM ledger_day d
     WHERE d.account_id = of_account AND d."on" > since AND d."on" <= upto
       AND d.known_on < (day_start AT TIME ZONE 'Asia/Shanghai')::date;
    -- Ids follow the clock closely enough to bound the part of the day, and the clock itself is asked within.
    SELECT min(e.id), max(e.id) INTO first_id, last_id
      FROM (SELECT id FROM ledger_entry WHERE recorded_at >= day_start AND recorded_at <= known OFFSET 0) AS e;
    SELECT sum(l.amount) INTO tail
      FROM (
        SELECT entry_id, "on", amount FROM ledger_leg
         WHERE account_id = of_account AND entry_id BETWEEN first_id AND least(last_id, folded)
        UNION ALL
        SELECT entry_id, "on", amount FROM ledger_leg WHERE account_id = of_account AND entry_id > folded
      ) AS l JOIN ledger_entry e ON e.id = l.entry_id
     WHERE l."on" > since AND l."on" <= upto AND e.recorded_at <= known
       AND (l.entry_id > folded OR e.recorded_at >= day_start);
  END IF;
  RETURN base + coalesce(rest, 0) + coalesce(tail, 0);
END $$;

-- Close a place up to a day, keeping what each account holds then.
CREATE OR REPLACE FUNCTION book_close(
  of_place bigint, its_through date, its_key text, its_evidence text[], its_actor bigint, its_approver bigint
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE made bigint; stamp timestamptz;
BEGIN
  PERFORM book_lock_place(of_place);
  IF its_through >= (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date THEN
    PERFORM book_refuse('closing-not-over', jsonb_build_object('place', of_place, 'through', its_through));
  END IF;
  PERFORM book_announce();
  stamp := clock_timestamp();
  INSERT INTO ledger_period (key, place_id, through, opens, evidence, actor_id, actor_name, approver_id, approver_name,
                             recorded_at, created_xid)
    VALUES (its_key, of_place, its_through, false, its_evidence,
            its_actor, (SELECT u.username FROM people_user u WHERE u.id = its_actor),
            its_approver, coalesce((SELECT u.username FROM people_user u WHERE u.id = its_approver), ''),
            stamp, pg_current_xact_id()::text::bigint)
    RETURNING id INTO made;
  INSERT INTO ledger_opening (account_id, through, recorded_at, balance)
    SELECT a.id, its_through, stamp, book_balance(a.id, its_through, NULL) FROM ledger_account a WHERE a.place_id = of_place;
  RETURN made;
END $$;

-- Nothing of a place is booked before its opening balance.
CREATE OR REPLACE FUNCTION book_open_place(of_place bigint, opening date, its_actor bigint) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO ledger_period (key, place_id, through, opens, evidence, actor_id, actor_name, approver_name, recorded_at, created_xid)
    SELECT 'opening:' || of_place, of_place, opening - 1, true, '{}', u.id, u.username, '', clock_timestamp(), pg_current_xact_id()::text::bigint
      FROM people_user u
     WHERE u.id = its_actor AND NOT EXISTS (SELECT FROM ledger_period WHERE place_id = of_place AND opens);
END $$;

-- Take records into the chain, and their legs into the day sums. Holding the sealer's lock, in one snapshot after the
-- other: within an account, what is folded is a prefix of its entries.
CREATE OR REPLACE FUNCTION book_seal(
  its_number bigint, its_first bigint, its_previous text, its_moment timestamptz, its_seal text, its_floor bigint,
  entries bigint[], grounds bigint[], periods bigint[], digests text[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE before record;
BEGIN
  PERFORM pg_advisory_xact_lock(40964, 0);
  SELECT s.number, s.first + s.count AS next, s.seal INTO before FROM ledger_seal s ORDER BY s.number DESC LIMIT 1;
  IF its_number IS DISTINCT FROM coalesce(before.number, 0) + 1 OR its_first IS DISTINCT FROM coalesce(before.next, 1)
     OR (before.number IS NOT NULL AND its_previous IS DISTINCT FROM before.seal) THEN
    RAISE EXCEPTION 'seal % does not follow seal %', its_number, coalesce(before.number, 0);
  END IF;
  IF coalesce(cardinality(digests), 0) = 0 OR EXISTS (
      SELECT FROM unnest(entries, grounds, periods, digests) AS r (entry, ground, period, digest)
       WHERE num_nonnulls(r.entry, r.ground, r.period) <> 1 OR r.digest IS NULL
          OR (r.entry IS NOT NULL AND NOT EXISTS (SELECT FROM ledger_entry e WHERE e.id = r.entry))
          OR (r.ground IS NOT NULL AND NOT EXISTS (SELECT FROM ledger_ground g WHERE g.lot_id = r.ground))
          OR (r.period IS NOT NULL AND NOT EXISTS (SELECT FROM ledger_period p WHERE p.id = r.period))) THEN
    RAISE EXCEPTION 'seal % holds what is no record', its_number;
  END IF;
  IF EXISTS (
      SELECT FROM (SELECT l.account_id, max(l.entry_id) AS upto FROM ledger_leg l WHERE l.entry_id = ANY (entries) GROUP BY 1) AS folded
        JOIN ledger_leg l ON l.account_id = folded.account_id AND l.entry_id <= folded.upto AND l.entry_id <> ALL (entries)
       WHERE l.entry_id > coalesce((SELECT f.entry_id FROM ledger_fold f WHERE f.account_id = folded.account_id), 0)) THEN
    RAISE EXCEPTION 'seal % leaves out earlier entries of an account', its_number;
  END IF;
  INSERT INTO ledger_seal (number, first, count, previous, sealed_at, seal, xid_floor)
    VALUES (its_number, its_first, cardinality(digests), its_previous, its_moment, its_seal, its_floor);
  INSERT INTO ledger_link (position, entry_id, ground_id, period_id, digest, seal_id)
    SELECT its_first + r.n - 1, r.entry, r.ground, r.period, r.digest, its_number
      FROM unnest(entries, grounds, periods, digests) WITH ORDINALITY AS r (entry, ground, period, digest, n);
  PERFORM set_config('liangtian.sealing', 'on', true);
  INSERT INTO ledger_day AS d (account_id, "on", known_on, amount)
    SELECT l.account_id, l."on", (e.recorded_at AT TIME ZONE 'Asia/Shanghai')::date, sum(l.amount)
      FROM ledger_leg l JOIN ledger_entry e ON e.id = l.entry_id WHERE l.entry_id = ANY (entries) GROUP BY 1, 2, 3
    ON CONFLICT (account_id, "on", known_on) DO UPDATE SET amount = d.amount + excluded.amount;
  INSERT INTO ledger_fold AS f (account_id, entry_id)
    SELECT l.account_id, max(l.entry_id) FROM ledger_leg l WHERE l.entry_id = ANY (entries) GROUP BY 1
    ON CONFLICT (account_id) DO UPDATE SET entry_id = greatest(f.entry_id, excluded.entry_id);
  PERFORM set_config('liangtian.sealing', '', true);
END $$;

-- Whoever writes legs past the one way in, the owner included, meets all that is asked of them there.
CREATE OR REPLACE FUNCTION book_legs_added() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE one record;
BEGIN
  FOR one IN SELECT DISTINCT entry_id FROM added ORDER BY 1 LOOP
    PERFORM book_check_entry(one.entry_id);
  END LOOP;
  RETURN NULL;
END $$;

-- An entry is stamped with its transaction, and has legs by the time it is committed.
CREATE OR REPLACE FUNCTION book_entry_stamped() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.created_xid := pg_current_xact_id()::text::bigint;
  RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION book_entry_has_legs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM public.ledger_leg l WHERE l.entry_id = NEW.id) THEN
    PERFORM public.book_refuse('entry-no-legs', jsonb_build_object('key', NEW.key));
  END IF;
  RETURN NULL;
END $$;

-- By what an entry was decided: the line its rules name by digest, kept by the transaction that books it.
CREATE OR REPLACE FUNCTION book_basis_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
      SELECT FROM public.ledger_entry e
       WHERE e.id = NEW.entry_id AND e.created_xid = pg_current_xact_id()::text::bigint
         AND 'facts:' || encode(sha256(convert_to(NEW.line, 'UTF8')), 'hex') = ANY (e.rules)) THEN
    RAISE EXCEPTION 'entry % does not name this decision', NEW.entry_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

-- Who signed an entry stays. Writers hold the user's lock shared, so that nobody is deleted between look and insert.
CREATE OR REPLACE FUNCTION book_user_kept() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(40965, OLD.id::int);
  IF EXISTS (SELECT FROM ledger_entry e WHERE e.actor_id = OLD.id OR e.approver_id = OLD.id) THEN
    RAISE EXCEPTION 'user % signed entries of the book', OLD.id USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN OLD;
END $$;

-- Day sums are the sealer's: a slip in a console is refused.
CREATE OR REPLACE FUNCTION book_derived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR current_setting('liangtian.sealing', true) IS DISTINCT FROM 'on' THEN
    RAISE EXCEPTION '% is derived by the sealer: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER ledger_day_derived BEFORE INSERT OR UPDATE OR DELETE ON ledger_day
  FOR EACH ROW EXECUTE FUNCTION book_derived();
CREATE OR REPLACE TRIGGER ledger_fold_derived BEFORE INSERT OR UPDATE OR DELETE ON ledger_fold
  FOR EACH ROW EXECUTE FUNCTION book_derived();
ALTER TABLE ledger_day ENABLE ALWAYS TRIGGER ledger_day_derived;
ALTER TABLE ledger_fold ENABLE ALWAYS TRIGGER ledger_fold_derived;

CREATE OR REPLACE TRIGGER ledger_user_kept BEFORE DELETE ON people_user FOR EACH ROW EXECUTE FUNCTION book_user_kept();
ALTER TABLE people_user ENABLE ALWAYS TRIGGER ledger_user_kept;
CREATE OR REPLACE TRIGGER ledger_entry_stamp BEFORE INSERT ON ledger_entry
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION book_entry_stamped();
CREATE OR REPLACE TRIGGER ledger_leg_added AFTER INSERT ON ledger_leg REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION book_legs_added();
DROP TRIGGER IF EXISTS ledger_entry_legs ON ledger_entry;
CREATE CONSTRAINT TRIGGER ledger_entry_legs AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION book_entry_has_legs();
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_stamp, ENABLE ALWAYS TRIGGER ledger_entry_legs;
ALTER TABLE ledger_leg ENABLE ALWAYS TRIGGER ledger_leg_added;

CREATE INDEX IF NOT EXISTS ledger_ground_box ON ledger_ground USING gist (box);
