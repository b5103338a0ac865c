-- What is left of readings when they are gone, and indexes for what retention and erasure delete.

-- CreateTable
CREATE TABLE "consumable_day" (
    "consumable_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "level_first" REAL,
    "level_last" REAL,
    "level_min" REAL,
    "used" REAL NOT NULL,
    "counted" REAL,
    "readings" INTEGER NOT NULL,

    CONSTRAINT "consumable_day_pkey" PRIMARY KEY ("consumable_id","day")
);

-- What Prisma cannot say.

-- Rows come in the order of time: a few pages of index tell where the old ones lie.
CREATE INDEX "decision_at_brin" ON "decision" USING brin ("at");
CREATE INDEX "consumable_event_at_brin" ON "consumable_event" USING brin ("at");
CREATE INDEX "message_created_at_brin" ON "message" USING brin ("created_at");
CREATE INDEX "consumable_day_brin" ON "consumable_day" USING brin ("day");

-- Whose row goes is looked for there: without these, each deletion would read the whole table.
CREATE INDEX "order_decision" ON "order" ("decision_id") WHERE "decision_id" IS NOT NULL;
CREATE INDEX "order_consent" ON "order" ("consent_id") WHERE "consent_id" IS NOT NULL;
CREATE INDEX "consumable_event_order" ON "consumable_event" ("order_id") WHERE "order_id" IS NOT NULL;
CREATE INDEX "hold_device" ON "hold" ("device_id") WHERE "device_id" IS NOT NULL;
CREATE INDEX "calendar_feed_device" ON "calendar_feed" ("device_id") WHERE "device_id" IS NOT NULL;

-- Level and use of each day (UTC) of a month of readings, for the next consumables after one; returns the last
-- of them, null at the end. What is there already stays: a run that broke off is gone on with.
CREATE FUNCTION "roll_up_readings"("month" regclass, "after" uuid, "most" integer) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  "chunk" uuid[];
BEGIN
  EXECUTE format('SELECT array_agg(id) FROM (
    SELECT DISTINCT consumable_id AS id FROM %s WHERE consumable_id > $1 ORDER BY 1 LIMIT $2) t', "month")
    INTO "chunk" USING "after", "most";
  EXECUTE format('
    INSERT INTO consumable_day (consumable_id, day, level_first, level_last, level_min, used, counted, readings)
    SELECT consumable_id, day, (array_agg(level ORDER BY at, seq) FILTER (WHERE level IS NOT NULL))[1],
      (array_agg(level ORDER BY at DESC, seq DESC) FILTER (WHERE level IS NOT NULL))[1], min(level),
      coalesce(sum(greatest(level_before - level, 0)), 0), 
      CASE WHEN count(use_counter) > 0 THEN sum(greatest(use_counter - counter_before, 0)) END, count(*)
    FROM (
      SELECT consumable_id, (at AT TIME ZONE ''UTC'')::date AS day, at, seq, level, use_counter,
        lag(level) OVER w AS level_before, lag(use_counter) OVER w AS counter_before
      FROM %s WHERE consumable_id = ANY ($1) AND (level IS NOT NULL OR use_counter IS NOT NULL)
      WINDOW w AS (PARTITION BY consumable_id ORDER BY at, seq)
    ) t GROUP BY consumable_id, day
    ON CONFLICT DO NOTHING', "month") USING "chunk";
  RETURN "chunk"[cardinality("chunk")];
END $$;
