-- The sample shop: 5,000 customers, three years up to 2026-06-30, with known stories.
--
-- Every row is the same on every machine and version: dates and amounts come
-- from integer arithmetic on a hash, never from random().  What is true of each
-- customer is kept in shop.truth, so that an answer can be measured against it.
--
--	story		 customers	what they do
--	clockwork	 500	every 7, 14, 28 or 30 days, a day or two early or late
--	random		1350	no rhythm of their own: exponential intervals, mean 15 to 120 days
--	yearly		 200	once a year, at the same time of the year
--	one_time	 900	bought once
--	drifting	 450	each interval is 15 to 25 percent longer than the one before
--	left		 500	regular, then gone for good on left_on
--	range_stopped 250	keeps buying, but nothing of dropped_range since dropped_on
--	price_rise	 300	in the North, gone within three weeks of the rise of 2025-09-01
--	win_back	 550	gone in 2025; a campaign on 2026-02-01 wrote to half of them (treated):
--					30 percent of those came back, and 10 percent of the others
--
-- All but the clockwork and the yearly ones buy by the season: what passes for a day counts as
-- much as its month has in shop.season, 155 percent in December, 78 in January.
--
-- Besides: refunds, second orders on the same day, order values 10 percent up
-- in the North with the price rise, and 12 percent down everywhere from
-- 2026-04-01 on.

CREATE SCHEMA shop;
COMMENT ON SCHEMA shop IS 'A made-up shop for the guided tour and the tests; nothing of the '
                          'extension depends on it.';

CREATE TABLE shop.customers (
	customer_id integer PRIMARY KEY,
	region text NOT NULL,
	channel text NOT NULL
);
CREATE TABLE shop.orders (
	customer_id integer NOT NULL,
	ordered_at timestamp NOT NULL,
	product_range text NOT NULL,
	amount numeric(10,2) NOT NULL		-- a refund is negative
);
CREATE TABLE shop.campaign (
	customer_id integer PRIMARY KEY,
	sent_on date NOT NULL,
	treated boolean NOT NULL			-- false: the control group
);
CREATE TABLE shop.truth (
	customer_id integer PRIMARY KEY,
	story text NOT NULL,
	period_days integer,				-- clockwork: their period
	left_on date,						-- the first day on which they were no customer any more
	returned_on date,					-- win_back: when they came again
	dropped_range text,
	dropped_on date
);

CREATE TABLE shop.season (
	month integer PRIMARY KEY,
	percent integer NOT NULL			-- of what is bought in an average month
);
INSERT INTO shop.season
SELECT row_number() OVER (), percent
FROM unnest('{78, 80, 92, 98, 100, 95, 88, 80, 98, 108, 128, 155}'::integer[]) AS percent;

-- a hash of three integers, 0 .. 4294967295
CREATE FUNCTION shop.hash(customer bigint, purpose bigint, number bigint) RETURNS bigint
	LANGUAGE plpgsql IMMUTABLE AS
$$
DECLARE
	x bigint := 0;
	part bigint;
