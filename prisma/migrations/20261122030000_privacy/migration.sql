-- Erasure of a customer: its record, and what may be changed for it in records that are otherwise only added to.

-- AlterTable
ALTER TABLE "customer" ADD COLUMN     "erased_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "erasure" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "customer_id" UUID NOT NULL,
    "user_ids" UUID[],
    "requested_by" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "language" TEXT NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "removed" JSONB NOT NULL DEFAULT '{}',
    "due_at" TIMESTAMPTZ(3),
    "swept_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "receipt" TEXT,

    CONSTRAINT "erasure_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "erasure_customer_id_key" ON "erasure"("customer_id");

-- CreateIndex
CREATE INDEX "erasure_due_at_idx" ON "erasure"("due_at");

-- AddForeignKey
ALTER TABLE "erasure" ADD CONSTRAINT "erasure_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say.

-- Addresses that are still to be erased, by who acted and by age.
CREATE INDEX "audit_entry_origin_actor" ON "audit_entry" ("actor_id") WHERE "origin_address" IS NOT NULL;
CREATE INDEX "audit_entry_origin_at" ON "audit_entry" ("at") WHERE "origin_address" IS NOT NULL;

-- Append-only records: the columns named, which tell of a person, may be emptied, and nothing else may change;
-- a row that was emptied may go when it need not be kept any more. By name, so that a column added later is kept.
CREATE FUNCTION "refuse_change_but_erasure"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "row" jsonb := to_jsonb(CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END);
BEGIN
  IF (SELECT bool_and("row" -> "name" IN ('null', '"erased"', '{}')) FROM unnest(TG_ARGV) AS "name")
    AND (TG_OP = 'DELETE' OR "row" - TG_ARGV = to_jsonb(OLD) - TG_ARGV)
  THEN RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER "consent_append_only" ON "consent";
CREATE TRIGGER "consent_append_only" BEFORE UPDATE OR DELETE ON "consent"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change_but_erasure"('text', 'actor', 'origin_address');
DROP TRIGGER "consent_withdrawal_append_only" ON "consent_withdrawal";
CREATE TRIGGER "consent_withdrawal_append_only" BEFORE UPDATE OR DELETE ON "consent_withdrawal"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change_but_erasure"('actor', 'reason', 'origin_address');
DROP TRIGGER "mandate_append_only" ON "mandate";
CREATE TRIGGER "mandate_append_only" BEFORE UPDATE OR DELETE ON "mandate"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change_but_erasure"('delivery_address', 'payment_reference');
DROP TRIGGER "order_history_append_only" ON "order_history";
CREATE TRIGGER "order_history_append_only" BEFORE UPDATE ON "order_history"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change_but_erasure"('reason', 'detail', 'said');

-- Deletes at most so many readings of the consumables, month after month; returns how many.
CREATE FUNCTION "erase_readings"("consumables" uuid[], "most" integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  "partition" regclass;
  "gone" integer := 0;
  "step" integer;
BEGIN
  FOR "partition" IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'reading'::regclass LOOP
    EXECUTE format(
      'DELETE FROM %s WHERE ctid = ANY (ARRAY(SELECT ctid FROM %s WHERE consumable_id = ANY ($1) LIMIT $2))',
      "partition", "partition") USING "consumables", "most" - "gone";
    GET DIAGNOSTICS "step" = ROW_COUNT;
    "gone" := "gone" + "step";
    EXIT WHEN "gone" >= "most";
  END LOOP;
  RETURN "gone";
END $$;
