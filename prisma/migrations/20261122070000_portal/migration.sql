-- Live updates: who watches whom, and one notification a statement for those who are watched.

-- Leases of open streams. Lost with a crash, as the streams are.
CREATE UNLOGGED TABLE "live_watch" (
    "subject_id" UUID NOT NULL,
    "process_id" UUID NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "live_watch_pkey" PRIMARY KEY ("subject_id", "process_id")
);

-- CreateIndex
CREATE INDEX "live_watch_process_id_idx" ON "live_watch"("process_id");

-- Tells which watched customers a statement touched: topic|id,id,…  The nil UUID stands for the whole fleet.
-- Arguments: the topic; how the customer is found in a changed row (customer | consumable | consent | none).
-- While nobody watches, it costs a look at an empty table and no notification, whose commits queue up
-- (PreCommit_Notify holds a lock that all sessions share).
CREATE FUNCTION "tell_watchers"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "fleet" CONSTANT UUID := '00000000-0000-0000-0000-000000000000';
  "subjects" UUID[];
BEGIN
  IF NOT EXISTS (SELECT FROM "live_watch") OR NOT EXISTS (SELECT FROM "changed") THEN
    RETURN NULL;
  END IF;
  CASE TG_ARGV[1]
    WHEN 'customer' THEN
      "subjects" := ARRAY(
        SELECT DISTINCT w."subject_id" FROM "changed" c JOIN "live_watch" w ON w."subject_id" = c."customer_id");
    WHEN 'consumable' THEN
      "subjects" := ARRAY(
        SELECT DISTINCT w."subject_id" FROM "changed" c
        JOIN "consumable" o ON o."id" = c."consumable_id" JOIN "live_watch" w ON w."subject_id" = o."customer_id");
    WHEN 'consent' THEN
      "subjects" := ARRAY(
        SELECT DISTINCT w."subject_id" FROM "changed" c
        JOIN "consent" o ON o."id" = c."consent_id" JOIN "live_watch" w ON w."subject_id" = o."customer_id");
    ELSE
      "subjects" := '{}';
  END CASE;
  IF EXISTS (SELECT FROM "live_watch" WHERE "subject_id" = "fleet") THEN
    "subjects" := "subjects" || "fleet";
  END IF;
  -- A payload has at most 8,000 bytes: 200 ids of 37.
  PERFORM pg_notify('live', TG_ARGV[0] || '|' || string_agg("subject"::text, ','))
  FROM unnest("subjects") WITH ORDINALITY AS s("subject", "n")
  GROUP BY ("n" - 1) / 200;
  RETURN NULL;
END $$;

CREATE TRIGGER "order_told_new" AFTER INSERT ON "order"
  REFERENCING NEW TABLE AS "changed" FOR EACH STATEMENT EXECUTE FUNCTION "tell_watchers"('orders', 'customer');
CREATE TRIGGER "order_told" AFTER UPDATE ON "order"
  REFERENCING NEW TABLE AS "changed" FOR EACH STATEMENT EXECUTE FUNCTION "tell_watchers"('orders', 'customer');
CREATE TRIGGER "consumable_state_told" AFTER UPDATE ON "consumable_state"
  REFERENCING NEW TABLE AS "changed" FOR EACH STATEMENT EXECUTE FUNCTION "tell_watchers"('consumables', 'consumable');
CREATE TRIGGER "consumable_told" AFTER UPDATE ON "consumable"
  REFERENCING NEW TABLE AS "changed" FOR EACH STATEMENT EXECUTE FUNCTION "tell_watchers"('consumables', 'customer');
CREATE TRIGGER "device_told" AFTER UPDATE ON "device"
  REFERENCING NEW TABLE AS "changed" FOR EACH STATEMENT EXECUTE FUNCTION "tell_watchers"('devices', 'customer');
CREATE TRIGGER "hold_told_new" AFTER INSERT ON "hold"
  REFERENCING NEW TABLE AS "changed" FOR EACH STATEMENT EXECUTE FUNCTION "tell_watchers"('holds', 'customer');
CREATE TRIGGER "hold_told" AFTER UPDATE ON "hold"
  REFERENCING NEW TABLE AS "changed" FOR EACH STATEMENT EXECUTE FUNCTION "tell_watchers"('holds', 'customer');
CREATE TRIGGER "calendar_feed_told" AFTER UPDATE ON "calendar_feed"
  REFERENCING NEW TABLE AS "changed" FOR EACH STATEMENT EXECUTE FUNCTION "tell_watchers"('holds', 'customer');
CREATE TRIGGER "message_told_new" AFTER INSERT ON "message"
  REFERENCING NEW TABLE AS "changed" FOR EACH STATEMENT EXECUTE FUNCTION "tell_watchers"('messages', 'customer');
CREATE TRIGGER "message_told" AFTER UPDATE ON "message"
  REFERENCING NEW TABLE AS "changed" FOR EACH STATEMENT EXECUTE FUNCTION "tell_watchers"('messages', 'customer');
CREATE TRIGGER "consent_told_new" AFTER INSERT ON "consent"
  REFERENCING NEW TABLE AS "changed" FOR EACH STATEMENT EXECUTE FUNCTION "tell_watchers"('consents', 'customer');
CREATE TRIGGER "consent_withdrawal_told_new" AFTER INSERT ON "consent_withdrawal"
  REFERENCING NEW TABLE AS "changed" FOR EACH STATEMENT EXECUTE FUNCTION "tell_watchers"('consents', 'consent');
CREATE TRIGGER "halt_told_new" AFTER INSERT ON "halt"
  REFERENCING NEW TABLE AS "changed" FOR EACH STATEMENT EXECUTE FUNCTION "tell_watchers"('halts', 'none');
CREATE TRIGGER "halt_told" AFTER UPDATE ON "halt"
  REFERENCING NEW TABLE AS "changed" FOR EACH STATEMENT EXECUTE FUNCTION "tell_watchers"('halts', 'none');
