-- Places of a customer: devices stand at them, and holds may be of one of them.

-- CreateTable
CREATE TABLE "address" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "customer_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "street" TEXT NOT NULL,
    "postal_code" TEXT NOT NULL,
    "city" TEXT NOT NULL,
    "region" TEXT,
    "country" CHAR(2) NOT NULL,
    "time_zone" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "address_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "address_customer_id_idx" ON "address"("customer_id");

-- AlterTable
ALTER TABLE "device" ADD COLUMN     "address_id" UUID;

-- AlterTable
ALTER TABLE "hold" ADD COLUMN     "address_id" UUID;

-- AlterTable
ALTER TABLE "calendar_feed" ADD COLUMN     "address_id" UUID;

-- AlterTable
ALTER TABLE "mandate" ADD COLUMN     "address_id" UUID;

-- AddForeignKey
ALTER TABLE "address" ADD CONSTRAINT "address_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device" ADD CONSTRAINT "device_address_id_fkey" FOREIGN KEY ("address_id") REFERENCES "address"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "hold" ADD CONSTRAINT "hold_address_id_fkey" FOREIGN KEY ("address_id") REFERENCES "address"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "calendar_feed" ADD CONSTRAINT "calendar_feed_address_id_fkey" FOREIGN KEY ("address_id") REFERENCES "address"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say.

ALTER TABLE "hold" ADD CONSTRAINT "hold_one_scope" CHECK (num_nonnulls("device_id", "address_id") <= 1);
ALTER TABLE "calendar_feed" ADD CONSTRAINT "calendar_feed_one_scope" CHECK (num_nonnulls("device_id", "address_id") <= 1);
CREATE INDEX "device_address" ON "device" ("address_id") WHERE "address_id" IS NOT NULL;
CREATE INDEX "hold_address" ON "hold" ("address_id") WHERE "address_id" IS NOT NULL;
CREATE INDEX "calendar_feed_address" ON "calendar_feed" ("address_id") WHERE "address_id" IS NOT NULL;
