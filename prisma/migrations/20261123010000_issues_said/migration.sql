-- Codes and facts of the reason, so that every reader gets it in his own language; null: only the text is known.
ALTER TABLE "order_issue" ADD COLUMN "said" JSONB;
