-- CreateEnum
CREATE TYPE "strategy" AS ENUM ('respond', 'coach', 'curated', 'automatic');

-- CreateEnum
CREATE TYPE "polarity" AS ENUM ('depletes', 'fills');

-- CreateEnum
CREATE TYPE "level_kind" AS ENUM ('measured', 'some', 'unknown');

-- CreateEnum
CREATE TYPE "presence" AS ENUM ('online', 'offline');

-- CreateEnum
CREATE TYPE "order_status" AS ENUM ('proposed', 'announced', 'placing', 'accepted', 'shipped', 'delivered', 'installed', 'declined', 'cancelled', 'expired', 'rejected', 'returned', 'lost');

-- CreateTable
CREATE TABLE "setting" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "setting_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "customer" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "name" TEXT NOT NULL,
    "email" TEXT,
    "time_zone" TEXT NOT NULL,
    "language" TEXT NOT NULL DEFAULT 'en',
    "jurisdiction" TEXT NOT NULL DEFAULT 'EU',
    "currency" CHAR(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "customer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "device_model" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "make" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "family" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "device_model_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "model_slot" (
    "device_model_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "polarity" "polarity" NOT NULL DEFAULT 'depletes',
    "gauge_quantum" DOUBLE PRECISION NOT NULL DEFAULT 0.01,
    "gauge_noise" DOUBLE PRECISION NOT NULL DEFAULT 0.005,
    "unit" TEXT,
    "capacity" DOUBLE PRECISION,
    "counter_key" TEXT,
    "yield_uses" DOUBLE PRECISION,
    "typical_life_days" DOUBLE PRECISION NOT NULL,
    "shelf_life_days" DOUBLE PRECISION,

    CONSTRAINT "model_slot_pkey" PRIMARY KEY ("device_model_id","key")
);

-- CreateTable
CREATE TABLE "merchant" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "name" TEXT NOT NULL,
    "base_url" TEXT NOT NULL,
    "api_key" TEXT NOT NULL,
    "webhook_secret" TEXT NOT NULL,
    "lead_time_pmf" DOUBLE PRECISION[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "merchant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "merchant_id" UUID NOT NULL,
    "sku" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "unit_price_minor" INTEGER NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "pack_size" INTEGER NOT NULL DEFAULT 1,
    "minimum_quantity" INTEGER NOT NULL DEFAULT 1,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "product_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product_fit" (
    "product_id" UUID NOT NULL,
    "device_model_id" UUID NOT NULL,
    "slot_key" TEXT NOT NULL,

    CONSTRAINT "product_fit_pkey" PRIMARY KEY ("product_id","device_model_id","slot_key")
);

-- CreateTable
CREATE TABLE "device" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "customer_id" UUID,
    "device_model_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "serial" TEXT,
    "secret_hash" BYTEA,
    "certificate_fingerprint" TEXT,
    "revoked_at" TIMESTAMPTZ(3),
    "presence" "presence" NOT NULL DEFAULT 'offline',
    "presence_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "device_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consumable" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "device_id" UUID NOT NULL,
    "device_model_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "customer_id" UUID,
    "product_id" UUID,
    "strategy" "strategy" NOT NULL DEFAULT 'curated',
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "consumable_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consumable_state" (
    "consumable_id" UUID NOT NULL,
    "state" BYTEA,
    "evaluate_at" TIMESTAMPTZ(3) NOT NULL,
    "evaluated_at" TIMESTAMPTZ(3),
    "level" DOUBLE PRECISION,
    "level_at" TIMESTAMPTZ(3),
    "on_shelf" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "run_out_p10" TIMESTAMPTZ(3),
    "run_out_p50" TIMESTAMPTZ(3),
    "run_out_p90" TIMESTAMPTZ(3),
    "outcome" TEXT,
    "outcome_digest" TEXT,
    "last_decision_id" UUID,
    "sentence" TEXT,

    CONSTRAINT "consumable_state_pkey" PRIMARY KEY ("consumable_id")
);

-- CreateTable
CREATE TABLE "reading" (
    "consumable_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "seq" BIGINT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "level_kind" "level_kind" NOT NULL,
    "level" DOUBLE PRECISION,
    "use_counter" DOUBLE PRECISION,
    "supply_serial" TEXT,
    "historical" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "reading_pkey" PRIMARY KEY ("consumable_id","at","seq")
) PARTITION BY RANGE ("at");

-- CreateTable
CREATE TABLE "consumable_event" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "device_id" UUID NOT NULL,
    "consumable_id" UUID,
    "type" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "seq" BIGINT,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "quantity" DOUBLE PRECISION,
    "order_id" UUID,
    "detail" JSONB,

    CONSTRAINT "consumable_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "evaluation_queue" (
    "id" BIGSERIAL NOT NULL,
    "consumable_id" UUID NOT NULL,
    "reading_at" TIMESTAMPTZ(3)[],
    "reading_seq" BIGINT[],
    "event_ids" UUID[],
    "enqueued_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "evaluation_queue_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dead_letter" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "device_id" UUID,
    "client_id" TEXT,
    "topic" TEXT,
    "reason" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "payload" BYTEA,

    CONSTRAINT "dead_letter_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consent" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "customer_id" UUID NOT NULL,
    "purpose" TEXT NOT NULL,
    "consumable_id" UUID,
    "version" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "text_hash" TEXT NOT NULL,
    "language" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "granted_at" TIMESTAMPTZ(3) NOT NULL,
    "valid_until" TIMESTAMPTZ(3),

    CONSTRAINT "consent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consent_withdrawal" (
    "consent_id" UUID NOT NULL,
    "withdrawn_at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "reason" TEXT,

    CONSTRAINT "consent_withdrawal_pkey" PRIMARY KEY ("consent_id")
);

-- CreateTable
CREATE TABLE "mandate" (
    "consent_id" UUID NOT NULL,
    "product_ids" UUID[],
    "currency" CHAR(3) NOT NULL,
    "max_unit_price_minor" INTEGER NOT NULL,
    "max_quantity" INTEGER NOT NULL,
    "max_spend_per_month_minor" INTEGER NOT NULL,
    "max_orders_per_month" INTEGER,
    "min_days_between_orders" INTEGER,
    "delivery_address" JSONB NOT NULL,
    "payment_reference" TEXT,

    CONSTRAINT "mandate_pkey" PRIMARY KEY ("consent_id")
);

-- CreateTable
CREATE TABLE "hold" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "customer_id" UUID NOT NULL,
    "device_id" UUID,
    "starts_on" DATE NOT NULL,
    "ends_on" DATE,
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "cancelled_at" TIMESTAMPTZ(3),

    CONSTRAINT "hold_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "halt" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "product_id" UUID,
    "device_model_id" UUID,
    "merchant_id" UUID,
    "reason" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "lifted_at" TIMESTAMPTZ(3),

    CONSTRAINT "halt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "decision" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "consumable_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "stage" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "sentence" TEXT NOT NULL,
    "inputs" JSONB NOT NULL,
    "forecast" JSONB,
    "gates" JSONB NOT NULL,

    CONSTRAINT "decision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "customer_id" UUID NOT NULL,
    "consumable_id" UUID NOT NULL,
    "product_id" UUID NOT NULL,
    "merchant_id" UUID NOT NULL,
    "consent_id" UUID,
    "decision_id" UUID,
    "status" "order_status" NOT NULL,
    "status_reason" TEXT,
    "quantity" INTEGER NOT NULL,
    "fillings" INTEGER NOT NULL,
    "unit_price_minor" INTEGER NOT NULL,
    "shipping_minor" INTEGER NOT NULL DEFAULT 0,
    "total_minor" INTEGER NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "merchant_reference" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "cancel_until" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3),
    "announced_at" TIMESTAMPTZ(3),
    "placed_at" TIMESTAMPTZ(3),
    "accepted_at" TIMESTAMPTZ(3),
    "arrives_from" DATE,
    "arrives_to" DATE,
    "shipped_at" TIMESTAMPTZ(3),
    "delivered_at" TIMESTAMPTZ(3),
    "installed_at" TIMESTAMPTZ(3),

    CONSTRAINT "order_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_history" (
    "id" BIGSERIAL NOT NULL,
    "order_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "from_status" "order_status",
    "to_status" "order_status" NOT NULL,
    "actor" TEXT NOT NULL,
    "reason" TEXT,
    "detail" JSONB,

    CONSTRAINT "order_history_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_receipt" (
    "merchant_id" UUID NOT NULL,
    "webhook_id" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "webhook_receipt_pkey" PRIMARY KEY ("merchant_id","webhook_id")
);

-- CreateTable
CREATE TABLE "population_version" (
    "version" SERIAL NOT NULL,
    "scope" TEXT NOT NULL,
    "fitted_at" TIMESTAMPTZ(3) NOT NULL,
    "devices" INTEGER NOT NULL,
    "content" JSONB NOT NULL,

    CONSTRAINT "population_version_pkey" PRIMARY KEY ("scope","version")
);

-- CreateIndex
CREATE UNIQUE INDEX "device_model_make_model_key" ON "device_model"("make", "model");

-- CreateIndex
CREATE UNIQUE INDEX "merchant_name_key" ON "merchant"("name");

-- CreateIndex
CREATE UNIQUE INDEX "product_merchant_id_sku_key" ON "product"("merchant_id", "sku");

-- CreateIndex
CREATE INDEX "product_fit_device_model_id_slot_key_idx" ON "product_fit"("device_model_id", "slot_key");

-- CreateIndex
CREATE UNIQUE INDEX "device_certificate_fingerprint_key" ON "device"("certificate_fingerprint");

-- CreateIndex
CREATE INDEX "device_customer_id_idx" ON "device"("customer_id");

-- CreateIndex
CREATE INDEX "device_device_model_id_idx" ON "device"("device_model_id");

-- CreateIndex
CREATE INDEX "consumable_customer_id_idx" ON "consumable"("customer_id");

-- CreateIndex
CREATE INDEX "consumable_product_id_idx" ON "consumable"("product_id");

-- CreateIndex
CREATE UNIQUE INDEX "consumable_device_id_key_key" ON "consumable"("device_id", "key");

-- CreateIndex
CREATE INDEX "consumable_state_evaluate_at_idx" ON "consumable_state"("evaluate_at");

-- CreateIndex
CREATE INDEX "consumable_state_run_out_p50_idx" ON "consumable_state"("run_out_p50");

-- CreateIndex
CREATE INDEX "consumable_event_consumable_id_at_idx" ON "consumable_event"("consumable_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "consumable_event_device_id_at_seq_type_key" ON "consumable_event"("device_id", "at", "seq", "type");

-- CreateIndex
CREATE INDEX "evaluation_queue_consumable_id_idx" ON "evaluation_queue"("consumable_id");

-- CreateIndex
CREATE INDEX "dead_letter_received_at_idx" ON "dead_letter"("received_at");

-- CreateIndex
CREATE INDEX "dead_letter_device_id_received_at_idx" ON "dead_letter"("device_id", "received_at");

-- CreateIndex
CREATE INDEX "consent_customer_id_purpose_idx" ON "consent"("customer_id", "purpose");

-- CreateIndex
CREATE INDEX "consent_consumable_id_idx" ON "consent"("consumable_id");

-- CreateIndex
CREATE INDEX "hold_customer_id_starts_on_idx" ON "hold"("customer_id", "starts_on");

-- CreateIndex
CREATE INDEX "decision_consumable_id_at_idx" ON "decision"("consumable_id", "at");

-- CreateIndex
CREATE INDEX "order_consumable_id_created_at_idx" ON "order"("consumable_id", "created_at");

-- CreateIndex
CREATE INDEX "order_customer_id_created_at_idx" ON "order"("customer_id", "created_at");

-- CreateIndex
CREATE INDEX "order_status_created_at_idx" ON "order"("status", "created_at");

-- CreateIndex
CREATE INDEX "order_due_at_idx" ON "order"("due_at");

-- CreateIndex
CREATE INDEX "order_history_order_id_id_idx" ON "order_history"("order_id", "id");

-- CreateIndex
CREATE INDEX "webhook_receipt_received_at_idx" ON "webhook_receipt"("received_at");

-- AddForeignKey
ALTER TABLE "model_slot" ADD CONSTRAINT "model_slot_device_model_id_fkey" FOREIGN KEY ("device_model_id") REFERENCES "device_model"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product" ADD CONSTRAINT "product_merchant_id_fkey" FOREIGN KEY ("merchant_id") REFERENCES "merchant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product_fit" ADD CONSTRAINT "product_fit_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product_fit" ADD CONSTRAINT "product_fit_device_model_id_slot_key_fkey" FOREIGN KEY ("device_model_id", "slot_key") REFERENCES "model_slot"("device_model_id", "key") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device" ADD CONSTRAINT "device_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device" ADD CONSTRAINT "device_device_model_id_fkey" FOREIGN KEY ("device_model_id") REFERENCES "device_model"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consumable" ADD CONSTRAINT "consumable_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consumable" ADD CONSTRAINT "consumable_device_model_id_key_fkey" FOREIGN KEY ("device_model_id", "key") REFERENCES "model_slot"("device_model_id", "key") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consumable" ADD CONSTRAINT "consumable_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consumable" ADD CONSTRAINT "consumable_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consumable_state" ADD CONSTRAINT "consumable_state_consumable_id_fkey" FOREIGN KEY ("consumable_id") REFERENCES "consumable"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consumable_event" ADD CONSTRAINT "consumable_event_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consumable_event" ADD CONSTRAINT "consumable_event_consumable_id_fkey" FOREIGN KEY ("consumable_id") REFERENCES "consumable"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consumable_event" ADD CONSTRAINT "consumable_event_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consent" ADD CONSTRAINT "consent_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consent" ADD CONSTRAINT "consent_consumable_id_fkey" FOREIGN KEY ("consumable_id") REFERENCES "consumable"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consent_withdrawal" ADD CONSTRAINT "consent_withdrawal_consent_id_fkey" FOREIGN KEY ("consent_id") REFERENCES "consent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "mandate" ADD CONSTRAINT "mandate_consent_id_fkey" FOREIGN KEY ("consent_id") REFERENCES "consent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "hold" ADD CONSTRAINT "hold_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "hold" ADD CONSTRAINT "hold_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "halt" ADD CONSTRAINT "halt_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "halt" ADD CONSTRAINT "halt_device_model_id_fkey" FOREIGN KEY ("device_model_id") REFERENCES "device_model"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "halt" ADD CONSTRAINT "halt_merchant_id_fkey" FOREIGN KEY ("merchant_id") REFERENCES "merchant"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "decision" ADD CONSTRAINT "decision_consumable_id_fkey" FOREIGN KEY ("consumable_id") REFERENCES "consumable"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order" ADD CONSTRAINT "order_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order" ADD CONSTRAINT "order_consumable_id_fkey" FOREIGN KEY ("consumable_id") REFERENCES "consumable"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order" ADD CONSTRAINT "order_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order" ADD CONSTRAINT "order_merchant_id_fkey" FOREIGN KEY ("merchant_id") REFERENCES "merchant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order" ADD CONSTRAINT "order_consent_id_fkey" FOREIGN KEY ("consent_id") REFERENCES "consent"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order" ADD CONSTRAINT "order_decision_id_fkey" FOREIGN KEY ("decision_id") REFERENCES "decision"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_history" ADD CONSTRAINT "order_history_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the Prisma schema cannot say (docs/decisions/0004-database.md)

-- At most one open order a consumable.
CREATE UNIQUE INDEX "order_one_open_per_consumable" ON "order" ("consumable_id")
  WHERE "status" IN ('proposed', 'announced', 'placing', 'accepted', 'shipped');

-- Orders whose spend counts in a month are looked up by customer and announcement.
CREATE INDEX "order_committed" ON "order" ("customer_id", "announced_at")
  WHERE "status" IN ('announced', 'placing', 'accepted', 'shipped', 'delivered', 'installed');

-- Delivered fillings that wait on the shelf, oldest first.
CREATE INDEX "order_delivered" ON "order" ("consumable_id", "delivered_at") WHERE "status" = 'delivered';

CREATE UNIQUE INDEX "order_merchant_reference" ON "order" ("merchant_id", "merchant_reference")
  WHERE "merchant_reference" IS NOT NULL;

-- What somebody did goes before what devices report.
CREATE INDEX "evaluation_queue_nudged" ON "evaluation_queue" ("id") WHERE "reading_at" = '{}';

CREATE INDEX "halt_in_force" ON "halt" ("created_at") WHERE "lifted_at" IS NULL;

ALTER TABLE "model_slot"
  ADD CONSTRAINT "model_slot_gauge_quantum_check" CHECK ("gauge_quantum" > 0 AND "gauge_quantum" <= 1),
  ADD CONSTRAINT "model_slot_gauge_noise_check" CHECK ("gauge_noise" >= 0 AND "gauge_noise" < 1),
  ADD CONSTRAINT "model_slot_typical_life_days_check" CHECK ("typical_life_days" > 0);
ALTER TABLE "product"
  ADD CONSTRAINT "product_unit_price_minor_check" CHECK ("unit_price_minor" >= 0),
  ADD CONSTRAINT "product_pack_size_check" CHECK ("pack_size" >= 1 AND "minimum_quantity" >= 1);
ALTER TABLE "consent"
  ADD CONSTRAINT "consent_purpose_check" CHECK ("purpose" IN ('telemetry', 'automatic-order', 'coaching'));
ALTER TABLE "mandate"
  ADD CONSTRAINT "mandate_limits_check"
  CHECK ("max_unit_price_minor" >= 0 AND "max_quantity" >= 1 AND "max_spend_per_month_minor" >= 0);
ALTER TABLE "hold" ADD CONSTRAINT "hold_span_check" CHECK ("ends_on" IS NULL OR "ends_on" >= "starts_on");
ALTER TABLE "order"
  ADD CONSTRAINT "order_amounts_check"
  CHECK ("quantity" >= 1 AND "fillings" >= 1 AND "unit_price_minor" >= 0 AND "total_minor" >= 0);

-- Rewritten at every evaluation: leave room for updates on the page, and clean up early.
ALTER TABLE "consumable_state" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
-- A queue: nearly every row dies within a second.
ALTER TABLE "evaluation_queue"
  SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0);

-- Records that may only be added to.
CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER "consent_append_only" BEFORE UPDATE OR DELETE ON "consent"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "consent_withdrawal_append_only" BEFORE UPDATE OR DELETE ON "consent_withdrawal"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "mandate_append_only" BEFORE UPDATE OR DELETE ON "mandate"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "order_history_append_only" BEFORE UPDATE ON "order_history"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();

-- Every broker hears when a device's credentials or consumables change. Presence alone is no change.
CREATE FUNCTION "notify_device_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "changed" record := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
  -- Two branches: one expression with both columns would not compile for either table.
  IF TG_TABLE_NAME = 'device' THEN
    PERFORM pg_notify('device_changed', "changed"."id"::text);
  ELSE
    PERFORM pg_notify('device_changed', "changed"."device_id"::text);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "device_deleted_notify" AFTER DELETE ON "device"
  FOR EACH ROW EXECUTE FUNCTION "notify_device_changed"();
CREATE TRIGGER "device_updated_notify"
  AFTER UPDATE OF "secret_hash", "certificate_fingerprint", "revoked_at", "customer_id" ON "device"
  FOR EACH ROW EXECUTE FUNCTION "notify_device_changed"();
CREATE TRIGGER "consumable_changed_notify" AFTER INSERT OR DELETE ON "consumable"
  FOR EACH ROW EXECUTE FUNCTION "notify_device_changed"();

-- Partitions of reading: one a month, named reading_2026_11, bounds in UTC.
CREATE FUNCTION "ensure_reading_partition"("month" date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  "first" date := date_trunc('month', "month")::date;
  "name" text := 'reading_' || to_char("first", 'YYYY_MM');
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('reading_partition'));
  IF to_regclass("name") IS NOT NULL THEN RETURN false; END IF;
  -- Made apart and attached: readers and writers of the other months do not wait.
  EXECUTE format('CREATE TABLE %I (LIKE "reading" INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', "name");
  EXECUTE format('ALTER TABLE "reading" ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', "name",
    "first"::text || ' 00:00:00+00', ("first" + interval '1 month')::date::text || ' 00:00:00+00');
  RETURN true;
END $$;

-- Drops whole months that end on or before the cut-off; returns their names.
CREATE FUNCTION "drop_reading_partitions"("before" date) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  "name" text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('reading_partition'));
  FOR "name" IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'reading'::regclass
      AND (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month')::date <= "before"
    ORDER BY c.relname
  LOOP
    EXECUTE format('DROP TABLE %I', "name");
    RETURN NEXT "name";
  END LOOP;
END $$;
