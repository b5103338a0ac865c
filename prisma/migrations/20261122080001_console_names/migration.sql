-- One index for how names begin and for their order: byte by byte, so that LIKE can use it, too.
DROP INDEX "customer_name_prefix";
CREATE INDEX "customer_name_prefix" ON "customer" (lower("name") COLLATE "C", "id");
