# Groups of customers: the cohort triangle of all real order logs is that of count(DISTINCT) in
# plain SQL; every aggregate gives the same to the last digit whatever the plan; memory and cancel.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $node = PostgreSQL::Test::Cluster->new('groups');
$node->init;
$node->append_conf('postgresql.conf',
	"max_worker_processes = 12\nmax_parallel_workers = 8\ntimezone = 'UTC'");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION retention');

# --- real data: the triangle as analysts write it --------------------------------

my $data = "$ENV{RETENTION_SHARED}/data";
SKIP:
{
	my @logs = -r "$data/cdnow_sample_orders.csv" ? glob("$data/*_orders.csv") : ();
	skip 'no shared data here', 1 unless @logs;
	for my $log (@logs)
	{
		my ($name) = $log =~ m{([^/]+)_orders\.csv$};
		$node->safe_psql('postgres', qq{
			DROP TABLE IF EXISTS orders, customer;
			CREATE TABLE orders (customer_id text, ordered_at timestamp, amount numeric);
			COPY orders FROM '$log' (FORMAT csv, HEADER);
			CREATE TABLE customer AS
			SELECT customer_id, purchase_history(ordered_at, amount) AS h FROM orders GROUP BY 1;
			ANALYZE});
		for my $unit (qw(day week month quarter year))
		{
			# numbers of periods by the calendar: months are counted, not read from age(); cells of
			# the first 60 periods
			my %number = (
				day => 'd', week => "(d - date '2000-01-03') / 7",
				month => "(extract(year FROM d) * 12 + extract(month FROM d))::int",
				quarter => "(extract(year FROM d) * 4 + extract(quarter FROM d))::int",
				year => "extract(year FROM d)::int");
			my $period = "$number{$unit} - " . $number{$unit} =~ s/\bd\b/cohort/gr;
			my $as_of = $node->safe_psql('postgres', qq{
				SELECT (date_trunc('$unit', max(ordered_at)) + interval '1 $unit'
				        - interval '1 day')::date
				FROM orders})
				if $unit ne 'quarter';
			$as_of = $node->safe_psql('postgres', qq{
				SELECT (date_trunc('quarter', max(ordered_at)) + interval '3 months'
				        - interval '1 day')::date
				FROM orders})
				if $unit eq 'quarter';
			my $plain = qq{
				WITH bought AS (SELECT customer_id, date_trunc('$unit', ordered_at)::date AS d
				                FROM orders WHERE (amount >= 0) IS NOT FALSE),
				     first AS (SELECT customer_id, min(d) AS cohort FROM bought GROUP BY 1)
				SELECT cohort, ($period)::int AS period, count(DISTINCT customer_id) AS active
				FROM bought JOIN first USING (customer_id) GROUP BY 1, 2};
			is( $node->safe_psql('postgres', qq{
				SET enable_nestloop = off;
				WITH plain AS ($plain),
				     sizes AS (SELECT cohort, active AS eligible FROM plain WHERE period = 0),
				     since AS (SELECT first.cohort, p AS period, count(*) AS n
				               FROM (SELECT customer_id, min(cohort) AS cohort, max(period) AS last
				                     FROM (SELECT customer_id, cohort, ($period)::int AS period
				                           FROM (SELECT customer_id,
				                                        date_trunc('$unit', ordered_at)::date AS d,
				                                        min(date_trunc('$unit', ordered_at)::date)
				                                          OVER (PARTITION BY customer_id) AS cohort
				                                 FROM orders WHERE (amount >= 0) IS NOT FALSE) b) x
				                     GROUP BY 1) first,
				                    generate_series(0, least(last, 60)) p
				               GROUP BY 1, 2)
				SELECT count(c.*) > 0,
				       count(*) FILTER (WHERE c.active > 0
				                              AND c.active IS DISTINCT FROM plain.active
				                           OR c.active = 0 AND plain.active IS NOT NULL),
				       count(*) FILTER (WHERE c IS NULL),
				       count(*) FILTER (WHERE c.eligible <> sizes.eligible),
				       count(*) FILTER (WHERE c.active_on_or_after <> coalesce(since.n, 0))
				FROM unnest((SELECT cohort_retention(h, '$unit', '$as_of', 60) FROM customer)) c
				     FULL JOIN (SELECT * FROM plain WHERE period <= 60) plain USING (cohort, period)
				     LEFT JOIN sizes USING (cohort) LEFT JOIN since USING (cohort, period)}),
				't|0|0|0|0', "$name by $unit: the triangle of count(DISTINCT)");
		}
		is( $node->safe_psql('postgres', qq{
			SELECT sum(orders) = (SELECT count(*) FROM orders WHERE (amount >= 0) IS NOT FALSE),
			       coalesce(sum(spend), 0) =
			       coalesce((SELECT sum(amount)
			                 FROM orders
			                      JOIN (SELECT customer_id,
			                                   date_trunc('month', min(ordered_at)) AS first
			                            FROM orders WHERE (amount >= 0) IS NOT FALSE GROUP BY 1) f
			                        USING (customer_id)
			                 WHERE ordered_at >= first), 0)
			FROM unnest((SELECT cohort_retention(h, 'month', '2100-01-31') FROM customer))}),
			't|t', "$name: orders and money add up");
		is( $node->safe_psql('postgres', qq{
			SELECT count(*) FILTER (WHERE active <> new + retained + resurrected
			                           OR active <> before + new + resurrected - dormant
			                           OR customers <> customers_before + new + recovered - lost),
			       sum(new) = (SELECT count(*) FROM customer WHERE purchase_days(h) > 0)
			FROM (SELECT *, lag(active, 1, 0::bigint) OVER w AS before,
			             lag(customers, 1, 0::bigint) OVER w AS customers_before
			      FROM unnest((SELECT lifecycle(h, 'month', '2030-12-31', '6 months')
			                   FROM customer))
			      WINDOW w AS (ORDER BY period)) l}),
			'0|t', "$name: the balance of the lifecycle");
	}
}

