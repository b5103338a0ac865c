-- AlterTable
ALTER TABLE "dead_letter" ADD COLUMN "replay_at" TIMESTAMPTZ(3);
ALTER TABLE "dead_letter" ADD COLUMN "replayed_at" TIMESTAMPTZ(3);

-- Few at any time: those that somebody wants decoded again.
CREATE INDEX "dead_letter_replay" ON "dead_letter" ("id") WHERE "replay_at" IS NOT NULL;
