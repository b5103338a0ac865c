-- Messages become kinds with facts, are delivered, read and preferred; notices of orders; skipped orders.

-- What was written as text stays readable: it becomes the only fact of its message.
UPDATE "message" SET "detail" = coalesce("detail", '{}') || jsonb_build_object('text', "text");

-- AlterTable
ALTER TABLE "consumable" ADD COLUMN     "skip_until" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "message" DROP COLUMN "sent_at",
DROP COLUMN "text",
ADD COLUMN     "due_at" TIMESTAMPTZ(3),
ADD COLUMN     "key" TEXT,
ADD COLUMN     "read_at" TIMESTAMPTZ(3),
ALTER COLUMN "customer_id" DROP NOT NULL,
ALTER COLUMN "detail" SET NOT NULL;

-- AlterTable
ALTER TABLE "order" ADD COLUMN     "notice_failed_at" TIMESTAMPTZ(3),
ADD COLUMN     "noticed_at" TIMESTAMPTZ(3),
ADD COLUMN     "revision" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "message_delivery" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "message_id" UUID NOT NULL,
    "channel" TEXT NOT NULL,
    "target" TEXT NOT NULL DEFAULT '',
    "status" TEXT NOT NULL,
    "digest" BOOLEAN NOT NULL DEFAULT false,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),
    "last_error" TEXT,

    CONSTRAINT "message_delivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "message_preference" (
    "customer_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,

    CONSTRAINT "message_preference_pkey" PRIMARY KEY ("customer_id","kind","channel")
);

-- CreateTable
CREATE TABLE "message_setting" (
    "customer_id" UUID NOT NULL,
    "quiet_from" INTEGER,
    "quiet_to" INTEGER,
    "digest_at" INTEGER,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "message_setting_pkey" PRIMARY KEY ("customer_id")
);

-- CreateTable
CREATE TABLE "push_subscription" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "customer_id" UUID NOT NULL,
    "endpoint" TEXT NOT NULL,
    "p256dh" TEXT NOT NULL,
    "auth" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "push_subscription_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vapid_key" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "public_key" TEXT NOT NULL,
    "private_key" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "vapid_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_endpoint" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "customer_id" UUID,
    "url" TEXT NOT NULL,
    "kinds" TEXT[],
    "secret" TEXT NOT NULL,
    "previous_secret" TEXT,
    "previous_secret_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "disabled_at" TIMESTAMPTZ(3),
    "disabled_reason" TEXT,

    CONSTRAINT "webhook_endpoint_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delivery_feed" (
    "customer_id" UUID NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "delivery_feed_pkey" PRIMARY KEY ("customer_id")
);

-- CreateTable
CREATE TABLE "used_link" (
    "token_hash" BYTEA NOT NULL,
    "order_id" UUID NOT NULL,
    "used_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "used_link_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "sealed_mail" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "sealed_mail_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "message_delivery_due_at_idx" ON "message_delivery"("due_at");

-- CreateIndex
CREATE INDEX "message_delivery_status_created_at_idx" ON "message_delivery"("status", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "message_delivery_message_id_channel_target_key" ON "message_delivery"("message_id", "channel", "target");

-- CreateIndex
CREATE UNIQUE INDEX "push_subscription_endpoint_key" ON "push_subscription"("endpoint");

-- CreateIndex
CREATE INDEX "push_subscription_customer_id_idx" ON "push_subscription"("customer_id");

-- CreateIndex
CREATE INDEX "webhook_endpoint_customer_id_idx" ON "webhook_endpoint"("customer_id");

-- CreateIndex
CREATE UNIQUE INDEX "delivery_feed_token_hash_key" ON "delivery_feed"("token_hash");

-- CreateIndex
CREATE INDEX "used_link_order_id_idx" ON "used_link"("order_id");

-- CreateIndex
CREATE INDEX "sealed_mail_due_at_idx" ON "sealed_mail"("due_at");

-- CreateIndex
CREATE UNIQUE INDEX "message_key_key" ON "message"("key");

-- CreateIndex
CREATE INDEX "message_due_at_idx" ON "message"("due_at");

-- AddForeignKey
ALTER TABLE "message_delivery" ADD CONSTRAINT "message_delivery_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message_preference" ADD CONSTRAINT "message_preference_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message_setting" ADD CONSTRAINT "message_setting_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "push_subscription" ADD CONSTRAINT "push_subscription_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_endpoint" ADD CONSTRAINT "webhook_endpoint_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "delivery_feed" ADD CONSTRAINT "delivery_feed_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "used_link" ADD CONSTRAINT "used_link_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Calendars of deliveries number every change of an entry (RFC 5545, SEQUENCE).
CREATE FUNCTION "count_order_revision"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."revision" := OLD."revision" + 1;
  RETURN NEW;
END $$;
CREATE TRIGGER "order_revision" BEFORE UPDATE ON "order"
  FOR EACH ROW WHEN (
    (NEW."status", NEW."arrives_from", NEW."arrives_to") IS DISTINCT FROM (OLD."status", OLD."arrives_from", OLD."arrives_to")
  ) EXECUTE FUNCTION "count_order_revision"();

ALTER TABLE "vapid_key" ADD CONSTRAINT "vapid_key_single_check" CHECK ("id" = 1);
ALTER TABLE "message_delivery" ADD CONSTRAINT "message_delivery_status_check"
  CHECK ("status" IN ('pending', 'sent', 'failed', 'suppressed'));
