-- Quotes, price breaks, parcels, what becomes of an order after it was placed, and what people report.

-- AlterTable
ALTER TABLE "customer" ADD COLUMN     "combine_orders" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "delivery_address" JSONB;

-- AlterTable
ALTER TABLE "merchant" ADD COLUMN     "adapter" TEXT NOT NULL DEFAULT 'open-contract',
ADD COLUMN     "combines_parcels" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "consumable" ADD COLUMN     "paused_at" TIMESTAMPTZ(3),
ADD COLUMN     "paused_reason" TEXT;

-- AlterTable
ALTER TABLE "order" ADD COLUMN     "next_step" JSONB,
ADD COLUMN     "parcel_id" UUID,
ADD COLUMN     "quote_id" UUID,
ADD COLUMN     "refunded_minor" INTEGER,
ADD COLUMN     "rejection_code" TEXT,
ADD COLUMN     "replaces_order_id" UUID,
ADD COLUMN     "watch_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "product_price_break" (
    "product_id" UUID NOT NULL,
    "quantity" INTEGER NOT NULL,
    "unit_price_minor" INTEGER NOT NULL,

    CONSTRAINT "product_price_break_pkey" PRIMARY KEY ("product_id","quantity")
);

-- CreateTable
CREATE TABLE "quote" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "product_id" UUID NOT NULL,
    "merchant_id" UUID NOT NULL,
    "quantity" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "wanted_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "give_up_at" TIMESTAMPTZ(3) NOT NULL,
    "answered_at" TIMESTAMPTZ(3),
    "valid_until" TIMESTAMPTZ(3),
    "binding" BOOLEAN NOT NULL DEFAULT false,
    "merchant_quote_id" TEXT,
    "unit_price_minor" INTEGER,
    "shipping_minor" INTEGER,
    "currency" CHAR(3),
    "arrives_from" DATE,
    "arrives_to" DATE,
    "detail" TEXT,

    CONSTRAINT "quote_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "quote_waiter" (
    "quote_id" UUID NOT NULL,
    "consumable_id" UUID NOT NULL,

    CONSTRAINT "quote_waiter_pkey" PRIMARY KEY ("quote_id","consumable_id")
);

-- CreateTable
CREATE TABLE "order_problem" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "order_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "note" TEXT,
    "wants" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "reported_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "merchant_reference" TEXT,
    "answer" TEXT,
    "refund_minor" INTEGER,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "order_problem_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_issue" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "customer_id" UUID NOT NULL,
    "consumable_id" UUID NOT NULL,
    "order_id" UUID,
    "kind" TEXT NOT NULL,
    "audience" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),

    CONSTRAINT "order_issue_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "quote_product_id_valid_until_idx" ON "quote"("product_id", "valid_until");

-- CreateIndex
CREATE INDEX "quote_due_at_idx" ON "quote"("due_at");

-- CreateIndex
CREATE INDEX "quote_merchant_id_idx" ON "quote"("merchant_id");

-- CreateIndex
CREATE INDEX "quote_waiter_consumable_id_idx" ON "quote_waiter"("consumable_id");

-- CreateIndex
CREATE INDEX "order_problem_order_id_idx" ON "order_problem"("order_id");

-- CreateIndex
CREATE INDEX "order_problem_due_at_idx" ON "order_problem"("due_at");

-- CreateIndex
CREATE INDEX "order_issue_customer_id_opened_at_idx" ON "order_issue"("customer_id", "opened_at");

-- CreateIndex
CREATE INDEX "order_issue_order_id_idx" ON "order_issue"("order_id");

-- CreateIndex
CREATE INDEX "order_issue_consumable_id_idx" ON "order_issue"("consumable_id");

-- CreateIndex
CREATE UNIQUE INDEX "order_replaces_order_id_key" ON "order"("replaces_order_id");

-- CreateIndex
CREATE INDEX "order_watch_at_idx" ON "order"("watch_at");

-- CreateIndex
CREATE INDEX "order_parcel_id_idx" ON "order"("parcel_id");

-- CreateIndex
CREATE INDEX "order_quote_id_idx" ON "order"("quote_id");

-- AddForeignKey
ALTER TABLE "order" ADD CONSTRAINT "order_quote_id_fkey" FOREIGN KEY ("quote_id") REFERENCES "quote"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order" ADD CONSTRAINT "order_replaces_order_id_fkey" FOREIGN KEY ("replaces_order_id") REFERENCES "order"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product_price_break" ADD CONSTRAINT "product_price_break_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quote" ADD CONSTRAINT "quote_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quote" ADD CONSTRAINT "quote_merchant_id_fkey" FOREIGN KEY ("merchant_id") REFERENCES "merchant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quote_waiter" ADD CONSTRAINT "quote_waiter_quote_id_fkey" FOREIGN KEY ("quote_id") REFERENCES "quote"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quote_waiter" ADD CONSTRAINT "quote_waiter_consumable_id_fkey" FOREIGN KEY ("consumable_id") REFERENCES "consumable"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_problem" ADD CONSTRAINT "order_problem_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_issue" ADD CONSTRAINT "order_issue_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_issue" ADD CONSTRAINT "order_issue_consumable_id_fkey" FOREIGN KEY ("consumable_id") REFERENCES "consumable"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_issue" ADD CONSTRAINT "order_issue_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the Prisma schema cannot say (docs/decisions/0004-database.md)

-- One question at a time to a merchant about the same thing.
CREATE UNIQUE INDEX "quote_one_wanted" ON "quote" ("product_id", "quantity") WHERE "status" = 'wanted';
-- One open issue of a kind a consumable; opening it again changes nothing.
CREATE UNIQUE INDEX "order_issue_one_open" ON "order_issue" ("consumable_id", "kind") WHERE "resolved_at" IS NULL;
-- One report at a time about an order.
CREATE UNIQUE INDEX "order_problem_one_open" ON "order_problem" ("order_id") WHERE "status" IN ('open', 'agreed');

ALTER TABLE "product_price_break"
  ADD CONSTRAINT "product_price_break_check" CHECK ("quantity" >= 2 AND "unit_price_minor" >= 0);
ALTER TABLE "quote"
  ADD CONSTRAINT "quote_status_check" CHECK ("status" IN ('wanted', 'quoted', 'unavailable', 'none')),
  ADD CONSTRAINT "quote_quoted_check" CHECK ("status" <> 'quoted' OR ("unit_price_minor" >= 0 AND "shipping_minor" >= 0
    AND "currency" IS NOT NULL AND "arrives_from" <= "arrives_to" AND "valid_until" IS NOT NULL));
ALTER TABLE "order_problem"
  ADD CONSTRAINT "order_problem_kind_check" CHECK ("kind" IN ('wrong', 'damaged', 'not-needed', 'never-came')),
  ADD CONSTRAINT "order_problem_status_check" CHECK ("status" IN ('open', 'agreed', 'refused', 'settled')),
  ADD CONSTRAINT "order_problem_wants_check" CHECK ("wants" IN ('refund', 'replacement'));
ALTER TABLE "order_issue" ADD CONSTRAINT "order_issue_audience_check" CHECK ("audience" IN ('customer', 'ops'));

-- What is already on its way is watched from now on.
UPDATE "order" SET "watch_at" = coalesce("delivered_at", "shipped_at", "accepted_at", "created_at")
WHERE "status" IN ('placing', 'accepted', 'shipped', 'delivered');
