-- Every strategy works: orders on request, reminders, alternatives, and the ladder between them.

ALTER TABLE "product" ADD COLUMN "yield_uses" DOUBLE PRECISION;
ALTER TABLE "consumable_state" ADD COLUMN "ceiling" JSONB;
ALTER TABLE "order" ADD COLUMN "origin" TEXT NOT NULL DEFAULT 'evaluation',
  ADD COLUMN "options" JSONB;
ALTER TABLE "order" ADD CONSTRAINT "order_origin" CHECK ("origin" IN ('evaluation', 'button', 'customer'));

ALTER TABLE "consumable_event" ADD COLUMN "handled_at" TIMESTAMPTZ(3);
-- Buttons pressed before anybody listened are no orders.
UPDATE "consumable_event" SET "handled_at" = "received_at" WHERE "type" = 'button';
CREATE INDEX "consumable_event_button_waiting" ON "consumable_event" ("id") WHERE "type" = 'button' AND "handled_at" IS NULL;

CREATE TABLE "order_request" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "consumable_id" UUID,
    "device_id" UUID NOT NULL,
    "customer_id" UUID,
    "source" TEXT NOT NULL,
    "key" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "outcome" TEXT NOT NULL,
    "order_id" UUID,
    "said" JSONB NOT NULL,

    CONSTRAINT "order_request_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "order_request_consumable_id_key_key" ON "order_request"("consumable_id", "key");
CREATE INDEX "order_request_consumable_id_at_idx" ON "order_request"("consumable_id", "at");
CREATE INDEX "order_request_device_id_idx" ON "order_request"("device_id");
CREATE INDEX "order_request_customer_id_idx" ON "order_request"("customer_id");
CREATE INDEX "order_request_order_id_idx" ON "order_request"("order_id");
ALTER TABLE "order_request" ADD CONSTRAINT "order_request_consumable_id_fkey" FOREIGN KEY ("consumable_id") REFERENCES "consumable"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "order_request" ADD CONSTRAINT "order_request_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "order_request" ADD CONSTRAINT "order_request_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "order_request" ADD CONSTRAINT "order_request_outcome" CHECK ("outcome" IN ('ordered', 'repeated', 'refused'));

CREATE TABLE "suggestion" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "consumable_id" UUID NOT NULL,
    "from_strategy" "strategy" NOT NULL,
    "to_strategy" "strategy" NOT NULL,
    "said" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "dismissed_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "suggestion_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "suggestion_consumable_id_created_at_idx" ON "suggestion"("consumable_id", "created_at");
CREATE UNIQUE INDEX "suggestion_one_open_per_consumable" ON "suggestion" ("consumable_id") WHERE "dismissed_at" IS NULL AND "ended_at" IS NULL;
ALTER TABLE "suggestion" ADD CONSTRAINT "suggestion_consumable_id_fkey" FOREIGN KEY ("consumable_id") REFERENCES "consumable"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "reminder" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "consumable_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "tip" TEXT,
    "sent_at" TIMESTAMPTZ(3),
    "dropped_at" TIMESTAMPTZ(3),
    "dropped_why" TEXT,

    CONSTRAINT "reminder_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "reminder_consumable_id_created_at_idx" ON "reminder"("consumable_id", "created_at");
CREATE INDEX "reminder_waiting" ON "reminder" ("due_at") WHERE "sent_at" IS NULL AND "dropped_at" IS NULL;
CREATE UNIQUE INDEX "reminder_one_waiting_per_consumable" ON "reminder" ("consumable_id") WHERE "sent_at" IS NULL AND "dropped_at" IS NULL;
ALTER TABLE "reminder" ADD CONSTRAINT "reminder_consumable_id_fkey" FOREIGN KEY ("consumable_id") REFERENCES "consumable"("id") ON DELETE CASCADE ON UPDATE CASCADE;
