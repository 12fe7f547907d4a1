# The retention mart: after any changes of the orders a refresh gives what a mart built from scratch
# has; names, locks, failures, dump and restore. Whose rights it runs with: 020_mart_rights.pl.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('mart');
$node->init;
$node->append_conf('postgresql.conf', "timezone = 'UTC'\nclient_min_messages = error");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION retention');
srand(20260630);
# what stops this file is said in its output, not only in its log
$SIG{__DIE__} = sub { diag(@_) unless $^S };

sub psql_fails
{
	my ($sql, $pattern, $name, @options) = @_;
	my ($out, $err) = ('', '');
	my $rc = $node->psql('postgres', $sql, stdout => \$out, stderr => \$err, @options);
	isnt($rc, 0, "$name: an error");
	like($err, $pattern, $name);
}

my @results = qw(customer_history range_history customer_attribute customer_scorecard contact_list
	cohorts retention_curve survival lifecycle expected_lifecycle lost_customers churn_reasons
	dropped_ranges spend_trend model_quality purchase_forecast purchase_outlook unusual_periods
	season campaign_results monthly_review);
sub same_marts
{
	my ($one, $other, $name) = @_;
	for my $table (@results)
	{
		my $rows = $node->safe_psql('postgres', qq{SELECT count(*) FROM "$one".$table});
		is($node->safe_psql('postgres', qq{
			SELECT count(*) FROM (
				(SELECT t::text FROM "$one".$table t
					EXCEPT ALL SELECT t::text FROM "$other".$table t)
				UNION ALL
				(SELECT t::text FROM "$other".$table t
					EXCEPT ALL SELECT t::text FROM "$one".$table t)) d}),
			0, "$name: $table, $rows rows");
	}
}

# --- from scratch and from changes ------------------------------------------------

my $shop = q{
	SELECT (hashint4(g) & 2147483647) % 400 AS customer_id,
		timestamptz '2024-01-01' + (hashint4(g + 1) & 2147483647) % 700 * interval '1 day'
			+ (hashint4(g + 2) & 65535) * interval '1 second' AS ordered_at,
		CASE WHEN g % 29 = 0 THEN NULL WHEN g % 31 = 0 THEN -5.5
			ELSE (hashint4(g + 7) & 8191) / 100.0 END::numeric(12, 2) AS amount,
		(ARRAY['tea', 'coffee', NULL, 'gifts'])[1 + (hashint4(g + 3) & 3)] AS product_range,
		CASE WHEN g % 5 = 0 THEN 'North' ELSE 'South' END AS region, g AS id};
$node->safe_psql('postgres', qq{
	CREATE TABLE orders AS $shop FROM generate_series(1, 5000) g;
	CREATE INDEX ON orders (customer_id)});
$node->safe_psql('postgres', q{
	SELECT create_retention_mart('orders', 'customer_id', 'ordered_at', 'amount', 'product_range',
		'{region}', zone => 'Europe/Berlin')});
cmp_ok($node->safe_psql('postgres', "SELECT count(*) FROM retention_mart.$_"), '>', 0,
	"$_ has rows") for grep { $_ !~ /dropped|lost|campaign/ } @results;
my @rounds = (
	[ "INSERT INTO orders $shop FROM generate_series(5001, 5200) g", 'new rows' ],
	[ "UPDATE orders SET amount = amount * 2 WHERE id % 17 = 0", 'changed amounts' ],
	[ q{
		UPDATE orders SET customer_id = customer_id + 1, ordered_at = ordered_at - interval '3 days'
		WHERE id % 13 = 0}, 'other customers and days' ],
	[ "DELETE FROM orders WHERE id % 11 = 0", 'deleted rows' ],
	[ "DELETE FROM orders WHERE customer_id = 7", 'a customer who is gone' ],
	[ "UPDATE orders SET product_range = 'cocoa', region = 'West' WHERE customer_id % 9 = 0",
		'ranges and attributes' ],
	[ q{
		INSERT INTO orders VALUES (NULL, now(), 1, 'tea', 'North', 0),
			(8, NULL, 1, 'tea', 'North', 0), (401, '2024-05-05', -3, 'tea', 'North', 0)},
		'rows without customer or day, a refund alone' ],
	[ q{
		DELETE FROM orders WHERE id = 0;
		UPDATE orders SET id = id WHERE false;
		DELETE FROM orders WHERE false}, 'no rows' ],
	[ "BEGIN; INSERT INTO orders $shop FROM generate_series(6001, 6100) g; ROLLBACK",
		'a rollback' ],
	[ qq{
		BEGIN;
		INSERT INTO orders $shop FROM generate_series(6001, 6100) g;
		DELETE FROM orders WHERE id > 6050;
		UPDATE orders SET amount = 3 WHERE id = 6001;
		COMMIT}, 'back and forth' ],
	[ "TRUNCATE orders; INSERT INTO orders $shop FROM generate_series(1, 3000) g",
		'a truncated table' ]);