# --- every aggregate, every plan -------------------------------------------------

$node->safe_psql('postgres', q{
	DROP TABLE IF EXISTS customer;
	CREATE TABLE customer AS
	SELECT c AS customer_id, purchase_history(ordered_at, amount) AS h,
	       (hashint4(c) & 1023) / 1024.0::float8 AS score, (hashint4(c + 1) & 7) < 3 AS churned,
	       1 + (hashint4(c + 2) & 1023) / 10.0::float8 AS duration,
	       (ARRAY['North', 'South', 'East', 'West',
	              NULL])[1 + (hashint4(c + 3) & 2147483647) % 5] AS region,
	       (hashint4(c + 4) & 3) = 0 AS treated, (hashint4(c + 5) & 255) / 100.0::float8 AS age
	FROM (SELECT (hashint4(g) & 2147483647) % 30000 AS c,
	             date '2023-01-01' + (hashint4(g + 7) & 1023) AS ordered_at,
	             (hashint4(g + 9) & 8191) / 100.0 AS amount
	      FROM generate_series(1, 200000) g) o
	GROUP BY c;
	CREATE TABLE event AS
	SELECT (hashint4(g) & 2147483647) % 3 AS part,
	       timestamp '2026-01-01' + (hashint4(g + 1) & 1048575) * interval '1 second' AS at,
	       (hashint4(g + 2) & 15) AS action
	FROM generate_series(1, 200000) g;
});
$node->safe_psql('postgres', 'VACUUM ANALYZE customer');
$node->safe_psql('postgres', 'VACUUM ANALYZE event');
my $model = q{'{"model": "mbg/nbd", "r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614, '
	'"time_unit_days": 30}'};
my $free = q{
	SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
	SET max_parallel_workers_per_gather = 4;};
