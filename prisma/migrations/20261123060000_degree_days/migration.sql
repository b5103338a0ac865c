-- AlterTable
ALTER TABLE "address" ADD COLUMN     "degree_days" DOUBLE PRECISION[] DEFAULT ARRAY[]::DOUBLE PRECISION[];

-- AlterTable
ALTER TABLE "model_slot" ADD COLUMN     "follows_weather" BOOLEAN NOT NULL DEFAULT false;

-- One figure a month, or none.
ALTER TABLE "address" ADD CONSTRAINT "address_degree_days_check"
  CHECK (cardinality("degree_days") IN (0, 12) AND 0 <= ALL ("degree_days"));