for my $i (1 .. 6)
{
	my $from = 7000 + $i * 100;
	my @random = map {
		my $k = 2 + int(rand(40));
		(
			sprintf("INSERT INTO orders $shop FROM generate_series(%d, %d) g",
				$from + int(rand(50)), $from + 50 + int(rand(40))),
			"DELETE FROM orders WHERE id % $k = " . int(rand($k)) . ' AND id % 3 = 1',
			q{UPDATE orders SET amount = amount + 1, ordered_at = ordered_at + interval '1 day' }
				. "WHERE id % $k = " . int(rand($k))
		)[ int(rand(3)) ]
	} 1 .. 5;
	push @rounds, [ join('; ', @random), "random changes $i" ];
}
for my $round (@rounds)
{
	my ($sql, $name) = @$round;
	$node->safe_psql('postgres', $sql);
	$node->safe_psql('postgres', 'SELECT refresh_retention_mart()');
	is($node->safe_psql('postgres', q{
		SELECT
			(SELECT count(*)
				FROM retention_mart.customer_history m
					FULL JOIN (
						SELECT customer_id,
							purchase_history(ordered_at, amount, 'Europe/Berlin') AS h
						FROM orders WHERE customer_id IS NOT NULL GROUP BY 1
						HAVING purchase_history(ordered_at, amount, 'Europe/Berlin') IS NOT NULL
					) o USING (customer_id)
				WHERE m.history IS DISTINCT FROM o.h),
			(SELECT count(*)
				FROM retention_mart.range_history m
					FULL JOIN (
						SELECT customer_id, product_range,
							purchase_history(ordered_at, amount, 'Europe/Berlin') AS h
						FROM orders WHERE customer_id IS NOT NULL AND product_range IS NOT NULL
						GROUP BY 1, 2
						HAVING purchase_history(ordered_at, amount, 'Europe/Berlin') IS NOT NULL
					) o USING (customer_id, product_range)
				WHERE m.history IS DISTINCT FROM o.h),
			(SELECT count(*) FROM retention_mart.change)}), '0|0|0',
		"$name: the histories are those of the orders");
}
$node->safe_psql('postgres', q{
	SELECT create_retention_mart('orders', 'customer_id', 'ordered_at', 'amount', 'product_range',
		'{region}', 'scratch', 'Europe/Berlin', 'rebuild')});
is($node->safe_psql('postgres',
	q{SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'retention_mart%'}), 4,
	'a mart that is rebuilt has no triggers');
$node->safe_psql('postgres', qq{
	INSERT INTO $_.campaign
	SELECT 'letter ' || c, customer_id, date '2025-09-20' + c, customer_id % 3 > 0
	FROM generate_series(1, 390) customer_id, generate_series(1, 2) c;
	SELECT refresh_retention_mart('$_')}) for qw(retention_mart scratch);
same_marts('retention_mart', 'scratch', 'from scratch');
is($node->safe_psql('postgres', q{
	SELECT refresh_retention_mart(as_of => '2025-06-30');
	SELECT as_of, (SELECT max(last_purchase) <= '2025-06-30' FROM retention_mart.customer_scorecard)
	FROM retention_mart.settings}), "2025-06-30\n2025-06-30|t", 'as of another day');
$node->safe_psql('postgres', q{SELECT refresh_retention_mart(), refresh_retention_mart('scratch')});
same_marts('retention_mart', 'scratch', 'and back');
is($node->safe_psql('postgres', q{
	SELECT count(*)
	FROM retention_mart.lifecycle l
		FULL JOIN retention_mart.monthly_review r USING (month)
		FULL JOIN retention_mart.expected_lifecycle e USING (month)
	WHERE (l.lost = r.alarms AND r.customers = round(e.customers) AND abs(r.lost - e.lost) <= 1)
		IS NOT TRUE}), 0,
	'the review agrees with the lifecycle');
