-- Where an erasure looks for a person beyond what their customer owns.
CREATE INDEX "device_predecessor" ON "device" ("predecessor_id") WHERE "predecessor_id" IS NOT NULL;
CREATE INDEX "claim_code_used_by" ON "claim_code" ("used_by") WHERE "used_by" IS NOT NULL;
CREATE INDEX "invitation_invited_by" ON "invitation" ("invited_by");