BEGIN
	FOREACH part IN ARRAY ARRAY[purpose, customer, number] LOOP
		x := (x + part + 2654435769) & 4294967295;
		x := (((x >> 16) # x) * 73244475) & 4294967295;
		x := (((x >> 16) # x) * 73244475) & 4294967295;
		x := (x >> 16) # x;
	END LOOP;
	RETURN x;
END
$$;

CREATE FUNCTION shop.draw(customer bigint, purpose bigint, number bigint, low bigint, high bigint)
	RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	RETURN low + shop.hash(customer, purpose, number) % (high - low + 1);
END
$$;

CREATE PROCEDURE shop.generate() LANGUAGE plpgsql AS $$
DECLARE
	shop_start constant date := '2023-07-01';
	shop_end constant date := '2026-06-30';
	price_rise constant date := '2025-09-01';
	decline constant date := '2026-04-01';
	sent constant date := '2026-02-01';
	ranges constant text[] := ARRAY['coffee', 'tea', 'cocoa', 'gifts'];
	periods constant integer[] := ARRAY[7, 14, 28, 30];
	stories constant text[] := ARRAY['clockwork', 'random', 'yearly', 'one_time', 'drifting',
									 'left', 'range_stopped', 'price_rise', 'win_back'];
	ends constant integer[] := ARRAY[500, 1850, 2050, 2950, 3400, 3900, 4150, 4450, 5000];
	-- quantiles of the exponential distribution with mean 1000
	exponential integer[];
	c integer;
	place integer;
	story text;
	region text;
	mean integer;
	step integer;
	growth integer;
	base integer;
	favourite integer;
	second integer;
	day date;
	until date;
	back date;
	left_on date;
	n integer;
	chosen text;
	dropped text;
	dropped_on date;
	value integer;
	treated boolean;
	jitter integer;
	season integer[] := (SELECT array_agg(percent ORDER BY month) FROM shop.season);
	time_left integer;
BEGIN
	SELECT array_agg(round(-1000 * ln((i + 0.5) / 256.0))::integer ORDER BY i)
	INTO exponential FROM generate_series(0, 255) i;

	FOR c, place IN
		SELECT id, row_number() OVER (ORDER BY shop.hash(id, 1, 0), id)
		FROM generate_series(1, 5000) id ORDER BY id
	LOOP
		story := stories[(SELECT min(i) FROM generate_subscripts(ends, 1) i
			WHERE place <= ends[i])];
		region := CASE WHEN story = 'price_rise' THEN 'North'
			ELSE (ARRAY['North', 'South', 'South', 'East', 'West'])[shop.draw(c, 2, 0, 1, 5)] END;
		base := shop.draw(c, 3, 0, 1200, 4000)
			+ shop.draw(c, 3, 1, 0, 4000) * shop.draw(c, 3, 2, 0, 2);
		favourite := shop.draw(c, 4, 0, 1, 4);
		second := (favourite + shop.draw(c, 4, 1, 0, 2)) % 4 + 1;
		day := shop_start + shop.draw(c, 5, 0, 0, 540)::integer;
		until := shop_end;
		back := NULL;
		left_on := NULL;
		dropped := NULL;
		dropped_on := NULL;
		mean := shop.draw(c, 6, 0, 14, 40);
		growth := 0;
		treated := NULL;

		CASE story
			WHEN 'clockwork' THEN
				mean := periods[shop.draw(c, 6, 1, 1, 4)];
			WHEN 'random' THEN
				mean := shop.draw(c, 6, 1, 15, 60) + shop.draw(c, 6, 2, 0, 60);
			WHEN 'yearly' THEN
				day := shop_start + shop.draw(c, 5, 1, 10, 350)::integer;
				mean := 365;
			WHEN 'one_time' THEN
				day := shop_start + shop.draw(c, 5, 1, 0, 1060)::integer;
				until := day;
			WHEN 'drifting' THEN
				day := shop_start + shop.draw(c, 5, 1, 90, 700)::integer;
				mean := shop.draw(c, 6, 1, 12, 25);
				growth := shop.draw(c, 6, 2, 115, 125);
			WHEN 'left' THEN
				left_on := day + shop.draw(c, 7, 0, 150, (shop_end - day) - 60)::integer;
				until := left_on - 1;
			WHEN 'range_stopped' THEN
				mean := shop.draw(c, 6, 1, 8, 20);
				dropped := ranges[second];
				dropped_on := date '2025-06-01' + shop.draw(c, 7, 0, 0, 270)::integer;
			WHEN 'price_rise' THEN
				left_on := price_rise + shop.draw(c, 7, 0, 1, 21)::integer;
				until := left_on - 1;
			WHEN 'win_back' THEN
				left_on := date '2025-03-01' + shop.draw(c, 7, 0, 0, 240)::integer;
				until := left_on - 1;
				treated := shop.draw(c, 8, 0, 0, 1) = 1;
				IF shop.draw(c, 8, 1, 1, 100) <= (CASE WHEN treated THEN 30 ELSE 10 END) THEN
					back := sent + shop.draw(c, 8, 2, 4, 45)::integer;
				END IF;
		END CASE;

		INSERT INTO shop.customers VALUES
			(c, region, (ARRAY['search', 'friend', 'newsletter'])[shop.draw(c, 9, 0, 1, 3)]);
		INSERT INTO shop.truth VALUES
			(c, story, CASE WHEN story = 'clockwork' THEN mean END, left_on, back, dropped,
			 dropped_on);
		IF treated IS NOT NULL THEN
			INSERT INTO shop.campaign VALUES (c, sent, treated);
		END IF;

		n := 0;
		LOOP
			IF day > until AND back IS NOT NULL THEN
				day := back;
				until := shop_end;
				back := NULL;
			END IF;
			EXIT WHEN day > until;
			n := n + 1;

			-- what they buy, and for how much, in cents
			chosen := ranges[CASE WHEN shop.draw(c, 10, n, 1, 100) <= 60 THEN favourite
				ELSE second END];
			IF day >= dropped_on THEN
				chosen := ranges[favourite];
			END IF;
			value := base * shop.draw(c, 11, n, 70, 130) / 100;
			IF region = 'North' AND day >= price_rise THEN
				value := value * 110 / 100;
			END IF;
			IF day >= decline THEN
				value := value * 88 / 100;
			END IF;
			INSERT INTO shop.orders VALUES
				(c, day + make_interval(mins => shop.draw(c, 12, n, 480, 1200)::integer), chosen,
				 value / 100.0);
			IF shop.draw(c, 13, n, 1, 100) <= 3 THEN	-- a second order on the same day
				INSERT INTO shop.orders VALUES
					(c, day + make_interval(mins => shop.draw(c, 12, n, 480, 1200)::integer + 40),
					 chosen, (value / 2) / 100.0);
			END IF;
			IF shop.draw(c, 14, n, 1, 100) <= 3 THEN	-- sent back, all or half
				IF day + 7 <= shop_end THEN
					INSERT INTO shop.orders VALUES
						(c, day + 7 + make_interval(mins => 720), chosen,
						 -(value / shop.draw(c, 14, -n, 1, 2)) / 100.0);
				END IF;
			END IF;

			-- when they buy next
			CASE story
				WHEN 'random', 'one_time' THEN
					step := mean * exponential[shop.draw(c, 15, n, 1, 256)] / 1000;
				WHEN 'clockwork' THEN
					jitter := CASE WHEN mean < 28 THEN 1 ELSE 2 END;
					step := mean + shop.draw(c, 15, n, -jitter, jitter);
				WHEN 'yearly' THEN
					step := 365 + shop.draw(c, 15, n, -5, 5);
				ELSE
					-- regular with some freedom: the mean of six exponential intervals
					step := 0;
					FOR i IN 1..6 LOOP
						step := step + exponential[shop.draw(c, 15, n * 8 + i, 1, 256)];
					END LOOP;
					step := mean * step / 6000;
			END CASE;
			IF growth > 0 THEN
				mean := least((mean * growth + 99) / 100, 400);
			END IF;
			IF story IN ('clockwork', 'yearly') THEN
				day := day + greatest(step, 1);
			ELSE
				time_left := 100 * greatest(step, 1);
				WHILE time_left > 0 AND day <= shop_end LOOP
					day := day + 1;
					time_left := time_left - season[extract(month FROM day)::integer];
				END LOOP;
			END IF;
		END LOOP;
	END LOOP;
END
$$;

CALL shop.generate();
DROP PROCEDURE shop.generate();
DROP FUNCTION shop.draw(bigint, bigint, bigint, bigint, bigint);
DROP FUNCTION shop.hash(bigint, bigint, bigint);
CREATE INDEX ON shop.orders (customer_id, ordered_at);
ANALYZE shop.customers, shop.orders, shop.campaign, shop.truth, shop.season;