is($node->safe_psql('postgres', q{
	SELECT string_agg(DISTINCT format_type(atttypid, NULL), ', '
		ORDER BY format_type(atttypid, NULL))
	FROM pg_attribute
	WHERE attnum > 0
		AND attrelid IN (
			SELECT ('retention_mart.' || t)::regclass
			FROM unnest('{customer_scorecard,contact_list,cohorts,retention_curve,survival,
				lifecycle,expected_lifecycle,lost_customers,churn_reasons,dropped_ranges,
				spend_trend,model_quality,
				purchase_forecast,campaign,campaign_results,monthly_review,model_fits,
				model_comparison,purchase_outlook,season,unusual_periods}'::text[])
				t)}),
	'bigint, boolean, date, double precision, integer, numeric, text',
	'every column that a dashboard reads is of a plain type');
is($node->safe_psql('postgres', q{
	SELECT count(*)
	FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
	WHERE relnamespace = 'retention_mart'::regnamespace AND relkind IN ('r', 'v')
		AND (col_description(c.oid, attnum) IS NULL
			OR obj_description(c.oid, 'pg_class') IS NULL)}), 0,
	'every table and column has a comment');

# --- readers and refreshes at the same time ---------------------------------------

my $reader = eval { require PostgreSQL::Test::BackgroundPsql; $node->background_psql('postgres') };
$node->safe_psql('postgres', "INSERT INTO orders $shop FROM generate_series(9001, 9100) g");
SKIP:
{
	skip 'this server has no background sessions for tests', 3 unless $reader;
	my $before = $reader->query_safe(q{
		BEGIN; SELECT sum(purchases) FROM retention_mart.customer_scorecard});
	$node->safe_psql('postgres', "SET lock_timeout = '5s'; SELECT refresh_retention_mart()");
	pass('a reader in a transaction does not hinder a refresh');
	is($reader->query_safe('SELECT count(*) > 0 FROM retention_mart.customer_scorecard; COMMIT'),
		't', 'nor the refresh the reader');
	isnt($reader->query_safe('SELECT sum(purchases) FROM retention_mart.customer_scorecard'),
		$before, 'who then sees the new state');
	$reader->quit;
}
# where a refresh is can be seen from outside: here it waits for a lock
SKIP:
{
	skip 'this server has no background sessions for tests', 2 unless $reader;
	my $blocker = $node->background_psql('postgres');
	my $refresher = $node->background_psql('postgres');
	$blocker->query_safe('BEGIN; LOCK TABLE retention_mart.lifecycle IN SHARE MODE');
	$refresher->query_until(qr/begun/,
		"\\echo begun\nSELECT refresh_retention_mart();\nSHOW application_name;\n");
	ok($node->poll_query_until('postgres', q{
		SELECT count(*) = 1 FROM pg_stat_activity
		WHERE application_name = 'retention mart: lifecycle'}),
		'a refresh says at which step it is');
	$blocker->query_safe('COMMIT');
	$blocker->quit;
	unlike($refresher->query_safe('SHOW application_name'), qr/retention mart/,
		'and what it said before when it is done');
	$refresher->quit;
}
# and with verbose how long each step took
my ($said, $verbose) = ('', '');
$node->psql('postgres', 'SELECT refresh_retention_mart(verbose => true)', stdout => \$said,
	stderr => \$verbose);
is(join(', ', grep { $verbose !~ /INFO:  \Q$_\E: \d+\.\d{3} s/ } 'read changes', 'model mbg/nbd',
	'customer_scorecard', 'lifecycle', 'monthly_review'), '',
	'a refresh says how long its steps took');
$node->psql('postgres', 'SET client_min_messages = info; SELECT refresh_retention_mart()',
	stdout => \$said, stderr => \$verbose);
unlike($verbose, qr/INFO/, 'when it is asked to');
# several at once wait for each other
my @pids = map {
	my $k = $_;
	my $pid = fork();
	if ($pid == 0)
	{
		my ($from, $to) = (9200 + $k * 50, 9240 + $k * 50);
		exec('psql', '-X', '-q', '-d', $node->connstr('postgres'),
			'-c', "INSERT INTO orders $shop FROM generate_series($from, $to) g",
			'-c', 'SELECT refresh_retention_mart()', '-o', '/dev/null');
	}
	$pid
} 1 .. 4;
my $failed = 0;
for my $pid (@pids) { waitpid($pid, 0); $failed++ if $?; }
is($failed, 0, 'four refreshes at once, with changes between them, all succeed');
$node->safe_psql('postgres', q{SELECT refresh_retention_mart(), refresh_retention_mart('scratch')});
same_marts('retention_mart', 'scratch', 'after four at once');

