-- AlterTable
ALTER TABLE "consumable_state" ADD COLUMN     "predictability" JSONB;

-- CreateTable
CREATE TABLE "calibration_count" (
    "id" BIGSERIAL NOT NULL,
    "device_model_id" UUID NOT NULL,
    "slot_key" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "counts" REAL[],

    CONSTRAINT "calibration_count_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "lead_time" (
    "scope" TEXT NOT NULL,
    "fitted_at" TIMESTAMPTZ(3) NOT NULL,
    "parcels" INTEGER NOT NULL,
    "pmf" DOUBLE PRECISION[],

    CONSTRAINT "lead_time_pkey" PRIMARY KEY ("scope")
);
