-- AlterTable
ALTER TABLE "order" ADD COLUMN     "place_from" TIMESTAMPTZ(3);