# --- a failed refresh leaves the old state -------------------------------------------

my $state = $node->safe_psql('postgres', q{
	SELECT md5(string_agg(t::text, '' ORDER BY customer_id))
	FROM retention_mart.customer_scorecard t});
$node->safe_psql('postgres', q{
	ALTER TABLE retention_mart.lifecycle ADD CONSTRAINT broken CHECK (new < 0) NOT VALID;
	INSERT INTO orders VALUES (3, '2025-12-24', 9, 'tea', 'North', 9999)});
psql_fails('SELECT refresh_retention_mart()', qr/violates check constraint "broken"/,
	'a refresh that fails');
is($node->safe_psql('postgres', q{
	SELECT md5(string_agg(t::text, '' ORDER BY customer_id))
	FROM retention_mart.customer_scorecard t}), $state, 'leaves the old state');
is($node->safe_psql('postgres', 'SELECT count(*) FROM retention_mart.change'), 1,
	'and what is still to be done');
$node->safe_psql('postgres',
	'ALTER TABLE retention_mart.lifecycle DROP CONSTRAINT broken; SELECT refresh_retention_mart()');
isnt($node->safe_psql('postgres', q{
	SELECT md5(string_agg(t::text, '' ORDER BY customer_id))
	FROM retention_mart.customer_scorecard t}), $state, 'the next one succeeds');

# --- partitions -----------------------------------------------------------------------

$node->safe_psql('postgres', qq{
	CREATE TABLE parts (customer_id text, ordered_at date, amount float8, id int)
		PARTITION BY RANGE (id);
	CREATE TABLE part1 PARTITION OF parts FOR VALUES FROM (0) TO (1000);
	CREATE TABLE part2 PARTITION OF parts FOR VALUES FROM (1000) TO (2000) PARTITION BY RANGE (id);
	CREATE TABLE part21 PARTITION OF part2 FOR VALUES FROM (1000) TO (1500);
	INSERT INTO parts
	SELECT 'c' || customer_id % 60, ordered_at, amount, id
	FROM ($shop FROM generate_series(1, 1400) g) s;
	SELECT create_retention_mart('parts', 'customer_id', 'ordered_at', 'amount',
		schema => 'by_part')});
my $right = q{
	SELECT count(*)
	FROM by_part.customer_history m
		FULL JOIN (
			SELECT customer_id, purchase_history(ordered_at, amount) AS h FROM parts GROUP BY 1
		) o USING (customer_id)
	WHERE m.history IS DISTINCT FROM o.h};
for my $change (
	[ "INSERT INTO parts VALUES ('c1', '2025-05-05', 7, 5), ('new', '2025-05-05', 7, 1005)",
		'rows through the parent' ],
	[ q{
		INSERT INTO part1 VALUES ('c1', '2025-05-06', 7, 6);
		DELETE FROM part21 WHERE id % 7 = 0;
		UPDATE part2 SET amount = amount + 1}, 'rows through partitions' ],
	[ "UPDATE parts SET id = id + 700 WHERE id BETWEEN 250 AND 299", 'rows that move' ],
	[ q{
		CREATE TABLE part22 PARTITION OF part2 FOR VALUES FROM (1500) TO (2000);
		INSERT INTO part22 VALUES ('c3', '2025-05-07', 1, 1600)}, 'a new partition' ],
	[ "INSERT INTO part22 VALUES ('c3', '2025-05-08', 1, 1601)", 'which has triggers then' ],
	[ "ALTER TABLE part2 DETACH PARTITION part21", 'a partition that goes' ],
	[ "TRUNCATE part1; INSERT INTO part1 VALUES ('c9', '2025-05-05', 7, 5)",
		'one that is emptied' ])
{
	$node->safe_psql('postgres', $change->[0]);
	$node->safe_psql('postgres', "SELECT refresh_retention_mart('by_part')");
	is($node->safe_psql('postgres', $right), 0, "partitions: $change->[1]");
}

# --- a high-water mark: orders of the last weeks are read again, without triggers -------

