-- ---------------------------------------------------------------------------
-- the retention mart: what is read of the orders
-- ---------------------------------------------------------------------------

CREATE FUNCTION retention_mart_table_customer_history()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'customer_history', NULL,
	 'All purchases of each customer; see the type purchase_history.'),
	('column', 'customer_id', '{customer_type} PRIMARY KEY', 'the customer'),
	('column', 'history', '{extension}.purchase_history NOT NULL', 'their purchases');
	END;

CREATE FUNCTION retention_mart_table_range_history()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'range_history', NULL, 'All purchases of each customer in each range.'),
	('column', 'customer_id', '{customer_type}', 'the customer'),
	('column', 'product_range', 'text', 'the range'),
	('column', 'history', '{extension}.purchase_history NOT NULL', 'their purchases in it'),
	('constraint', NULL, 'PRIMARY KEY (customer_id, product_range)', NULL);
	END;

CREATE FUNCTION retention_mart_table_customer_attribute()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'customer_attribute', NULL,
	 'What is known of each customer besides: the values at their latest order, or in '
	 'customers_table.'),
	('column', 'customer_id', '{customer_type}', 'the customer'),
	('column', 'attribute', 'text', 'name of the column'),
	('column', 'value', 'text', 'its value; NULL when not known'),
	('constraint', NULL, 'PRIMARY KEY (customer_id, attribute)', NULL);
	END;

