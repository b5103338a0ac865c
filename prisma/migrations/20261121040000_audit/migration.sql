-- CreateTable
CREATE TABLE "audit_entry" (
    "seq" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT,
    "operation" TEXT NOT NULL,
    "object_kind" TEXT,
    "object_id" TEXT,
    "customer_id" UUID,
    "request_id" TEXT,
    "outcome" TEXT NOT NULL,
    "origin_address" TEXT,
    "origin_salt" BYTEA,
    "origin_digest" BYTEA,
    "previous_hash" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "audit_head" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "audit_head_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "audit_entry_customer_id_seq_idx" ON "audit_entry"("customer_id", "seq");

-- One chain, that begins with a hash of zeros.
ALTER TABLE "audit_head" ADD CONSTRAINT "audit_head_single_check" CHECK ("id" = 1);
INSERT INTO "audit_head" ("seq", "hash") VALUES (0, decode(repeat('00', 32), 'hex'));

-- Only added to, but for one thing: the address, which is personal, may be erased. Its digest stays.
CREATE TRIGGER "audit_entry_append_only" BEFORE DELETE ON "audit_entry"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "audit_entry_unchanged" BEFORE UPDATE ON "audit_entry"
  FOR EACH ROW WHEN (
    NEW."origin_address" IS NOT NULL OR NEW."origin_salt" IS NOT NULL
    OR (NEW."seq", NEW."at", NEW."actor_kind", NEW."actor_id", NEW."operation", NEW."object_kind", NEW."object_id",
        NEW."customer_id", NEW."request_id", NEW."outcome", NEW."origin_digest", NEW."previous_hash", NEW."hash")
       IS DISTINCT FROM
       (OLD."seq", OLD."at", OLD."actor_kind", OLD."actor_id", OLD."operation", OLD."object_kind", OLD."object_id",
        OLD."customer_id", OLD."request_id", OLD."outcome", OLD."origin_digest", OLD."previous_hash", OLD."hash")
  ) EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "audit_entry_not_emptied" BEFORE TRUNCATE ON "audit_entry"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