$node->safe_psql('postgres', qq{
	CREATE TABLE customers AS
	SELECT g AS customer_id, 'n' || g % 3 AS segment, CASE WHEN g % 7 > 0 THEN g % 2 END AS vip
	FROM generate_series(0, 500) g;
	CREATE TABLE recent AS $shop FROM generate_series(1, 3000) g;
	SELECT create_retention_mart('recent', 'customer_id', 'ordered_at', 'amount', 'product_range',
		'{segment,vip}', 'mark', 'America/New_York', 'high_water_mark', customers => 'customers',
		overlap => '60 days')});
is($node->safe_psql('postgres',
	q{SELECT count(*) FROM pg_trigger WHERE tgrelid = 'recent'::regclass}), 0,
	'a high-water mark needs no triggers');
$right = q{
	SELECT
		(SELECT count(*)
			FROM mark.customer_history m
				FULL JOIN (
					SELECT customer_id,
						purchase_history(ordered_at, amount, 'America/New_York') AS h
					FROM recent WHERE customer_id IS NOT NULL GROUP BY 1) o USING (customer_id)
			WHERE m.history IS DISTINCT FROM o.h),
		(SELECT count(*)
			FROM mark.range_history m
				FULL JOIN (
					SELECT customer_id, product_range,
						purchase_history(ordered_at, amount, 'America/New_York') AS h
					FROM recent WHERE customer_id IS NOT NULL AND product_range IS NOT NULL
					GROUP BY 1, 2) o USING (customer_id, product_range)
			WHERE m.history IS DISTINCT FROM o.h)};
my $late = q{ordered_at > '2025-11-01'};
for my $change (
	[ "INSERT INTO recent SELECT * FROM ($shop FROM generate_series(20001, 21000) g) s WHERE $late",
		'orders that come, late ones too' ],
	[ q{
		UPDATE recent SET amount = amount + 1, ordered_at = ordered_at - interval '1 hour'
		WHERE ordered_at > '2025-11-02' AND id % 3 = 0}, 'orders that change' ],
	[ qq{
		UPDATE recent SET customer_id = customer_id + 1000, product_range = 'cocoa'
		WHERE $late AND id % 5 = 0}, 'that become those of new customers' ],
	[ "DELETE FROM recent WHERE $late AND id % 4 = 0", 'that go' ],
	[ "DELETE FROM recent WHERE customer_id > 1000", 'customers who had only these' ],
	[ q{
		INSERT INTO recent VALUES (9, '2025-12-31', 5, 'tea', 'North', 1),
			(NULL, '2025-12-31', 5, 'tea', 'North', 1), (9, NULL, 5, 'tea', 'North', 1);
		DELETE FROM recent WHERE ordered_at IS NULL}, 'rows of nobody' ],
	[ "INSERT INTO recent VALUES (9, '2099-12-31', 5, 'tea', 'North', -2)", 'an order far ahead' ],
	[ "INSERT INTO recent VALUES (10, current_date, 5, 'tea', 'North', -3)",
		'which does not keep others out' ],
	[ "DELETE FROM recent WHERE id IN (-2, -3)", 'and goes again' ])
{
	$node->safe_psql('postgres', $change->[0]);
	$node->safe_psql('postgres', "SELECT refresh_retention_mart('mark')");
	is($node->safe_psql('postgres', $right), '0|0', "high-water mark: $change->[1]");
}
$node->safe_psql('postgres',
	q{DELETE FROM recent WHERE ordered_at < '2024-06-01'; SELECT refresh_retention_mart('mark')});
isnt($node->safe_psql('postgres', $right), '0|0', 'what changes before the overlap is not seen');
$node->safe_psql('postgres', q{
	UPDATE customers SET segment = 'changed' WHERE customer_id = 5;
	SELECT refresh_retention_mart('mark', read_all => true)});
is($node->safe_psql('postgres', $right), '0|0', 'until all orders are read');
is($node->safe_psql('postgres', q{
	SELECT string_agg(attribute || ' ' || coalesce(value, '-'), ', ' ORDER BY attribute)
	FROM mark.customer_attribute WHERE customer_id = 5}), 'segment changed, vip 1',
	'attributes come from the table of customers');
is($node->safe_psql('postgres', q{
	SELECT count(*)
	FROM mark.customer_attribute
		FULL JOIN (
			SELECT customer_id, a.*
			FROM customers JOIN mark.customer_history USING (customer_id),
				LATERAL (VALUES ('segment', segment), ('vip', vip::text)) a(attribute, value)
		) c USING (customer_id, attribute)
	WHERE customer_attribute.value IS DISTINCT FROM c.value}), 0, 'all of them');