for my $call ("cohort_retention(h, 'month', '2025-12-31') FROM customer",
	"cohort_retention(h, 'day', '2025-12-31', 40) FROM customer",
	"retention_curve(h, 'week', '2025-12-31') FROM customer",
	"lifecycle(h, 'month', '2025-12-31', '6 months') FROM customer",
	"lifecycle(h, 'quarter', '2025-12-31', $model, 0.5) FROM customer",
	'survival_curve(duration, churned) FROM customer',
	'log_rank(duration, churned, region) FROM customer',
	'log_rank_groups(duration, churned, treated) FROM customer',
	"fit_hazard(duration, churned, ARRAY[(region = 'North')::int, age, score]) FROM customer",
	'survival_curve(age, duration + age, churned) FROM customer',
	'survival_curve(age, duration + age, churned, 0.9, score) FROM customer',
	'log_rank(age, duration + age, churned, region) FROM customer',
	'log_rank(duration, churned, treated, region) FROM customer',
	'log_rank_groups(age, duration + age, churned, treated, region) FROM customer',
	"fit_hazard(age, duration + age, churned, ARRAY[treated::int, score], 'efron', region)"
	. ' FROM customer',
	'concordance_index(score, duration, churned) FROM customer',
	'concordance_index(score, age, duration + age, churned) FROM customer',
	'fit_logistic(churned, ARRAY[age, score, duration]) FROM customer',
	"fit_logistic(churned, one_hot(coalesce(region, '?'), '{North,South,East,West}') "
	. "|| ARRAY[age], 3, '{south,east,west,age}') FROM customer",
	'churn_drivers(churned, region) FROM customer',
	"churn_drivers(churned, jsonb_build_object('region', region, 'age', age, 'new', treated))"
	. ' FROM customer',
	'retention_uplift(treated, churned) FROM customer',
	'retention_uplift(treated, churned, region) FROM customer',
	'roc_auc(score, churned) FROM customer', 'roc_auc(score * age, churned) FROM customer',
	'brier_score(score / 3, churned) FROM customer',
	'calibration_table(score / 7, churned) FROM customer',
	'lift_table(duration, churned, 20) FROM customer',
	'retention(action = 1, action = 17, action < 5) FROM event',
	"window_funnel('1 hour', at, action = 1, action = 2, action = 3, "
	. 'action = 4, action = 5, action = 6, action = 7) FROM event',
	"window_funnel_times('20 minutes', at, action = 1, action = 2, action = 3, action = 4)"
	. ' FROM event')
{
	my ($name) = $call =~ /^(\w+)/;
	like($node->safe_psql('postgres', "$free EXPLAIN SELECT $call"), qr/Finalize.*Partial/s,
		"$name: parallel");
	(my $md5 = "SELECT md5(($call") =~ s/ FROM (customer|event)$/)::text) FROM $1/;
	my $serial = $node->safe_psql('postgres', "SET max_parallel_workers_per_gather = 0; $md5");
	isnt($serial, '', "$name: there is a result");
	is($node->safe_psql('postgres', "$free $md5"), $serial, "$name: the same with four workers");
	is($node->safe_psql('postgres', qq{$free
			SET parallel_leader_participation = off; SET max_parallel_workers_per_gather = 2;
			$md5}),
		$serial, "$name: and with two");
	my ($table) = $call =~ /FROM (\w+)$/;
	(my $shuffled = $md5) =~ s/FROM \w+$/FROM (SELECT * FROM $table ORDER BY random()) s/;
	is($node->safe_psql('postgres', "SET max_parallel_workers_per_gather = 0; $shuffled"), $serial,
		"$name: and in another order");
	# groups, hashed and sorted, with next to no memory
	my $key = $table eq 'event' ? 'part' : 'customer_id % 7';
	my ($aggregate) = $call =~ /^(.*) FROM \w+$/s;
	my $grouped = qq{
		SELECT md5(string_agg(r, ',' ORDER BY r))
		FROM (SELECT ($aggregate)::text AS r FROM $table GROUP BY $key) s};
	my $hashed = $node->safe_psql('postgres',
		"SET max_parallel_workers_per_gather = 0; SET enable_sort = off; $grouped");
	is($node->safe_psql('postgres',
			"SET max_parallel_workers_per_gather = 0; SET enable_hashagg = off; $grouped"),
		$hashed, "$name: groups, sorted");
	is($node->safe_psql('postgres', "$free SET work_mem = '64kB'; $grouped"), $hashed,
		"$name: groups, in parallel, with next to no memory");
}

# --- a fit that takes long can be cancelled -----------------------------------------

$node->safe_psql('postgres', q{
	CREATE TABLE many AS
	SELECT i AS duration, i % 3 > 0 AS churned,
	       ARRAY(SELECT ((hashint8(i::bigint * 64 + j) & 65535) / 65536.0)::float8
	             FROM generate_series(1, 40) j) AS x
	FROM generate_series(1, 60000) i});
my $start = time;
my ($out, $err) = ('', '');
$node->psql('postgres', qq{
	SET max_parallel_workers_per_gather = 0; SET statement_timeout = '3s';
	SELECT (fit_hazard(duration, churned, x)).converged FROM many},
	stdout => \$out, stderr => \$err);
my $took = time - $start;
ok($err =~ /statement timeout/ || $out eq 't', 'fit_hazard: cancelled, or done before');
cmp_ok($took, '<', 10, 'fit_hazard: soon after');

# so can a comparison of many groups at many times, and one of many strata
for my $call ("log_rank(i, i % 3 > 0, (i % 900)::text) FROM generate_series(1, 400000) i",
	"retention_uplift(i % 2 = 0, i % 7 > 2, (i / 4)::text) FROM generate_series(1, 800000) i")
{
	$start = time;
	$node->psql('postgres', "SET statement_timeout = '2s'; SELECT $call", stdout => \$out,
		stderr => \$err);
	$took = time - $start;
	like($err, qr/statement timeout/, 'cancelled: ' . substr($call, 0, 16));
	cmp_ok($took, '<', 8, "soon after: $took s");
}

$node->stop;
done_testing();
