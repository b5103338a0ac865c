-- Filters of the console that read whole tables where what they look for is rare.
CREATE INDEX "consumable_strategy_id_idx" ON "consumable"("strategy", "id");
CREATE INDEX "customer_jurisdiction_id_idx" ON "customer"("jurisdiction", "id");
CREATE INDEX "customer_language_id_idx" ON "customer"("language", "id");
CREATE INDEX "dead_letter_reason_received_at_idx" ON "dead_letter"("reason", "received_at");

-- Of the outcomes only the rare ones: every evaluation writes this table, and most end with "nothing".
CREATE INDEX "consumable_state_outcome" ON "consumable_state" ("outcome", "consumable_id")
  WHERE "outcome" IN ('order', 'defer', 'blocked', 'ask');
-- What came of a replay.
CREATE INDEX "dead_letter_replayed" ON "dead_letter" ("replayed_at") WHERE "replayed_at" IS NOT NULL;
-- Problems with orders that are not resolved, the oldest first.
CREATE INDEX "order_issue_open" ON "order_issue" ("opened_at", "id") WHERE "resolved_at" IS NULL;