# one that is late, but within the overlap of the last refresh, although newer orders are known
$node->safe_psql('postgres', q{
	SELECT create_retention_mart('recent', 'customer_id', 'ordered_at', 'amount', 'product_range',
		'{segment,vip}', 'anew', 'America/New_York', 'rebuild', customers => 'customers')});
same_marts('mark', 'anew', 'high-water mark');
# campaigns: counted by hand
$node->safe_psql('postgres', q{
	INSERT INTO mark.campaign
	SELECT 'mail', customer_id, date '2025-10-15' + (customer_id % 2)::int, customer_id % 4 <> 0
	FROM mark.customer_history;
	INSERT INTO mark.campaign VALUES ('mail', 99999, '2025-10-15', true),
		('tomorrow', 1, '2099-01-01', true), ('no control', 1, '2025-10-15', true);
	SELECT refresh_retention_mart('mark')});
psql_fails(q{INSERT INTO mark.campaign VALUES ('never', 1, 'infinity')},
	qr/campaign_contacted_on_check/, 'a campaign has a day');
is($node->safe_psql('postgres', q{
	SELECT campaign, contacted_on, days, contacted, round(contacted_rate::numeric, 9),
		round(contacted_spend, 6), control, round(control_rate::numeric, 9),
		round(control_spend, 6), difference IS NULL
	FROM mark.campaign_results ORDER BY 1}),
	$node->safe_psql('postgres', q{
		SELECT campaign, min(contacted_on), 60, count(*) FILTER (WHERE contacted),
			round(avg(bought) FILTER (WHERE contacted), 9),
			round(avg(spent) FILTER (WHERE contacted), 6), count(*) FILTER (WHERE NOT contacted),
			round(avg(bought) FILTER (WHERE NOT contacted), 9),
			round(avg(spent) FILTER (WHERE NOT contacted), 6), bool_and(contacted)
		FROM (
			SELECT c.campaign, c.customer_id, c.contacted_on, c.contacted,
				(count(ordered_at) FILTER (WHERE (amount >= 0) IS NOT FALSE) > 0)::int::numeric
					AS bought,
				coalesce(sum(amount), 0) AS spent
			FROM mark.campaign c
				LEFT JOIN recent o ON o.customer_id = c.customer_id
					AND (ordered_at AT TIME ZONE 'America/New_York')::date
						BETWEEN contacted_on + 1 AND contacted_on + 60
			GROUP BY 1, 2, 3, 4) b
		WHERE campaign <> 'tomorrow' GROUP BY 1 ORDER BY 1}),
	'what campaigns brought is what the orders say');
is($node->safe_psql('postgres', q{
	SELECT contacted, round(brought_back::numeric, 6) FROM mark.monthly_review
	WHERE month = '2025-10-01'}),
	$node->safe_psql('postgres',
		q{SELECT sum(contacted), round(sum(brought_back)::numeric, 6) FROM mark.campaign_results}),
	'and the review has it');
$node->safe_psql('postgres', q{
	SELECT drop_retention_mart('mark'), drop_retention_mart('anew');
	DROP TABLE recent, customers});

# --- names ------------------------------------------------------------------------------

my $evil = q{my "mart'; DROP TABLE orders; --};
my $long = 'ä' x 31;
for my $schema ($evil, $long, 'SELECT', ' ')
{
	(my $literal = $schema) =~ s/'/''/g;
	(my $quoted = $schema) =~ s/"/""/g;
	$node->safe_psql('postgres', qq{
		CREATE TABLE "o'rders ""x""" ("customer ""'id" uuid, "when; DROP TABLE orders" timestamp,
			"how much" int, "$long" varchar, "Re'gion" char(3));
		INSERT INTO "o'rders ""x"""
		SELECT ('00000000-0000-0000-0000-' || lpad((id % 40)::text, 12, '0'))::uuid, ordered_at,
			amount, 'it''s ' || id % 3, 'N'''
		FROM ($shop FROM generate_series(1, 600) g) s;
		SELECT create_retention_mart('"o''rders ""x"""', 'customer "''id',
			'when; DROP TABLE orders', 'how much', '$long', ARRAY['Re''gion'], '$literal');
		DELETE FROM "o'rders ""x""" WHERE "how much" > 70;
		SELECT refresh_retention_mart('$literal')});
	is($node->safe_psql('postgres', qq{
		SELECT count(*)
		FROM "$quoted".customer_history m
			FULL JOIN (
				SELECT "customer ""'id"::text AS customer_id,
					purchase_history("when; DROP TABLE orders", "how much"::numeric) AS h
				FROM "o'rders ""x""" GROUP BY 1) o USING (customer_id)
		WHERE m.history IS DISTINCT FROM o.h}), 0, "a schema named $schema");
	$node->safe_psql('postgres',
		qq{SELECT drop_retention_mart('$literal'); DROP TABLE "o'rders ""x"""});
	is($node->safe_psql('postgres',
		qq{SELECT count(*) FROM pg_namespace WHERE nspname = '$literal'}), 0, '... is dropped');
}
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM orders'), '>', 1000,
	'and no other table is');

