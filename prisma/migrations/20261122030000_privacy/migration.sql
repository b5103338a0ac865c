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

-- Append-only records: what tells of a person may be replaced by the one word that says so, and nothing else
-- may change. A record that was erased like that may go when it need not be kept any more.
DROP TRIGGER "consent_append_only" ON "consent";
CREATE TRIGGER "consent_append_only" BEFORE UPDATE ON "consent"
  FOR EACH ROW WHEN (
    NEW."text" <> 'erased' OR NEW."actor" <> 'erased' OR NEW."origin_address" IS NOT NULL
    OR (NEW."id", NEW."customer_id", NEW."purpose", NEW."consumable_id", NEW."device_id", NEW."version", NEW."text_hash",
        NEW."language", NEW."method", NEW."granted_at", NEW."valid_until")
       IS DISTINCT FROM
       (OLD."id", OLD."customer_id", OLD."purpose", OLD."consumable_id", OLD."device_id", OLD."version", OLD."text_hash",
        OLD."language", OLD."method", OLD."granted_at", OLD."valid_until")
  ) EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "consent_kept" BEFORE DELETE ON "consent"
  FOR EACH ROW WHEN (OLD."actor" <> 'erased') EXECUTE FUNCTION "refuse_change"();

DROP TRIGGER "consent_withdrawal_append_only" ON "consent_withdrawal";
CREATE TRIGGER "consent_withdrawal_append_only" BEFORE UPDATE ON "consent_withdrawal"
  FOR EACH ROW WHEN (
    NEW."actor" <> 'erased' OR NEW."reason" IS NOT NULL OR NEW."origin_address" IS NOT NULL
    OR (NEW."consent_id", NEW."withdrawn_at", NEW."method") IS DISTINCT FROM
       (OLD."consent_id", OLD."withdrawn_at", OLD."method")
  ) EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "consent_withdrawal_kept" BEFORE DELETE ON "consent_withdrawal"
  FOR EACH ROW WHEN (OLD."actor" <> 'erased') EXECUTE FUNCTION "refuse_change"();

DROP TRIGGER "mandate_append_only" ON "mandate";
CREATE FUNCTION "refuse_mandate_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- By name, so that a column added later is kept too.
  IF TG_OP = 'UPDATE' AND NEW."delivery_address" = '{}' AND NEW."payment_reference" IS NULL
    AND to_jsonb(NEW) - 'delivery_address' - 'payment_reference' = to_jsonb(OLD) - 'delivery_address' - 'payment_reference'
  THEN RETURN NEW; END IF;
  IF TG_OP = 'DELETE' AND OLD."delivery_address" = '{}' AND OLD."payment_reference" IS NULL THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER "mandate_append_only" BEFORE UPDATE OR DELETE ON "mandate"
  FOR EACH ROW EXECUTE FUNCTION "refuse_mandate_change"();

DROP TRIGGER "order_history_append_only" ON "order_history";
CREATE TRIGGER "order_history_append_only" BEFORE UPDATE ON "order_history"
  FOR EACH ROW WHEN (
    NEW."reason" IS NOT NULL OR NEW."detail" IS NOT NULL
    OR (NEW."id", NEW."order_id", NEW."at", NEW."from_status", NEW."to_status", NEW."actor")
       IS DISTINCT FROM (OLD."id", OLD."order_id", OLD."at", OLD."from_status", OLD."to_status", OLD."actor")
  ) EXECUTE FUNCTION "refuse_change"();

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
