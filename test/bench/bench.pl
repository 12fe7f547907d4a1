# Called by test/bench/run with the server's address in the environment.
use strict;
use warnings;

my ($customers, $orders) = @ARGV;
my $repeat = $ENV{REPEAT} || 5;
my $big = $orders > 5_000_000;
$| = 1;

sub psql
{
	my (@commands) = @_;
	open(my $in, '-|', 'psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1',
		map { ('-c', $_) } @commands)
		or die $!;
	local $/;
	my $out = <$in>;
	close $in or die "failed: @commands\n";
	$out =~ s/\n\z//;
	return $out;
}

sub median { my @sorted = sort { $a <=> $b } @_; return $sorted[ $#sorted / 2 ]; }

my %settings = (
	serial => [ 'SET client_min_messages = error', 'SET max_parallel_workers_per_gather = 0' ],
	# cheap enough that all sides get a parallel plan; the planner still chooses which
	parallel => [ 'SET client_min_messages = error', 'SET max_parallel_workers_per_gather = 4',
		'SET parallel_setup_cost = 0', 'SET parallel_tuple_cost = 0.005',
		'SET min_parallel_table_scan_size = 0' ]);

my @modes = ('serial', 'parallel');

# Runs the queries in turn; returns their median times in ms and the largest memory of a node in kB
sub measure
{
	my ($mode, @queries) = @_;
	my @commands = @{ $settings{$mode} };
	push @commands,
		map { "EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) $_" } (@queries) x ($repeat + 1);
	my $out = psql(@commands);
	my (@times, @memory, $i, $most);
	$i = 0;
	$most = 0;
	for my $line (split /\n/, $out)
	{
		$most = $1 if $line =~ /Memory Usage: (\d+)kB/ && $1 > $most;
		next unless $line =~ /Execution Time: ([\d.]+)/;
		# the first round warms the cache
		push @{ $times[ $i % @queries ] }, $1 if $i >= @queries;
		$memory[ $i % @queries ] = $most;
		$most = 0;
		$i++;
	}
	return ([ map { median(@$_) } @times ], \@memory);
}

sub row { printf "| %-64s | %9s | %9s | %7s | %-8s |\n", @_; }

# bar: '<= 1.15' compares ours/plain, '>= 2' compares plain/ours
sub compare
{
	my ($name, $mode, $bar, $ours, $plain) = @_;
	return if $ENV{ONLY} && "$name, $mode" !~ /$ENV{ONLY}/;
	my ($times) = measure($mode, $ours, $plain);
	my $ratio = $bar =~ /^[>(]/ ? $times->[1] / $times->[0] : $times->[0] / $times->[1];
	row("$name, $mode", sprintf('%.1f', $times->[0]), sprintf('%.1f', $times->[1]),
		sprintf('%.2f', $ratio), $bar);
}

# From raw orders to what each customer is worth, statement by statement, against the floor query on
# the same rows
sub whole_path
{
	my ($truth) = @_;
	return if $ENV{ONLY} && 'whole path' !~ /$ENV{ONLY}/;
	my $last = "date '2026-10-01'";
	psql("CREATE TABLE base_order AS SELECT customer_id, purchase_date AS ordered_on,
		(10 + (hashint8(customer_id) & 2147483647) % 1000 / 10.0)::numeric(10, 2)
		* (50 + (hashint8(row_number() OVER ()) & 2147483647) % 100) / 100 AS amount
		FROM simulate_customers($truth, 1000000, '2026-01-01', '2026-03-26', '2026-10-01')
		ORDER BY purchase_date", 'VACUUM ANALYZE base_order');
	my @script = (
		[ 'histories', q{
			CREATE TABLE path_history AS
			SELECT customer_id, purchase_history(ordered_on, amount) AS h
			FROM base_order GROUP BY 1} ],
		[ 'fit bg/nbd', qq{
			CREATE TABLE path_bg AS
			SELECT fit_model('bg/nbd', h, $last, 7) AS m FROM path_history} ],
		[ 'fit pareto/nbd', qq{
			CREATE TABLE path_pareto AS
			SELECT fit_model('pareto/nbd', h, $last, 7) AS m FROM path_history} ],
		[ 'fit gamma-gamma', qq{
			CREATE TABLE path_spend AS
			SELECT fit_model('gamma-gamma', h, $last) AS m FROM path_history} ],
		[ 'fit gamma-gamma-all', qq{
			CREATE TABLE path_spend_all AS
			SELECT fit_model('gamma-gamma-all', h, $last) AS m FROM path_history} ],
		[ 'scores and clv', qq{
			CREATE TABLE path_score AS
			SELECT customer_id, p_alive((SELECT m FROM path_pareto), h, $last),
			       expected_purchases((SELECT m FROM path_bg), h, $last, '1 year'),
			       expected_order_value((SELECT m FROM path_spend), h, $last),
			       clv((SELECT m FROM path_bg), (SELECT m FROM path_spend), h, $last,
			           '1 year', 0.1)
			FROM path_history} ]);
	print "\nThe whole path, ", psql('SELECT count(*) FROM base_order'),
		" orders of 1,000,000 customers\n\n";
	row('stage', 'ms', 'floor, ms', 'ratio', 'bar');
	print '|', '-' x 66, '|', '-' x 10, ':|', '-' x 10, ':|', '-' x 8, ':|', '-' x 10, "|\n";
	for my $mode (@modes)
	{
		my ($floor) = measure($mode, q{
			SELECT customer_id, count(*), min(ordered_on), max(ordered_on), sum(amount)
			FROM base_order GROUP BY 1});
		my @rounds;
		for my $round (1 .. $repeat)
		{
			my $out = psql(@{ $settings{$mode} },
				'DROP TABLE IF EXISTS path_history, path_bg, path_pareto, path_spend, path_score',
				map { "EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) $_->[1]" } @script);
			push @rounds, [ $out =~ /Execution Time: ([\d.]+)/g ];
		}
		my $total = median(map { my $sum = 0; $sum += $_ for @$_; $sum } @rounds);
		for my $i (0 .. $#script)
		{
			my $time = median(map { $_->[$i] } @rounds);
			row("  $script[$i][0], $mode", sprintf('%.0f', $time), sprintf('%.0f', $floor->[0]),
				sprintf('%.2f', $time / $floor->[0]), '-');
		}
		row("the whole path, $mode", sprintf('%.0f', $total), sprintf('%.0f', $floor->[0]),
			sprintf('%.2f', $total / $floor->[0]), $mode eq 'serial' ? '<= 8' : '<= 4');
	}
}

print "$customers customers, $orders orders; medians of $repeat; ", psql('SHOW server_version'),
	'; ', `nproc` =~ s/\n//r, " processors\n\n";

psql('CREATE EXTENSION retention',
	# like a shop: customers at random, amounts up to 205.00, three years in order of time
	"CREATE TABLE orders_time AS
		SELECT (hashint8(g) & 2147483647) % $customers AS customer_id,
		       timestamptz '2023-07-01' + g * (interval '1095 days' / $orders) AS ordered_at,
		       (timestamp '2023-07-01' + g * (interval '1095 days' / $orders))::date AS ordered_on,
		       ((hashint8(g + 77) & 2147483647) % 20000)::numeric / 100 + 5 AS amount
		FROM generate_series(1, $orders) g",
	'CREATE TABLE orders_clustered AS SELECT * FROM orders_time ORDER BY customer_id, ordered_at',
	q{
	CREATE TABLE customer AS
	SELECT customer_id, purchase_history(ordered_at, amount) AS h FROM orders_clustered GROUP BY 1},
	# the same number of purchases each, all customers known before any buys again
	"CREATE TABLE twenty AS
		SELECT c AS customer_id,
		       date '2023-07-01' + n * 54 + (hashint8(c * 20 + n) & 2147483647) % 54 AS ordered_on,
		       ((hashint8(c * 20 + n + 77) & 2147483647) % 20000)::numeric / 100 + 5 AS amount
		FROM generate_series(0, 19) n, generate_series(1, 100000) c");
psql("VACUUM ANALYZE $_") for qw(orders_time orders_clustered customer twenty);

row('what is measured', 'ours, ms', 'plain, ms', 'ratio', 'bar');
print '|', '-' x 66, '|', '-' x 10, ':|', '-' x 10, ':|', '-' x 8, ':|', '-' x 10, "|\n";

my $as_of = "date '2026-01-31'";
my $floor_by_time = q{
	SELECT customer_id, count(*), min(ordered_at), max(ordered_at), sum(amount)
	FROM orders_time GROUP BY 1};
for my $order ('time', 'clustered')
{
	my $from = "FROM orders_$order";
	for my $mode (@modes)
	{
		my $floor = qq{
			SELECT customer_id, count(*), min(ordered_at), max(ordered_at), sum(amount) $from
			GROUP BY 1};
		compare("build, $order order: count, min, max, sum", $mode, '<= 1.15',
			"SELECT customer_id, purchase_history(ordered_at, amount) $from GROUP BY 1", $floor);
		compare("build from date, $order order: the same", $mode, '<= 1.15',
			"SELECT customer_id, purchase_history(ordered_on, amount) $from GROUP BY 1",
			$floor =~ s/ordered_at/ordered_on/gr)
			if $order eq 'time';
		compare("build, $order order: array_agg(ordered_at)", $mode, '<= 1.25',
			"SELECT customer_id, purchase_history(ordered_at, amount) $from GROUP BY 1",
			"SELECT customer_id, array_agg(ordered_at) $from GROUP BY 1");
	}
	my $plain = "SELECT customer_id, count(*) - 1, max(d) - min(d), $as_of - min(d),
			coalesce((sum(m) - (array_agg(m ORDER BY d))[1]) / nullif(count(*) - 1, 0), 0)
		FROM (SELECT customer_id, ordered_at::date AS d, sum(amount) AS m $from
		      WHERE ordered_at < $as_of + 1 GROUP BY 1, 2) s
		GROUP BY 1";
	my $scores = "frequency(h, $as_of), recency(h, $as_of), customer_age(h, $as_of),
		monetary_value(h, $as_of)";
	for my $mode (@modes)
	{
		compare("RFM from raw rows, $order order", $mode, $mode eq 'serial' ? '>= 2' : '>= 3',
			qq{SELECT customer_id, $scores
			FROM (SELECT customer_id, purchase_history(ordered_at, amount) AS h $from
			      GROUP BY 1 OFFSET 0) s}, $plain);
		# how fast an aggregate over this table could be at best: plain over ours, as above
		compare("  the same, with count(*) in our place, $order order", $mode, '(best)',
			"SELECT customer_id, count(*) $from GROUP BY 1", $plain);
		compare("RFM from stored histories, raw in $order order", $mode, '>= 15',
			"SELECT customer_id, $scores FROM customer", $plain);
	}
	compare("RFM as rfm(h).*, raw in $order order", 'serial', '>= 15',
		"SELECT customer_id, (rfm(h, $as_of)).* FROM customer", $plain);
}
my $statistics = qq{
	SELECT customer_id, mean_interval(h, $as_of), median_interval(h, $as_of),
	       stddev_interval(h, $as_of), overdue_ratio(h, $as_of)
	FROM customer};
for my $mode (@modes)
{
	compare('RFM from stored histories: the floor query', $mode, '<= 0.2',
		qq{SELECT customer_id, frequency(h, $as_of), recency(h, $as_of), customer_age(h, $as_of),
		       monetary_value(h, $as_of)
		FROM customer},
		$floor_by_time);
}
for my $mode (@modes)
{
	my $plain = "SELECT customer_id, avg(gap), percentile_cont(0.5) WITHIN GROUP (ORDER BY gap),
			stddev(gap), ($as_of - max(d)) / nullif(avg(gap), 0)
		FROM (SELECT customer_id, d, d - lag(d) OVER (PARTITION BY customer_id ORDER BY d) AS gap
		      FROM (SELECT DISTINCT customer_id, ordered_on AS d
		            FROM orders_time WHERE ordered_on <= $as_of) o) g
		GROUP BY 1";
	my $typed = q('{"model":"interpurchase","k":1.2,"r":3,"alpha":200}'::retention_model);
	compare('cycle: mean, median, deviation, overdue', $mode, '<= 0.125',
		$statistics, $plain);
	compare('cycle: the whole purchase_cycle with a model', $mode, '<= 0.5',
		"SELECT customer_id, purchase_cycle(h, $as_of, $typed) FROM customer", $plain);
	my $own = q('{"model":"interpurchase","k":1.2,"r":3,"alpha":200,'
		'"k_median":1.3,"k_deviation":0.5}'::retention_model);
	compare('cycle: the same, customers differing in k', $mode, '<= 0.5',
		"SELECT customer_id, purchase_cycle(h, $as_of, $own) FROM customer", $plain);
	compare('fit interpurchase: read the histories', $mode, '-',
		"SELECT fit_model('interpurchase', h, $as_of) FROM customer",
		"SELECT sum(frequency(h, $as_of)) FROM customer");
}
for my $mode (@modes)
{
	compare('cycle: the four statistics: the floor query', $mode, '<= 0.125',
		$statistics, $floor_by_time);
	compare('calendar_cycle: purchase_cycle', $mode, '-',
		"SELECT customer_id, calendar_cycle(h, $as_of) FROM customer",
		"SELECT customer_id, purchase_cycle(h, $as_of) FROM customer");
}
compare('merge stored histories into one', 'parallel', '-',
	'SELECT purchase_history(h) FROM customer', 'SELECT count(*) FROM customer');

# Groups of customers, from stored histories and from raw rows, against the SQL that analysts write
for my $mode (@modes)
{
	my $month = sub { "extract(year FROM $_[0]) * 12 + extract(month FROM $_[0])" };
	my $period = $month->('ordered_on') . ' - (' . $month->('cohort') . ')';
	my $triangle = qq{
		WITH first AS (SELECT customer_id, date_trunc('month', min(ordered_on))::date AS cohort
		               FROM orders_time WHERE ordered_on <= $as_of GROUP BY 1)
		SELECT cohort, $period AS period, count(DISTINCT customer_id)
		FROM orders_time JOIN first USING (customer_id)
		WHERE ordered_on <= $as_of GROUP BY 1, 2};
	my $stored = "SELECT cohort_retention(h, 'month', $as_of) FROM customer";
	compare('cohort: triangle from stored histories: count(DISTINCT)', $mode, '>= 20', $stored,
		$triangle);
	compare('cohort: triangle from raw rows: count(DISTINCT)', $mode, '>= 2.5',
		qq{SELECT cohort_retention(h, 'month', $as_of)
		FROM (SELECT purchase_history(ordered_on) AS h FROM orders_time GROUP BY customer_id) s},
		$triangle);
	compare('cohort: triangle from stored histories: the floor query', $mode, '<= 0.083', $stored,
		$floor_by_time);
	compare('cohort: daily cohorts, 30 days: the same query', $mode, '-',
		"SELECT cohort_retention(h, 'day', $as_of, 30) FROM customer", $stored);
	compare('lifecycle: months, lost after 6 months: plain SQL', $mode, '>= 5',
		"SELECT lifecycle(h, 'month', $as_of, '6 months') FROM customer", qq{
		WITH bought AS (SELECT DISTINCT customer_id, date_trunc('month', ordered_on)::date AS month
		                FROM orders_time WHERE ordered_on <= $as_of),
		     flow AS (SELECT month, count(*) FILTER (WHERE before IS NULL) AS new,
		                     count(*) FILTER (WHERE before = month - interval '1 month')
		                       AS retained,
		                     count(*) FILTER (WHERE before < month - interval '1 month')
		                       AS resurrected
		              FROM (SELECT *,
		                           lag(month) OVER (PARTITION BY customer_id
		                                            ORDER BY month) AS before
		                    FROM bought) m
		              GROUP BY 1),
		     lost AS (SELECT date_trunc('month', ordered_on + interval '6 months') AS month,
		                     count(*) AS lost
		              FROM (SELECT ordered_on,
		                           lead(ordered_on) OVER (PARTITION BY customer_id
		                                                  ORDER BY ordered_on) AS next
		                    FROM orders_time WHERE ordered_on <= $as_of) g
		              WHERE ordered_on + interval '6 months' < coalesce(next, $as_of + 1)
		              GROUP BY 1)
		SELECT * FROM flow LEFT JOIN lost USING (month)});
	my $typed = q('{"model": "mbg/nbd", "r": 2, "alpha": 40, "a": 0.9, "b": 9, '
		'"time_unit_days": 7}'::retention_model);
	compare('lifecycle: by a model: by a fixed silence', $mode, '-',
		"SELECT lifecycle(h, 'month', $as_of, $typed, 0.5) FROM customer",
		"SELECT lifecycle(h, 'month', $as_of, '6 months') FROM customer");
	compare('survival_curve: percentile_cont', $mode, '-',
		"SELECT survival_curve(recency(h), customer_id % 3 > 0) FROM customer",
		"SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY recency(h)) FROM customer");
	compare('roc_auc: rank()', $mode, '-',
		"SELECT roc_auc(recency(h) + customer_id / 1e6, customer_id % 3 > 0) FROM customer", q{
		SELECT (sum(r) FILTER (WHERE o)
		        - count(*) FILTER (WHERE o) * (count(*) FILTER (WHERE o) + 1) / 2.0)
		       / (count(*) FILTER (WHERE o) * count(*) FILTER (WHERE NOT o))
		FROM (SELECT customer_id % 3 > 0 AS o,
		             rank() OVER (ORDER BY recency(h) + customer_id / 1e6) AS r
		      FROM customer) s});
	compare('concordance_index: roc_auc', $mode, '-', qq{
		SELECT concordance_index(recency(h) + customer_id / 1e6, customer_age(h, $as_of),
		                         customer_id % 3 > 0)
		FROM customer},
		"SELECT roc_auc(recency(h) + customer_id / 1e6, customer_id % 3 > 0) FROM customer");
	compare('survival_curve, entries: without', $mode, '-',
		'SELECT survival_curve(customer_id % 7, 7 + recency(h), customer_id % 3 > 0) FROM customer',
		'SELECT survival_curve(7 + recency(h), customer_id % 3 > 0) FROM customer');
	compare('fit_hazard, entries and strata: without', $mode, '-', qq{
		SELECT fit_hazard(customer_id % 100, 100 + customer_age(h, $as_of), customer_id % 3 > 0,
		                  ARRAY[customer_id % 7, customer_id % 11], 'efron',
		                  (customer_id % 5)::text)
		FROM customer}, qq{
		SELECT fit_hazard(100 + customer_age(h, $as_of), customer_id % 3 > 0,
		                  ARRAY[customer_id % 7, customer_id % 11])
		FROM customer});
	compare('fit_hazard, 3 covariates: reading', $mode, '-', qq{
		SELECT fit_hazard(customer_age(h, $as_of), customer_id % 3 > 0,
		                  ARRAY[(customer_id % 5 = 0)::int, customer_id % 7, customer_id % 11])
		FROM customer},
		"SELECT sum(customer_age(h, $as_of)) FROM customer");
	compare('fit_logistic, 3 covariates: reading', $mode, '-', qq{
		SELECT fit_logistic(customer_id % 3 > 0,
		                    ARRAY[(customer_id % 5 = 0)::int, customer_id % 7, recency(h)])
		FROM customer},
		"SELECT sum(customer_age(h, $as_of)) FROM customer");
	my $ten = join ', ', map { "(hashint8($_ + g) & 1048575) / 1048576.0::float8" } 1 .. 10;
	compare('fit_logistic, 10 covariates, 1,000,000 customers: reading', $mode, '<= 5 s', qq{
		SELECT fit_logistic(g % 5 < 2, ARRAY[$ten]) FROM generate_series(1, 1000000) g},
		"SELECT sum((ARRAY[$ten])[1]) FROM generate_series(1, 1000000) g");
	compare('one_hot of 4 levels: CASE', $mode, '<= 2', q{
		SELECT sum((one_hot(v, '{a,b,c,d}'))[3])
		FROM (SELECT chr(97 + customer_id::int % 5) AS v FROM customer) s}, q{
		SELECT sum((ARRAY[CASE WHEN v = 'b' THEN 1 ELSE 0 END, CASE WHEN v = 'c' THEN 1 ELSE 0 END,
		                  CASE WHEN v = 'd' THEN 1 ELSE 0 END]::float8[])[3])
		FROM (SELECT chr(97 + customer_id::int % 5) AS v FROM customer) s});
	my ($a, $b, $c) = ('amount < 60', 'amount BETWEEN 60 AND 120', 'amount > 120');
	compare('retention(3 conditions): bool_or', $mode, '-',
		"SELECT customer_id, retention($a, $b, $c) FROM orders_clustered GROUP BY 1", qq{
		SELECT customer_id,
		       ARRAY[bool_or($a), bool_or($a) AND bool_or($b), bool_or($a) AND bool_or($c)]
		FROM orders_clustered GROUP BY 1});
	compare('window_funnel(3 steps): exact SQL', $mode, '>= 2', qq{
		SELECT customer_id, window_funnel('90 days', ordered_at, $a, $b, $c)
		FROM orders_clustered GROUP BY 1}, qq{
		SELECT customer_id,
		       greatest(max((start1 IS NOT NULL)::int),
		                max(CASE WHEN start2 IS NOT NULL THEN 2 END),
		                max(CASE WHEN $c AND ordered_at - start2 <= '90 days' THEN 3 END))
		FROM (SELECT *,
		             max(start1) FILTER (WHERE $b AND ordered_at - start1 <= '90 days')
		               OVER w AS start2
		      FROM (SELECT *, max(ordered_at) FILTER (WHERE $a) OVER w AS start1
		            FROM orders_clustered
		            WINDOW w AS (PARTITION BY customer_id ORDER BY ordered_at)) s
		      WINDOW w AS (PARTITION BY customer_id ORDER BY ordered_at)) t
		GROUP BY 1});
}

# Fitting and scoring a base of 1,000,000 whose truth is known: what it takes beyond reading the
# rows
if (!$ENV{ONLY} || $ENV{ONLY} =~ /model|value|whole path/)
{
	my $truth = q('{"model": "bg/nbd", "r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, '
		'"time_unit_days": 7}'::retention_model);
	psql("CREATE TABLE base AS SELECT customer_id, purchase_history(purchase_date) AS h
		FROM simulate_customers($truth, 1000000, '2026-01-01', '2026-03-26', '2026-10-01')
		GROUP BY 1", 'VACUUM ANALYZE base');
	my $last = "date '2026-10-01'";
	my $read = "SELECT sum(frequency(h, $last)) FROM base";
	my $beyond = sub
	{
		my ($name, $mode, $scale, $bar, $query, $where, $plain) = @_;
		return if $ENV{ONLY} && "$name, $mode" !~ /$ENV{ONLY}/;
		$plain ||= $read;
		my ($times) =
			measure($mode, $where ? ("$query $where", "$plain $where") : ($query, $plain));
		row("$name, $mode", sprintf('%.3f', $times->[0] / $scale),
			sprintf('%.3f', $times->[1] / $scale),
			sprintf('%.3f', ($times->[0] - $times->[1]) / $scale), $bar);
	};
	print "\nA base of 1,000,000, ", psql('SELECT sum(order_count(h)) FROM base'), ' purchases, ',
		psql(qq{
		SELECT count(*)
		FROM (SELECT DISTINCT frequency(h, $last), recency(h, $last), customer_age(h, $last)
		      FROM base) s}),
		" different customers: beyond reading them\n\n";
	row('what is measured', 'ours', 'reading', 'beyond', 'bar');
	print '|', '-' x 66, '|', '-' x 10, ':|', '-' x 10, ':|', '-' x 8, ':|', '-' x 10, "|\n";
	for my $mode (@modes)
	{
		$beyond->("model: fit $_, s", $mode, 1000, '<= 0.3',
			"SELECT fit_model('$_', h, $last, 7) FROM base")
			for 'bg/nbd', 'mbg/nbd';
		$beyond->('model: fit pareto/nbd, s', $mode, 1000, '<= 2',
			"SELECT fit_model('pareto/nbd', h, $last, 7) FROM base");
		$beyond->('model: fit mbg/cnbd-k, s', $mode, 1000, '-',
			"SELECT fit_model('mbg/cnbd-k', h, $last, 7) FROM base");
		$beyond->('model: fit interpurchase, s', $mode, 1000, '<= 1',
			"SELECT fit_model('interpurchase', h, $last, 7) FROM base");
	}
	# what a comparison takes beyond its fits, for each customer and each of four kinds
	my $fits = join ', ', map { "fit_model('$_', h, $last - 90, 7)" }
		'bg/nbd', 'mbg/nbd', 'mbg/cnbd-k', 'pareto/nbd';
	$beyond->('model: compare_models: its fits, us a customer and kind', $_, 4000, '<= 5',
		"SELECT compare_models(h, $last, '90 days', '{bg/nbd,mbg/nbd,mbg/cnbd-k,pareto/nbd}', 7)
		FROM base", '', "SELECT $fits FROM base")
		for @modes;
	$beyond->('model: p_alive, us a row', 'serial', 1000, '<= 1',
		"SELECT sum(p_alive($truth, h, $last)) FROM base");
	$beyond->('model: expected_purchases of 39 weeks, us a row', 'serial', 1000, '<= 1',
		"SELECT sum(expected_purchases($truth, h, $last, '39 weeks')) FROM base");
	my $pareto = q('{"model": "pareto/nbd", "r": 0.553, "alpha": 10.578, "s": 0.606, '
		'"beta": 11.669, "time_unit_days": 7}'::retention_model);
	$beyond->('model: p_alive of pareto/nbd, us a row', 'serial', 1000, '-',
		"SELECT sum(p_alive($pareto, h, $last)) FROM base");
	$beyond->('model: expected_purchases of pareto/nbd, us a row', 'serial', 1000, '-',
		"SELECT sum(expected_purchases($pareto, h, $last, '39 weeks')) FROM base");
	# the same for all of them together, with limits, of models that know how sure they are
	for my $kind ('bg/nbd', 'mbg/cnbd-k', 'pareto/nbd', 'ggompertz/nbd')
	{
		my $name = "model: expected_total of 39 weeks, $kind, us a row";
		next if $ENV{ONLY} && "$name, serial, parallel" !~ /$ENV{ONLY}/;
		my $model = psql("SELECT fit_model('$kind', h, $last, 7) FROM base");
		$beyond->($name, $_, 1000, '-',
			"SELECT expected_total('$model'::retention_model, h, $last, '39 weeks') FROM base")
			for @modes;
		# and of each segment, against the sums of what is expected, without limits
		compare("model: expected_total of segments: sum(expected_purchases), $kind", $_, '-',
			"SELECT customer_id % 10, expected_total('$model'::retention_model, h, $last,
			'39 weeks') FROM base GROUP BY 1",
			"SELECT customer_id % 10, sum(expected_purchases('$model'::retention_model, h, $last,
			'39 weeks')) FROM base GROUP BY 1")
			for @modes;
	}
	my $spend =
		q('{"model": "gamma-gamma", "p": 6.25, "q": 3.74, "gamma": 15.44}'::retention_model);
	my $median = $spend =~ s/gamma-gamma/gamma-gamma-all/r =~ s/3\.74/0.74/r;
	$beyond->('value: expected_order_value, us a row', 'serial', 1000, '-',
		"SELECT sum(expected_order_value($spend, h, $last)) FROM base");
	$beyond->('value: expected_order_value without a mean, us a row', 'serial', 1000, '-',
		"SELECT sum(expected_order_value($median, h, $last)) FROM base");
	$beyond->('value: clv of a year, bg/nbd, us a row', 'serial', 1000, '<= 5',
		"SELECT sum(clv($truth, $spend, h, $last, '1 year', 0.1)) FROM base");
	$beyond->('value: clv of a year, pareto/nbd, us a row', 'serial', 1000, '<= 5',
		"SELECT sum(clv($pareto, $spend, h, $last, '1 year', 0.1)) FROM base");
	# one in 25 of them: 40 us a row
	$beyond->('value: clv for ever, bg/nbd, us a row', 'serial', 40, '-',
		"SELECT sum(clv($truth, $spend, h, $last, 0.1)) FROM base", 'WHERE customer_id % 25 = 0');
	$beyond->('value: clv for ever, pareto/nbd, us a row', 'serial', 40, '-',
		"SELECT sum(clv($pareto, $spend, h, $last, 0.1)) FROM base", 'WHERE customer_id % 25 = 0');
	$beyond->('value: value_at_risk of a year, bg/nbd, us a row', 'serial', 1000, '<= 5',
		"SELECT sum(value_at_risk($truth, $spend, h, $last, '1 year', 0.1)) FROM base");
	whole_path($truth);
	print "\n";
	row('what is measured', 'ours, ms', 'plain, ms', 'ratio', 'bar');
	print '|', '-' x 66, '|', '-' x 10, ':|', '-' x 10, ':|', '-' x 8, ':|', '-' x 10, "|\n";
}

# The same of three years of seasonal purchases: with a season and without
if (!$ENV{ONLY} || $ENV{ONLY} =~ /season/)
{
	my $season = q({"months": [0.78, 0.8, 0.92, 0.98, 1, 0.95, 0.88, 0.8, 0.98, 1.08, 1.28, 1.55]});
	my $model = sub
	{
		my ($parameters, $with) = @_;
		return "'{$parameters" . ($with ? qq(, "season": $season) : '') . "}'::retention_model";
	};
	my $mbg = '"model": "mbg/nbd", "r": 0.8, "alpha": 60, "a": 0.8, "b": 2.5';
	my $pareto = '"model": "pareto/nbd", "r": 0.8, "alpha": 60, "s": 0.6, "beta": 300';
	my $cycle = '"model": "interpurchase", "k": 1, "r": 1.5, "alpha": 60';
	my $spend =
		q('{"model": "gamma-gamma", "p": 6.25, "q": 3.74, "gamma": 15.44}'::retention_model);
	psql("CREATE TABLE seasonal AS SELECT customer_id, purchase_history(purchase_date) AS h
		FROM simulate_customers(@{[$model->($mbg, 1)]}, 1000000, '2023-07-01', '2026-06-30',
			'2026-09-30')
		GROUP BY 1", 'VACUUM ANALYZE seasonal');
	my $last = "date '2026-09-30'";
	my $both = sub
	{
		my ($name, $bar, $query, $parameters) = @_;
		return if $ENV{ONLY} && "$name, serial" !~ /$ENV{ONLY}/;
		my ($times) = measure('serial', map { $query->($model->($parameters, $_)) } 1, 0);
		row("$name, serial", sprintf('%.3f', $times->[0] / 1000),
			sprintf('%.3f', $times->[1] / 1000),
			sprintf('%.3f', ($times->[0] - $times->[1]) / 1000), $bar);
	};
	print "\nA base of 1,000,000 seen for three years, ",
		psql('SELECT sum(order_count(h)) FROM seasonal'),
		" purchases: with a season and without\n\n";
	row('what is measured', 'with', 'without', 'ratio', 'bar');
	print '|', '-' x 66, '|', '-' x 10, ':|', '-' x 10, ':|', '-' x 8, ':|', '-' x 10, "|\n";
	for my $mode (@modes)
	{
		compare('season: fit_season, ms: fit mbg/nbd', $mode, '<= 3',
			"SELECT fit_season(h, $last) FROM seasonal",
			"SELECT fit_model('mbg/nbd', h, $last) FROM seasonal");
		compare("season: fit $_ with one, ms", $mode, '<= 3',
			"SELECT fit_model('$_', h, $last, 1, '$season') FROM seasonal",
			"SELECT fit_model('$_', h, $last) FROM seasonal")
			for 'mbg/nbd', 'pareto/nbd', 'interpurchase';
	}
	print "\n";
	row('what is measured', 'with', 'without', 'beyond', 'bar');
	print '|', '-' x 66, '|', '-' x 10, ':|', '-' x 10, ':|', '-' x 8, ':|', '-' x 10, "|\n";
	for my $parameters ($mbg, $pareto)
	{
		my ($kind) = $parameters =~ /"model": "([^"]+)"/;
		$both->("season: p_alive, $kind, us a row", '<= 0.3',
			sub { "SELECT sum(p_alive($_[0], h, $last)) FROM seasonal" }, $parameters);
		$both->("season: expected_purchases of a year, $kind, us a row", '<= 0.3',
			sub { "SELECT sum(expected_purchases($_[0], h, $last, '1 year')) FROM seasonal" },
			$parameters);
		$both->("season: clv of three years, $kind, us a row", 'with <= 10',
			sub { "SELECT sum(clv($_[0], $spend, h, $last, '3 years', 0.1)) FROM seasonal" },
			$parameters);
	}
	$both->('season: purchase_cycle, us a row', '-',
		sub { "SELECT sum((purchase_cycle(h, $last, $_[0])).elapsed_days) FROM seasonal" }, $cycle);
	psql('DROP TABLE seasonal');
}

# What is known of 1,000,000 customers inside the models: four covariates, of which all customers
# differ in one, and of which there are 30 kinds of customers; and without
if (!$ENV{ONLY} || $ENV{ONLY} =~ /covariates/)
{
	psql("CREATE TABLE known AS
		SELECT customer_id % 2 AS a, customer_id % 3 AS b, customer_id % 5 AS c,
		       customer_id * 7919.0 % 1000003 AS d, purchase_history(purchase_date) AS h
		FROM simulate_customers('{\"model\": \"bg/nbd\", \"r\": 0.8, \"alpha\": 84, \"a\": 0.9,
		                          \"b\": 2.5}', 1000000, '2023-01-01', '2023-12-31', '2025-06-30')
		GROUP BY customer_id", 'VACUUM ANALYZE known');
	print "\nA base of 1,000,000 with four covariates, and without\n\n";
	row('what is measured', 'with', 'without', 'ratio', 'bar');
	print '|', '-' x 66, '|', '-' x 10, ':|', '-' x 10, ':|', '-' x 8, ':|', '-' x 10, "|\n";
	for my $kind ('bg/nbd', 'pareto/nbd')
	{
		my $bar = $kind eq 'bg/nbd' ? '<= 15' : '-';
		my $without = "SELECT fit_model('$kind', h, '2025-06-30', 7) FROM known";

		for my $mode (@modes)
		{
			compare("covariates: fit $kind, 30 kinds of customers, ms", $mode, $bar,
				"SELECT fit_model('$kind', h, '2025-06-30', 7, NULL,
				                  ARRAY[a, b, c, c % 2]) FROM known", $without);
			compare("covariates: fit $kind, all customers different, ms", $mode, $bar,
				"SELECT fit_model('$kind', h, '2025-06-30', 7, NULL,
				                  ARRAY[a, b, c, d]::float8[]) FROM known", $without);
		}
	}
	psql('DROP TABLE known');
}

# The retention mart: made, a day's orders written down and read, refreshed, by stage
if (!$ENV{ONLY} || $ENV{ONLY} =~ /mart/)
{
	my $day = int($orders / 1000);
	my @quiet = ('SET client_min_messages = error', 'SET max_parallel_workers_per_gather = 4');
	psql(@quiet,
		"SELECT create_retention_mart('orders_time', 'customer_id', 'ordered_on', 'amount')",
		'VACUUM ANALYZE retention_mart.customer_history');
	psql('CREATE TABLE orders_plain AS TABLE orders_time',
		'CREATE TABLE stage (round int, step int, name text, ms float8)',
		"CREATE PROCEDURE run_steps(round int, phase text) LANGUAGE plpgsql AS \$\$
		DECLARE
			s record;
			begun timestamptz;
		BEGIN
			FOR s IN
				SELECT *
				FROM retention_mart_steps((
					SELECT to_jsonb(m)
					       || jsonb_build_object('phase', phase, 'read_from', m.as_of - 30)
					       || (SELECT jsonb_object_agg(part, text)
					           FROM retention_mart.model,
					                LATERAL (VALUES
					                    (retention_mart_model_use(kind), model::text),
					                    (CASE retention_mart_model_use(kind)
					                         WHEN 'base_model' THEN 'base_kind' END,
					                     kind)) AS p(part, text)
					           WHERE chosen AND part IS NOT NULL)
					       || (SELECT jsonb_build_object('preferred',
					               coalesce(jsonb_agg(kind ORDER BY preference), '[]'))
					           FROM retention_mart.model_comparison
					           WHERE as_of = m.as_of AND preference IS NOT NULL)
					FROM retention_mart.settings m))
				ORDER BY step
			LOOP
				begun := clock_timestamp();
				EXECUTE s.statement;
				INSERT INTO stage VALUES (round, s.step, s.name,
					extract(epoch FROM clock_timestamp() - begun) * 1000);
			END LOOP;
		END \$\$");
	my (@with, @without);
	for my $round (1 .. $repeat)
	{
		my $rows = qq{
			SELECT (hashint8(g * $round) & 2147483647) % $customers, timestamptz '2026-07-01',
			       date '2026-07-01', 20
			FROM generate_series(1, $day) g};
		my @times = psql(
			map { "EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) INSERT INTO $_ $rows" }
			'orders_plain', 'orders_time')
			=~ /Execution Time: ([\d.]+)/g;
		push @without, $times[0];
		push @with, $times[1];
		psql(@quiet, "CALL run_steps($round, 'read changes')");
	}
	psql(@quiet,
		map { ("CALL run_steps($_, 'read recent')", "CALL run_steps($_, 'read all')") }
		1 .. $repeat);
	psql(@quiet,
		map { ("CALL run_steps($_, 'compare')", "CALL run_steps($_, 'fit')",
			"CALL run_steps($_, 'write')") }
		1 .. ($big ? 1 : $repeat));
	my %ms = map { split /\|/ } split /\n/, psql(q{
		SELECT name, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)
		FROM stage GROUP BY step, name});
	print "\nA retention mart of $customers customers, $orders orders, ",
		"brought up to date with $day orders more\n\n";
	row('what is measured', 'ms', 'floor, ms', 'ratio', 'bar');
	print '|', '-' x 66, '|', '-' x 10, ':|', '-' x 10, ':|', '-' x 8, ':|', '-' x 10, "|\n";
	row('mart: histories after a day: building them', sprintf('%.1f', $ms{'read changes'}),
		sprintf('%.1f', $ms{'read all orders'}),
		sprintf('%.3f', $ms{'read changes'} / $ms{'read all orders'}), '<= 0.02');
	row('mart: the last 30 days by a high-water mark: building',
		sprintf('%.1f', $ms{'read recent orders'}), sprintf('%.1f', $ms{'read all orders'}),
		sprintf('%.3f', $ms{'read recent orders'} / $ms{'read all orders'}), '-');
	row('mart: a day of orders with triggers: without', sprintf('%.1f', median(@with)),
		sprintf('%.1f', median(@without)), sprintf('%.2f', median(@with) / median(@without)), '-');
	my $total = 0;
	for my $line (split /\n/, psql(qq{
			SELECT step, name, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)
			FROM stage WHERE name NOT LIKE 'read%' GROUP BY 1, 2 ORDER BY 1}))
	{
		my ($step, $name, $time) = split /\|/, $line;
		$total += $time;
		row("  $name", sprintf('%.1f', $time), sprintf('%.1f', $ms{'read all orders'}),
			sprintf('%.2f', $time / $ms{'read all orders'}), '-');
	}
	row('mart: what follows from the histories', sprintf('%.1f', $total),
		sprintf('%.1f', $ms{'read all orders'}), sprintf('%.2f', $total / $ms{'read all orders'}),
		'-');
	my @page = psql(@quiet,
		map { 'EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) SELECT retention_review_html()' }
		1 .. $repeat)
		=~ /Execution Time: ([\d.]+)/g;
	row('mart: the page of the review', sprintf('%.1f', median(@page)),
		sprintf('%.1f', $ms{'read all orders'}),
		sprintf('%.2f', median(@page) / $ms{'read all orders'}), '-');
	psql(@quiet, 'SELECT drop_retention_mart()', 'DROP TABLE orders_plain, stage',
		'DROP PROCEDURE run_steps');
	print "\n";
	row('what is measured', 'ours, ms', 'plain, ms', 'ratio', 'bar');
	print '|', '-' x 66, '|', '-' x 10, ':|', '-' x 10, ':|', '-' x 8, ':|', '-' x 10, "|\n";
}

# Window functions on rows that an index delivers in order, so that no sort hides the work; and with
# one
unless ($big || ($ENV{ONLY} && $ENV{ONLY} !~ /window/))
{
	psql('CREATE INDEX ON orders_clustered (customer_id, ordered_at)',
		'VACUUM ANALYZE orders_clustered');
	my $over = 'OVER (PARTITION BY customer_id ORDER BY ordered_at)';
	my $w = 'WINDOW w AS (PARTITION BY customer_id ORDER BY ordered_at)';
	my $gaps = qq{
		SELECT customer_id, ordered_at, row_number() OVER w AS n,
		       extract(epoch FROM ordered_at - lag(ordered_at) OVER w)::float8 / 86400 AS gap
		FROM orders_clustered $w};
	# the shape of a gamma distribution by Minka's approximation
	my $plain = qq{
		SELECT n, gap,
		       gap / nullif(avg(gap) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0),
		       mean, (3 - s + sqrt((s - 3) * (s - 3) + 24 * s)) / (12 * s),
		       ordered_at + mean * interval '1 day'
		FROM (SELECT *, avg(gap) OVER w AS mean,
		             nullif(greatest(ln(avg(gap) OVER w) - avg(ln(gap)) OVER w, 0), 0) AS s
		      FROM ($gaps) g $w) h $w};
	my @sorted = @{ $settings{serial} };
	for my $order ('from an index', 'with a sort')
	{
		$settings{serial} = [ @sorted,
			$order eq 'with a sort'
			? ('SET enable_indexscan = off', 'SET enable_indexonlyscan = off')
			: ('SET enable_sort = off', 'SET enable_seqscan = off',
				'SET enable_bitmapscan = off') ];
		compare("window: days_since_previous, $order: ts - lag(ts)", 'serial', '<= 1.1',
			"SELECT days_since_previous(ordered_at) $over FROM orders_clustered",
			"SELECT ordered_at - lag(ordered_at) $over FROM orders_clustered");
		compare("window: running_cycle, $order: plain SQL", 'serial', '>= 2',
			"SELECT running_cycle(ordered_at) $over FROM orders_clustered", $plain);
		compare("window: session_id, $order: plain SQL", 'serial', '-',
			"SELECT session_id(ordered_at, '30 days') $over FROM orders_clustered", qq{
			SELECT sum(new) OVER w
			FROM (SELECT customer_id, ordered_at,
			             (ordered_at - lag(ordered_at) OVER w > '30 days')::int AS new
			      FROM orders_clustered $w) s $w});
		compare("window: decayed_sum, $order: sum", 'serial', '-',
			"SELECT decayed_sum(amount, ordered_at, '30 days') $over FROM orders_clustered",
			"SELECT sum(amount) $over FROM orders_clustered");
	}
	$settings{serial} = \@sorted;
}

unless ($big || $ENV{ONLY})
{
	my $rows = psql('SELECT count(*) FROM orders_clustered WHERE customer_id < 10000');
	for my $days (30, 90, 365)
	{
		my ($times) = measure('serial', qq{
			SELECT purchase_history(ordered_on, amount)
			         OVER (PARTITION BY customer_id % 100 ORDER BY ordered_on
			               RANGE '$days days' PRECEDING)
			FROM orders_clustered WHERE customer_id < 10000});
		row("moving history over $days days, us a row of $rows",
			sprintf('%.2f', $times->[0] * 1000 / $rows), '-', '-', 'linear');
	}
}

my ($times, $memory) = measure('serial',
	'SELECT customer_id, purchase_history(ordered_on, amount) FROM twenty GROUP BY 1',
	'SELECT customer_id, array_agg(ordered_on) FROM twenty GROUP BY 1',
	'SELECT customer_id, count(*) FROM twenty GROUP BY 1');
row('bytes a customer of 20 purchases while aggregating',
	sprintf('%.0f', $memory->[0] * 1024 / 100000), '-', '-', '<= 400');
row('  the same: array_agg(date) alone', '-', sprintf('%.0f', $memory->[1] * 1024 / 100000), '-',
	'-');
row('  the same: count(*)', '-', sprintf('%.0f', $memory->[2] * 1024 / 100000), '-', '-');
row('bytes stored a purchase',
	psql('SELECT round(sum(pg_column_size(h)) / sum(order_count(h)), 2) FROM customer'), '-', '-',
	'<= 6');
