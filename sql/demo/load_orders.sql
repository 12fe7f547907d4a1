-- Orders from a file, in the shape of the sample shop: what read_orders wrote is :orders.
CREATE SCHEMA shop;
CREATE TABLE shop.orders (
	customer_id text NOT NULL,
	ordered_at timestamp NOT NULL,
	amount numeric,
	product_range text
);
\copy shop.orders from pstdin
CREATE INDEX ON shop.orders (customer_id, ordered_at);
ANALYZE shop.orders;
