-- Manufacturers' claim certificates, traded as their tokens are.

-- CreateTable
CREATE TABLE "claim_certificate" (
    "id" UUID NOT NULL DEFAULT uuidv7(),
    "device_model_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "pem" TEXT NOT NULL,
    "is_authority" BOOLEAN NOT NULL,
    "max_devices" INTEGER NOT NULL,
    "used_devices" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "claim_certificate_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "claim_certificate_fingerprint_key" ON "claim_certificate"("fingerprint");

-- CreateIndex
CREATE INDEX "claim_certificate_device_model_id_idx" ON "claim_certificate"("device_model_id");

-- CreateIndex
CREATE INDEX "claim_certificate_subject_idx" ON "claim_certificate"("subject");

-- AlterTable
ALTER TABLE "provisioned_serial" ADD COLUMN     "claim_certificate_id" UUID,
ALTER COLUMN "provisioning_token_id" DROP NOT NULL;

-- CreateIndex
CREATE INDEX "provisioned_serial_claim_certificate_id_idx" ON "provisioned_serial"("claim_certificate_id");

-- AddForeignKey
ALTER TABLE "claim_certificate" ADD CONSTRAINT "claim_certificate_device_model_id_fkey" FOREIGN KEY ("device_model_id") REFERENCES "device_model"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "provisioned_serial" ADD CONSTRAINT "provisioned_serial_claim_certificate_id_fkey" FOREIGN KEY ("claim_certificate_id") REFERENCES "claim_certificate"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma cannot say.

ALTER TABLE "provisioned_serial" ADD CONSTRAINT "provisioned_serial_one_right"
  CHECK (num_nonnulls("provisioning_token_id", "claim_certificate_id") = 1);
