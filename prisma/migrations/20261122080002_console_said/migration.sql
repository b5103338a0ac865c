-- AlterTable
ALTER TABLE "shadow_decision" ADD COLUMN "said" JSONB;
