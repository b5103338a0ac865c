-- What the platform tells devices, kept until they have it or it expires.

-- CreateTable
CREATE TABLE "device_command" (
    "id" BIGSERIAL NOT NULL,
    "device_id" UUID NOT NULL,
    "order_id" UUID,
    "type" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),
    "delivered_at" TIMESTAMPTZ(3),

    CONSTRAINT "device_command_pkey" PRIMARY KEY ("id")
);

-- AddForeignKey
ALTER TABLE "device_command" ADD CONSTRAINT "device_command_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device_command" ADD CONSTRAINT "device_command_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- CreateIndex
CREATE INDEX "device_command_device_id_id_idx" ON "device_command"("device_id", "id");

-- CreateIndex
CREATE INDEX "device_command_order_id_idx" ON "device_command"("order_id");

-- CreateIndex
CREATE INDEX "device_command_expires_at_idx" ON "device_command"("expires_at");

-- What Prisma cannot say.

-- No command takes a function away: there is no word for it, whoever writes the row.
ALTER TABLE "device_command" ADD CONSTRAINT "device_command_type_check"
  CHECK ("type" IN ('order-status', 'maintenance', 'configure') AND "payload" ->> 'type' = "type");
CREATE INDEX "device_command_waiting" ON "device_command" ("device_id", "id") WHERE "delivered_at" IS NULL;

-- Whichever broker has the device delivers it.
CREATE FUNCTION "notify_device_command"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('device_command', "device_id"::text) FROM (SELECT DISTINCT "device_id" FROM "added") t;
  RETURN NULL;
END $$;
CREATE TRIGGER "device_command_notify" AFTER INSERT ON "device_command"
  REFERENCING NEW TABLE AS "added" FOR EACH STATEMENT EXECUTE FUNCTION "notify_device_command"();