# --- what is refused ------------------------------------------------------------------------

my $create = q{SELECT create_retention_mart('orders', 'customer_id', 'ordered_at'};
psql_fails(q{SELECT create_retention_mart('orders', 'customer', 'ordered_at')},
	qr/column "customer" of relation "orders" does not exist/, 'a column that is missing');
psql_fails(q{SELECT create_retention_mart('orders', 'customer_id', 'region')},
	qr/column "region" is of type text, which is no time of an order/, 'no time');
psql_fails("$create, 'region')", qr/column "region" is of type text, which is no amount/,
	'no amount');
psql_fails("$create, 'amount', 'sort')", qr/column "sort" of relation "orders" does not exist/,
	'no range');
psql_fails("$create, attributes => '{region,channel}')",
	qr/column "channel" of relation "orders" does not exist/, 'no attribute');
psql_fails("$create, attributes => '{NULL}')",
	qr/attribute columns of a retention mart must not be null/, 'NULL attribute');
psql_fails("$create)", qr/schema "retention_mart" already exists/, 'a schema that exists');
psql_fails("$create, schema => '')", qr/"" is no name of a schema/, 'no name');
psql_fails("$create, schema => 'pg_mart')", qr/unacceptable schema name "pg_mart"/,
	'a reserved name');
psql_fails("$create, schema => 'm', zone => 'Mars/Olympus')",
	qr/time zone "Mars\/Olympus" not recognized/, 'no zone');
psql_fails(q{
	SELECT create_retention_mart('parts', 'customer_id', 'ordered_at', schema => 'm',
		zone => 'UTC')},
	qr/a time zone is given, but column "ordered_at" is of type date/, 'a zone of days');
psql_fails("$create, schema => 'm', changes => 'sometimes')", qr/"sometimes" is no way for changes/,
	'no such way');
psql_fails("$create, schema => 'm', discount_rate => -2)", qr/discount rate/, 'no discount rate');
psql_fails("$create, schema => 'm', margin => 'NaN')", qr/margin/, 'no margin');
psql_fails(q{SELECT create_retention_mart(NULL, 'customer_id', 'ordered_at')},
	qr/source of a retention mart must not be null/, 'no source');
psql_fails(q{
	SELECT create_retention_mart('orders_customer_id_idx', 'customer_id', 'ordered_at',
		schema => 'm')}, qr/is no table or view of orders/, 'an index');
psql_fails(q{
	CREATE VIEW order_view AS SELECT * FROM orders;
	SELECT create_retention_mart('order_view', 'customer_id', 'ordered_at', schema => 'm')},
	qr/"order_view" can't have triggers that see its changes/, 'a view, with triggers');
psql_fails(q{
	CREATE TABLE nothing (LIKE orders);
	SELECT create_retention_mart('nothing', 'customer_id', 'ordered_at', schema => 'm')},
	qr/there are no orders for retention mart "m"/, 'no orders');
psql_fails(q{SELECT refresh_retention_mart('nobody')}, qr/there is no retention mart "nobody"/,
	'no mart');
psql_fails(q{SELECT refresh_retention_mart('public')}, qr/there is no retention mart "public"/,
	'a schema that is none');
psql_fails(q{SELECT drop_retention_mart('public')}, qr/there is no retention mart "public"/,
	'drop one that is none');
psql_fails(q{SELECT refresh_retention_mart(as_of => 'infinity')}, qr/not finite/, 'as of infinity');
psql_fails(q{SELECT retention_mart_capture()},
	qr/retention_mart_capture is for the triggers that create_retention_mart makes/,
	'the trigger function by hand');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_namespace WHERE nspname = 'm'}), 0,
	'nothing is left of what was refused');
