-- Scopes and origin of consents, further terms of mandates, calendars, messages, duties, withdrawals from contracts.

-- AlterTable
ALTER TABLE "consent" ADD COLUMN     "device_id" UUID,
ADD COLUMN     "origin_address" TEXT;

-- AlterTable
ALTER TABLE "consent_withdrawal" ADD COLUMN     "origin_address" TEXT;

-- AlterTable
ALTER TABLE "mandate" ADD COLUMN     "max_price_drift" DOUBLE PRECISION,
ADD COLUMN     "merchant_ids" UUID[] DEFAULT ARRAY[]::UUID[],
ADD COLUMN     "prices_at_grant" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "substitute_product_ids" UUID[] DEFAULT ARRAY[]::UUID[];

-- AlterTable
ALTER TABLE "order" ADD COLUMN     "take_back" TEXT;

-- AlterTable
ALTER TABLE "hold" ADD COLUMN     "event_key" TEXT,
ADD COLUMN     "feed_id" UUID;

-- CreateTable
CREATE TABLE "calendar_feed" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "customer_id" UUID NOT NULL,
    "device_id" UUID,
    "name" TEXT NOT NULL,
    "url" TEXT,
    "rule" TEXT NOT NULL,
    "keyword" TEXT,
    "content" TEXT,
    "etag" TEXT,
    "last_modified" TEXT,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "last_error" TEXT,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "last_fetched_at" TIMESTAMPTZ(3),
    "last_good_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "calendar_feed_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "message" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "customer_id" UUID NOT NULL,
    "order_id" UUID,
    "kind" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "detail" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "duty" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "customer_id" UUID NOT NULL,
    "consent_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "jurisdiction" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "detail" JSONB,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "fulfilled_at" TIMESTAMPTZ(3),
    "message_id" UUID,

    CONSTRAINT "duty_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "contract_withdrawal" (
    "order_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "contact" TEXT NOT NULL,
    "stated_at" TIMESTAMPTZ(3) NOT NULL,
    "confirmed_at" TIMESTAMPTZ(3),
    "actor" TEXT NOT NULL,
    "acknowledgement" TEXT,

    CONSTRAINT "contract_withdrawal_pkey" PRIMARY KEY ("order_id")
);

-- CreateTable
CREATE TABLE "signing_key" (
    "id" TEXT NOT NULL,
    "public_jwk" JSONB NOT NULL,
    "private_jwk" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "signing_key_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "calendar_feed_customer_id_idx" ON "calendar_feed"("customer_id");

-- CreateIndex
CREATE INDEX "calendar_feed_due_at_idx" ON "calendar_feed"("due_at");

-- CreateIndex
CREATE INDEX "message_customer_id_created_at_idx" ON "message"("customer_id", "created_at");

-- CreateIndex
CREATE INDEX "message_order_id_idx" ON "message"("order_id");

-- CreateIndex
CREATE INDEX "duty_customer_id_idx" ON "duty"("customer_id");

-- CreateIndex
CREATE INDEX "duty_due_at_idx" ON "duty"("due_at");

-- CreateIndex
CREATE INDEX "duty_message_id_idx" ON "duty"("message_id");

-- CreateIndex
CREATE UNIQUE INDEX "duty_consent_id_kind_subject_key" ON "duty"("consent_id", "kind", "subject");

-- CreateIndex
CREATE INDEX "consent_device_id_idx" ON "consent"("device_id");

-- CreateIndex
CREATE INDEX "hold_feed_id_idx" ON "hold"("feed_id");

-- AddForeignKey
ALTER TABLE "consent" ADD CONSTRAINT "consent_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "hold" ADD CONSTRAINT "hold_feed_id_fkey" FOREIGN KEY ("feed_id") REFERENCES "calendar_feed"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "calendar_feed" ADD CONSTRAINT "calendar_feed_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "calendar_feed" ADD CONSTRAINT "calendar_feed_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "duty" ADD CONSTRAINT "duty_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "duty" ADD CONSTRAINT "duty_consent_id_fkey" FOREIGN KEY ("consent_id") REFERENCES "consent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "duty" ADD CONSTRAINT "duty_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "message"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "contract_withdrawal" ADD CONSTRAINT "contract_withdrawal_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say.

ALTER TABLE "consent" ADD CONSTRAINT "consent_one_scope" CHECK (num_nonnulls("consumable_id", "device_id") <= 1);
ALTER TABLE "mandate" ADD CONSTRAINT "mandate_price_drift" CHECK ("max_price_drift" >= 0);
ALTER TABLE "calendar_feed" ADD CONSTRAINT "calendar_feed_rule" CHECK (
  ("rule" = 'keyword' AND "keyword" IS NOT NULL) OR ("rule" = 'all-day-busy' AND "keyword" IS NULL));
ALTER TABLE "calendar_feed" ADD CONSTRAINT "calendar_feed_status" CHECK ("status" IN ('pending', 'ok', 'broken'));

-- Brokers hear at once when telemetry is allowed or forbidden: they drop it before it is stored.
CREATE FUNCTION "notify_telemetry_consent"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "given" "consent";
BEGIN
  IF TG_TABLE_NAME = 'consent' THEN
    "given" := NEW;
  ELSE
    SELECT * INTO "given" FROM "consent" WHERE "id" = NEW."consent_id";
  END IF;
  IF "given"."purpose" = 'telemetry' THEN
    PERFORM pg_notify('device_changed', d."id"::text) FROM "device" d
    WHERE d."customer_id" = "given"."customer_id"
      AND ("given"."device_id" IS NULL OR d."id" = "given"."device_id")
      AND ("given"."consumable_id" IS NULL
        OR EXISTS (SELECT FROM "consumable" c WHERE c."id" = "given"."consumable_id" AND c."device_id" = d."id"));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "consent_telemetry_notify" AFTER INSERT ON "consent"
  FOR EACH ROW EXECUTE FUNCTION "notify_telemetry_consent"();
CREATE TRIGGER "consent_withdrawal_telemetry_notify" AFTER INSERT ON "consent_withdrawal"
  FOR EACH ROW EXECUTE FUNCTION "notify_telemetry_consent"();
