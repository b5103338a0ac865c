-- What happened while a device could not be heard: evidence, like historical readings.
ALTER TABLE "consumable_event" ADD COLUMN "historical" BOOLEAN NOT NULL DEFAULT false;