$node->safe_psql('postgres', q{
	SELECT create_retention_mart('order_view', 'customer_id', 'ordered_at', 'amount',
		'product_range', '{region}', 'viewed', 'Europe/Berlin', 'rebuild');
	INSERT INTO viewed.campaign SELECT * FROM retention_mart.campaign;
	SELECT refresh_retention_mart('viewed'), refresh_retention_mart()});
same_marts('retention_mart', 'viewed', 'a view of orders');
# a view has no triggers, but orders of it can be read again
$node->safe_psql('postgres', q{
	SELECT create_retention_mart('order_view', 'customer_id', 'ordered_at', 'amount',
		'product_range', '{region}', 'recently_viewed', 'Europe/Berlin', 'high_water_mark');
	INSERT INTO recently_viewed.campaign SELECT * FROM retention_mart.campaign;
	INSERT INTO orders
	SELECT 5, max(ordered_at) - interval '3 days', 77, 'tea', 'North', -1 FROM orders;
	DELETE FROM orders
	WHERE id IN (SELECT id FROM orders WHERE id > 0 ORDER BY ordered_at DESC LIMIT 3);
	SELECT refresh_retention_mart('recently_viewed'), refresh_retention_mart()});
same_marts('retention_mart', 'recently_viewed', 'a view by a high-water mark');

# what depends on a mart is not dropped
$node->safe_psql('postgres', 'CREATE VIEW mine AS SELECT * FROM viewed.cohorts');
psql_fails(q{SELECT drop_retention_mart('viewed')},
	qr/view (public\.)?mine depends on table viewed.cohorts/, 'a view on a mart');
$node->safe_psql('postgres', 'DROP VIEW mine; CREATE TABLE viewed.notes ()');
psql_fails(q{SELECT drop_retention_mart('viewed')}, qr/table viewed.notes depends on schema viewed/,
	'a table of others in it');
$node->safe_psql('postgres', q{DROP TABLE viewed.notes; SELECT drop_retention_mart('viewed')});

# a shop of three orders, without amounts: what can't be known is left out
my ($out, $err) = ('', '');
$node->psql('postgres', q{
	SET client_min_messages = notice;
	CREATE TABLE tiny (c int, d date);
	INSERT INTO tiny VALUES (1, '2026-01-01'), (1, '2026-02-01'), (2, '2026-01-15');
	SELECT create_retention_mart('tiny', 'c', 'd', schema => 'tiny_mart')}, stdout => \$out,
	stderr => \$err);
like($err, qr/model mbg\/nbd is left out: /,
	'a model that needs more data is left out with a notice');
is($node->safe_psql('postgres', q{
	SELECT count(*), count(churn_score), count(elapsed_days),
		(SELECT count(*) FROM tiny_mart.cohorts), (SELECT count(*) FROM tiny_mart.lifecycle)
	FROM tiny_mart.customer_scorecard}), '2|0|2|1|1', 'and the rest is there');

# --- dump and restore -----------------------------------------------------------------------------

$node->safe_psql('postgres', 'SELECT refresh_retention_mart()');
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, $node->connstr('postgres') ], 'dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('restored'),
	'-f', $dump ], 'restore');
is($node->safe_psql('restored', q{
	SELECT md5(string_agg(t::text, '' ORDER BY customer_id))
	FROM retention_mart.customer_scorecard t}),
	$node->safe_psql('postgres', q{
		SELECT md5(string_agg(t::text, '' ORDER BY customer_id))
		FROM retention_mart.customer_scorecard t}), 'the mart is restored');
for my $database ('postgres', 'restored')
{
	$node->safe_psql($database, qq{
		INSERT INTO orders $shop FROM generate_series(9901, 9950) g;
		DELETE FROM orders WHERE customer_id = 11});
	$node->safe_psql($database, 'SELECT refresh_retention_mart()');
}
is($node->safe_psql('restored', q{
	SELECT md5(string_agg(t::text, '' ORDER BY customer_id))
	FROM retention_mart.customer_scorecard t}),
	$node->safe_psql('postgres', q{
		SELECT md5(string_agg(t::text, '' ORDER BY customer_id))
		FROM retention_mart.customer_scorecard t}), 'and refreshes as before');

$node->stop;
done_testing();
