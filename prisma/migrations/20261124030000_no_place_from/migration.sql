-- An approved question goes at once (docs/decisions/0015-orders.md).
-- AlterTable
ALTER TABLE "order" DROP COLUMN "place_from";
