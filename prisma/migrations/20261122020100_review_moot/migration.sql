-- A review whose order needs none any more.

ALTER TABLE "order_review" DROP CONSTRAINT "order_review_status";
ALTER TABLE "order_review" ADD CONSTRAINT "order_review_status" CHECK ("status" IN ('pending', 'approved', 'declined', 'moot'));