CREATE FUNCTION retention_mart_table_change()
	RETURNS TABLE (part text, name text, definition text, comment text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	VALUES
	('table', 'change', NULL,
	 'Orders that were inserted, updated or deleted since the last refresh: what the triggers on '
	 'the source wrote down.'),
	('column', 'customer_id', '{customer_type}', 'the customer'),
	('column', 'product_range', 'text', 'the range'),
	('column', 'added', '{extension}.purchase_history', 'purchases that came'),
	('column', 'removed', '{extension}.purchase_history', 'purchases that went'),
	('column', 'truncated', 'boolean NOT NULL DEFAULT false',
	 'the source was emptied, or something could not be written down: the next refresh reads all '
	 'orders. So does refresh_retention_mart(..., read_all => true)');
	END;

COMMENT ON FUNCTION retention_mart_table_customer_history() IS 'The table customer_history of a '
	'retention mart: name, columns and comments.';
COMMENT ON FUNCTION retention_mart_table_range_history() IS 'The table range_history of a '
	'retention mart: name, columns and comments.';
COMMENT ON FUNCTION retention_mart_table_customer_attribute() IS 'The table customer_attribute of '
	'a retention mart: name, columns and comments.';
COMMENT ON FUNCTION retention_mart_table_change() IS 'The table change of a retention mart: name, '
	'columns and comments.';

-- The three ways in which orders come in.  Orders and what is known of changes are read in one
-- statement, hence in one state of the database.

CREATE FUNCTION retention_mart_read_all(ranges boolean, attributes boolean) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT $sql$DELETE FROM {mart}.customer_history;
DELETE FROM {mart}.range_history;
DELETE FROM {mart}.customer_attribute;
WITH known AS (DELETE FROM {mart}.change)$sql$ || CASE WHEN ranges THEN $sql$,
ranges AS (
	INSERT INTO {mart}.range_history (customer_id, product_range, history)
	SELECT customer_id, product_range, history
	FROM (SELECT {customer} AS customer_id, {range} AS product_range,
	             {extension}.purchase_history({purchase}) AS history
	      FROM {orders} o
	      GROUP BY 1, 2) r
	WHERE customer_id IS NOT NULL
	  AND product_range IS NOT NULL
	  AND history IS NOT NULL)$sql$ ELSE '' END || CASE WHEN attributes THEN $sql$,
attributes AS (
	INSERT INTO {mart}.customer_attribute (customer_id, attribute, value)
	SELECT DISTINCT ON (customer_id, attribute) customer_id, attribute, value
	FROM (SELECT {customer} AS customer_id, {ordered_at} AS ordered_at, a.attribute, a.value
	      FROM {orders} o,
	           LATERAL (VALUES {attributes}) a(attribute, value)) r
	WHERE customer_id IS NOT NULL
	  AND ordered_at IS NOT NULL
	ORDER BY customer_id, attribute, ordered_at DESC, value)$sql$ ELSE '' END || $sql$
INSERT INTO {mart}.customer_history (customer_id, history)
SELECT customer_id, history
FROM (SELECT {customer} AS customer_id, {extension}.purchase_history({purchase}) AS history
      FROM {orders} o
      GROUP BY 1) r
WHERE customer_id IS NOT NULL
  AND history IS NOT NULL$sql$;
	END;

CREATE FUNCTION retention_mart_read_changes(ranges boolean, attributes boolean) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT $sql$WITH taken AS (
	DELETE FROM {mart}.change
	WHERE NOT EXISTS (SELECT FROM {mart}.change WHERE truncated)
	RETURNING customer_id, product_range, added, removed),
customer AS (
	SELECT customer_id,
	       d.history OPERATOR({extension}.-) d.removed AS history,
	       d.removed IS NULL AS only_added,
	       d.history AS with_added
	FROM (SELECT t.customer_id,
	             coalesce(c.history OPERATOR({extension}.||) t.added,
	                      c.history,
	                      t.added) AS history,
	             t.removed
	      FROM (SELECT customer_id,
	                   {extension}.purchase_history(added) AS added,
	                   {extension}.purchase_history(removed) AS removed
	            FROM taken
	            GROUP BY 1) t
	           LEFT JOIN {mart}.customer_history c USING (customer_id)) d),
customers_gone AS (
	DELETE FROM {mart}.customer_history h
	USING customer c
	WHERE h.customer_id = c.customer_id
	  AND NOT only_added
	  AND c.history IS NULL)$sql$ || CASE WHEN ranges THEN $sql$,
customer_range AS (
	SELECT customer_id,
	       product_range,
	       d.history OPERATOR({extension}.-) d.removed AS history,
	       d.removed IS NULL AS only_added,
	       d.history AS with_added
	FROM (SELECT t.customer_id,
	             t.product_range,
	             coalesce(c.history OPERATOR({extension}.||) t.added,
	                      c.history,
	                      t.added) AS history,
	             t.removed
	      FROM (SELECT customer_id,
	                   product_range,
	                   {extension}.purchase_history(added) AS added,
	                   {extension}.purchase_history(removed) AS removed
	            FROM taken
	            WHERE product_range IS NOT NULL
	            GROUP BY 1, 2) t
	           LEFT JOIN {mart}.range_history c USING (customer_id, product_range)) d),
ranges_gone AS (
	DELETE FROM {mart}.range_history h
	USING customer_range c
	WHERE h.customer_id = c.customer_id
	  AND h.product_range = c.product_range
	  AND NOT only_added
	  AND c.history IS NULL),
ranges AS (
	INSERT INTO {mart}.range_history (customer_id, product_range, history)
	SELECT customer_id, product_range, CASE WHEN only_added THEN with_added ELSE history END
	FROM customer_range
	WHERE only_added OR history IS NOT NULL
	ON CONFLICT (customer_id, product_range) DO UPDATE SET history = excluded.history)$sql$
	ELSE '' END || CASE WHEN attributes THEN $sql$,
attributes AS (
	INSERT INTO {mart}.customer_attribute (customer_id, attribute, value)
	SELECT DISTINCT ON (customer_id, attribute) customer_id, attribute, value
	FROM (SELECT t.customer_id, {ordered_at} AS ordered_at, a.attribute, a.value
	      FROM (SELECT DISTINCT customer_id FROM taken) t
	           JOIN {orders} o ON {customer_key} = t.customer_id,
	           LATERAL (VALUES {attributes}) a(attribute, value)) r
	WHERE ordered_at IS NOT NULL
	ORDER BY customer_id, attribute, ordered_at DESC, value
	ON CONFLICT (customer_id, attribute) DO UPDATE SET value = excluded.value)$sql$
	ELSE '' END || $sql$
INSERT INTO {mart}.customer_history (customer_id, history)
SELECT customer_id, CASE WHEN only_added THEN with_added ELSE history END
FROM customer
WHERE only_added OR history IS NOT NULL
ON CONFLICT (customer_id) DO UPDATE SET history = excluded.history;
DELETE FROM {mart}.customer_attribute a
WHERE NOT EXISTS (SELECT FROM {mart}.customer_history h WHERE h.customer_id = a.customer_id)$sql$;
	END;

-- The histories up to the mark stay, what is behind it is read again
CREATE FUNCTION retention_mart_read_recent(ranges boolean, attributes boolean) RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT $sql$WITH customer AS (
	SELECT customer_id,
	       c.history AS known,
	       coalesce({extension}.as_of(c.history, {read_from} - 1)
	                    OPERATOR({extension}.||) r.history,
	                {extension}.as_of(c.history, {read_from} - 1),
	                r.history) AS history
	FROM (SELECT {customer} AS customer_id, {extension}.purchase_history({purchase}) AS history
	      FROM {orders} o
	      WHERE {ordered_at} >= {read_from_time}
	      GROUP BY 1) r
	     FULL JOIN {mart}.customer_history c USING (customer_id)
	WHERE customer_id IS NOT NULL
	  AND (r.history IS NOT NULL
	       OR {extension}.slice(c.history, daterange({read_from}, NULL)) IS NOT NULL)),
customers_gone AS (
	DELETE FROM {mart}.customer_history h
	USING customer c
	WHERE h.customer_id = c.customer_id
	  AND c.history IS NULL)$sql$ || CASE WHEN ranges THEN $sql$,
customer_range AS (
	SELECT customer_id,
	       product_range,
	       c.history AS known,
	       coalesce({extension}.as_of(c.history, {read_from} - 1)
	                    OPERATOR({extension}.||) r.history,
	                {extension}.as_of(c.history, {read_from} - 1),
	                r.history) AS history
	FROM (SELECT {customer} AS customer_id, {range} AS product_range,
	             {extension}.purchase_history({purchase}) AS history
	      FROM {orders} o
	      WHERE {ordered_at} >= {read_from_time}
	      GROUP BY 1, 2) r
	     FULL JOIN {mart}.range_history c USING (customer_id, product_range)
	WHERE customer_id IS NOT NULL
	  AND product_range IS NOT NULL
	  AND (r.history IS NOT NULL
	       OR {extension}.slice(c.history, daterange({read_from}, NULL)) IS NOT NULL)),
ranges_gone AS (
	DELETE FROM {mart}.range_history h
	USING customer_range c
	WHERE h.customer_id = c.customer_id
	  AND h.product_range = c.product_range
	  AND c.history IS NULL),
ranges AS (
	INSERT INTO {mart}.range_history (customer_id, product_range, history)
	SELECT customer_id, product_range, history
	FROM customer_range
	WHERE (history OPERATOR({extension}.=) known) IS NOT TRUE
	  AND history IS NOT NULL
	ON CONFLICT (customer_id, product_range) DO UPDATE SET history = excluded.history)$sql$
	ELSE '' END || CASE WHEN attributes THEN $sql$,
attributes AS (
	INSERT INTO {mart}.customer_attribute (customer_id, attribute, value)
	SELECT DISTINCT ON (customer_id, attribute) customer_id, attribute, value
	FROM (SELECT c.customer_id, {ordered_at} AS ordered_at, a.attribute, a.value
	      FROM customer c
	           JOIN {orders} o ON {customer_key} = c.customer_id,
	           LATERAL (VALUES {attributes}) a(attribute, value)) r
	WHERE ordered_at IS NOT NULL
	ORDER BY customer_id, attribute, ordered_at DESC, value
	ON CONFLICT (customer_id, attribute) DO UPDATE SET value = excluded.value)$sql$
	ELSE '' END || $sql$
INSERT INTO {mart}.customer_history (customer_id, history)
SELECT customer_id, history
FROM customer
WHERE (history OPERATOR({extension}.=) known) IS NOT TRUE
  AND history IS NOT NULL
ON CONFLICT (customer_id) DO UPDATE SET history = excluded.history;
DELETE FROM {mart}.customer_attribute a
WHERE NOT EXISTS (SELECT FROM {mart}.customer_history h WHERE h.customer_id = a.customer_id)$sql$;
	END;

CREATE FUNCTION retention_mart_read_customers() RETURNS text
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT $sql$DELETE FROM {mart}.customer_attribute;
INSERT INTO {mart}.customer_attribute (customer_id, attribute, value)
SELECT DISTINCT ON (customer_id, attribute) customer_id, attribute, value
FROM (SELECT {customer} AS customer_id, a.attribute, a.value
      FROM {customers} o,
           LATERAL (VALUES {attributes}) a(attribute, value)) r
     JOIN {mart}.customer_history USING (customer_id)
ORDER BY customer_id, attribute, value$sql$;
	END;

CREATE FUNCTION retention_mart_reading(settings jsonb)
	RETURNS TABLE (step integer, name text, template text)
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
	SELECT t.step, t.name, t.template
	FROM (SELECT (settings ->> text 'range_column') IS NOT NULL AS ranges,
				 settings -> text 'attribute_columns' <> jsonb '[]' AS attributes,
				 (settings ->> text 'customers_table') IS NOT NULL AS customers) AS has,
		 LATERAL (VALUES
			(10, 'read all orders', 'read all',
			 retention_mart_read_all(ranges, attributes AND NOT customers)),
			(11, 'read changes', 'read changes',
			 retention_mart_read_changes(ranges, attributes AND NOT customers)),
			(12, 'read recent orders', 'read recent',
			 retention_mart_read_recent(ranges, attributes AND NOT customers)),
			(15, 'read customers',
			 CASE WHEN attributes AND customers THEN settings ->> text 'phase' END,
			 retention_mart_read_customers())) AS t(step, name, phase, template)
	WHERE t.phase = settings ->> text 'phase'
	  AND settings ->> text 'phase' IN (text 'read all', text 'read changes', text 'read recent');
	END;

COMMENT ON FUNCTION retention_mart_read_all(boolean, boolean) IS 'How a retention mart reads all '
	'orders, as a template, with ranges or attributes of customers, or without.';
COMMENT ON FUNCTION retention_mart_read_changes(boolean, boolean) IS 'How a retention mart reads '
	'what the triggers have written down, as a template, with ranges or attributes of customers, '
	'or without.';
COMMENT ON FUNCTION retention_mart_read_recent(boolean, boolean) IS 'How a retention mart reads '
	'the orders behind its high-water mark, as a template, with ranges or attributes of customers, '
	'or without.';
COMMENT ON FUNCTION retention_mart_read_customers() IS 'How a retention mart reads the table of '
	'customers, as a template.';
COMMENT ON FUNCTION retention_mart_reading(jsonb) IS 'The steps of a refresh of a retention mart '
	'that read the orders, as templates.';
