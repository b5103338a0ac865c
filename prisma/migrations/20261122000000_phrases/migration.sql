-- Codes and facts of what was said, so that every reader gets it in his own language; null: only the English
-- text beside it is known.
ALTER TABLE "decision" ADD COLUMN "said" JSONB;
ALTER TABLE "consumable_state" ADD COLUMN "said" JSONB;
ALTER TABLE "order" ADD COLUMN "status_said" JSONB;
ALTER TABLE "order_history" ADD COLUMN "said" JSONB;
