-- CreateTable
CREATE TABLE "demand_forecast" (
    "product_id" UUID NOT NULL,
    "made_on" DATE NOT NULL,
    "weeks" INTEGER NOT NULL,
    "consumables" INTEGER NOT NULL,
    "unknown" INTEGER NOT NULL,
    "mean" DOUBLE PRECISION NOT NULL,
    "p10" INTEGER NOT NULL,
    "p50" INTEGER NOT NULL,
    "p90" INTEGER NOT NULL,

    CONSTRAINT "demand_forecast_pkey" PRIMARY KEY ("product_id","made_on","weeks")
);

-- CreateTable
CREATE TABLE "forecast_snapshot" (
    "consumable_id" UUID NOT NULL,
    "taken_on" DATE NOT NULL,
    "used" DOUBLE PRECISION NOT NULL,
    "use_p10" DOUBLE PRECISION NOT NULL,
    "use_p50" DOUBLE PRECISION NOT NULL,
    "use_p90" DOUBLE PRECISION NOT NULL,
    "run_out_p50" TIMESTAMPTZ(3),

    CONSTRAINT "forecast_snapshot_pkey" PRIMARY KEY ("consumable_id","taken_on")
);

-- CreateTable
CREATE TABLE "forecast_score" (
    "week" DATE NOT NULL,
    "device_model_id" UUID NOT NULL,
    "slot_key" TEXT NOT NULL,
    "forecasts" INTEGER NOT NULL,
    "below" INTEGER NOT NULL,
    "above" INTEGER NOT NULL,
    "pinball" DOUBLE PRECISION NOT NULL,
    "used" DOUBLE PRECISION NOT NULL,
    "error" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "forecast_score_pkey" PRIMARY KEY ("week","device_model_id","slot_key")
);

-- CreateTable
CREATE TABLE "replenishment_outcome" (
    "order_id" UUID NOT NULL,
    "delivered_at" TIMESTAMPTZ(3) NOT NULL,
    "installed_at" TIMESTAMPTZ(3),
    "level_at_delivery" DOUBLE PRECISION,
    "empty_since" TIMESTAMPTZ(3),
    "level_at_swap" DOUBLE PRECISION,

    CONSTRAINT "replenishment_outcome_pkey" PRIMARY KEY ("order_id")
);

-- CreateTable
CREATE TABLE "shadow_policy" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "name" TEXT NOT NULL,
    "settings" JSONB NOT NULL,
    "device_model_id" UUID,
    "product_id" UUID,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "started_by" TEXT NOT NULL,
    "stopped_at" TIMESTAMPTZ(3),
    "stopped_by" TEXT,
    "adopted_at" TIMESTAMPTZ(3),

    CONSTRAINT "shadow_policy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "shadow_subject" (
    "shadow_id" UUID NOT NULL,
    "consumable_id" UUID NOT NULL,
    "evaluate_at" TIMESTAMPTZ(3) NOT NULL,
    "evaluated_at" TIMESTAMPTZ(3),
    "outcome" TEXT,
    "digest" TEXT,
    "ordered" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "ordered_at" TIMESTAMPTZ(3),

    CONSTRAINT "shadow_subject_pkey" PRIMARY KEY ("shadow_id","consumable_id")
);

-- CreateTable
CREATE TABLE "shadow_decision" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "shadow_id" UUID NOT NULL,
    "consumable_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "outcome" TEXT NOT NULL,
    "sentence" TEXT NOT NULL,
    "gates" JSONB NOT NULL,
    "quantity" INTEGER,
    "fillings" INTEGER,
    "total_minor" INTEGER,
    "currency" CHAR(3),
    "place_at" TIMESTAMPTZ(3),
    "empty_before_arrival" DOUBLE PRECISION,

    CONSTRAINT "shadow_decision_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "demand_forecast_made_on_idx" ON "demand_forecast"("made_on");

-- CreateIndex
CREATE INDEX "forecast_snapshot_taken_on_idx" ON "forecast_snapshot"("taken_on");

-- CreateIndex
CREATE INDEX "replenishment_outcome_delivered_at_idx" ON "replenishment_outcome"("delivered_at");

-- CreateIndex
CREATE INDEX "shadow_subject_consumable_id_idx" ON "shadow_subject"("consumable_id");

-- CreateIndex
CREATE INDEX "shadow_decision_shadow_id_consumable_id_at_idx" ON "shadow_decision"("shadow_id", "consumable_id", "at");

-- CreateIndex
CREATE INDEX "device_presence_presence_at_idx" ON "device"("presence", "presence_at");

-- CreateIndex
CREATE INDEX "consumable_device_model_id_idx" ON "consumable"("device_model_id");

-- CreateIndex
CREATE INDEX "order_merchant_id_created_at_idx" ON "order"("merchant_id", "created_at");

-- CreateIndex
CREATE INDEX "order_product_id_created_at_idx" ON "order"("product_id", "created_at");

-- CreateIndex
CREATE INDEX "order_created_at_idx" ON "order"("created_at");

-- CreateIndex
CREATE INDEX "order_delivered_at_idx" ON "order"("delivered_at");

-- CreateIndex
CREATE INDEX "order_total_minor_idx" ON "order"("total_minor");

-- AddForeignKey
ALTER TABLE "demand_forecast" ADD CONSTRAINT "demand_forecast_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "forecast_snapshot" ADD CONSTRAINT "forecast_snapshot_consumable_id_fkey" FOREIGN KEY ("consumable_id") REFERENCES "consumable"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "replenishment_outcome" ADD CONSTRAINT "replenishment_outcome_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "shadow_subject" ADD CONSTRAINT "shadow_subject_shadow_id_fkey" FOREIGN KEY ("shadow_id") REFERENCES "shadow_policy"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "shadow_subject" ADD CONSTRAINT "shadow_subject_consumable_id_fkey" FOREIGN KEY ("consumable_id") REFERENCES "consumable"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "shadow_decision" ADD CONSTRAINT "shadow_decision_shadow_id_consumable_id_fkey" FOREIGN KEY ("shadow_id", "consumable_id") REFERENCES "shadow_subject"("shadow_id", "consumable_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say.

-- Devices that ran out, of which there are few: counted on every look at the console's first page.
CREATE INDEX "consumable_state_empty" ON "consumable_state" ("consumable_id") WHERE "level" <= 0.005;
-- Customers are looked up by how their name or address begins, in whatever case.
CREATE INDEX "customer_name_prefix" ON "customer" (lower("name") text_pattern_ops, "id");
CREATE INDEX "customer_email_prefix" ON "customer" (lower("email") text_pattern_ops, "id");
CREATE INDEX "device_serial_prefix" ON "device" (lower("serial") text_pattern_ops, "id");
CREATE INDEX "shadow_policy_running" ON "shadow_policy" ("started_at") WHERE "stopped_at" IS NULL;

ALTER TABLE "demand_forecast" ADD CONSTRAINT "demand_forecast_weeks_check" CHECK ("weeks" BETWEEN 1 AND 8);

-- AlterTable
ALTER TABLE "setting_change" ADD COLUMN "reason" TEXT;
