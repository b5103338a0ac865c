-- A review whose order needs none any more, and the prices that a product went for.

ALTER TABLE "order_review" DROP CONSTRAINT "order_review_status";
ALTER TABLE "order_review" ADD CONSTRAINT "order_review_status" CHECK ("status" IN ('pending', 'approved', 'declined', 'moot'));

CREATE INDEX "order_product_id_created_at_idx" ON "order"("product_id", "created_at");
