-- Halts by customer and firmware, the review of orders by staff, and what the breaker counts.

ALTER TABLE "device" ADD COLUMN "firmware" TEXT;

ALTER TABLE "halt" ADD COLUMN "customer_id" UUID,
  ADD COLUMN "firmware" TEXT,
  ADD COLUMN "detail" JSONB;
ALTER TABLE "halt" ADD CONSTRAINT "halt_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;
CREATE INDEX "halt_customer_id_idx" ON "halt"("customer_id");
-- The same firmware version of two models is not the same firmware.
ALTER TABLE "halt" ADD CONSTRAINT "halt_firmware_of_model" CHECK ("firmware" IS NULL OR "device_model_id" IS NOT NULL);

CREATE TABLE "order_review" (
    "order_id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "flags" JSONB NOT NULL,
    "status" TEXT NOT NULL,
    "approvals_needed" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "decide_by" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "order_review_pkey" PRIMARY KEY ("order_id")
);
CREATE INDEX "order_review_customer_id_idx" ON "order_review"("customer_id");
CREATE INDEX "order_review_status_decide_by_idx" ON "order_review"("status", "decide_by");
ALTER TABLE "order_review" ADD CONSTRAINT "order_review_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "order_review" ADD CONSTRAINT "order_review_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "order_review" ADD CONSTRAINT "order_review_status" CHECK ("status" IN ('pending', 'approved', 'declined'));

CREATE TABLE "review_vote" (
    "order_id" UUID NOT NULL,
    "actor" TEXT NOT NULL,
    "verdict" TEXT NOT NULL,
    "reason" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "review_vote_pkey" PRIMARY KEY ("order_id", "actor")
);
ALTER TABLE "review_vote" ADD CONSTRAINT "review_vote_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order_review"("order_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "review_vote" ADD CONSTRAINT "review_vote_verdict" CHECK ("verdict" IN ('approve', 'decline'));

CREATE TABLE "setting_change" (
    "id" BIGSERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB NOT NULL,

    CONSTRAINT "setting_change_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "setting_change_key_id_idx" ON "setting_change"("key", "id");

CREATE TABLE "order_rate" (
    "scope" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "orders" INTEGER NOT NULL,

    CONSTRAINT "order_rate_pkey" PRIMARY KEY ("scope", "starts_at")
);
CREATE INDEX "order_rate_starts_at_idx" ON "order_rate"("starts_at");

CREATE TRIGGER "review_vote_append_only" BEFORE UPDATE ON "review_vote"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "setting_change_append_only" BEFORE UPDATE OR DELETE ON "setting_change"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
