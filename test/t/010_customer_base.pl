# Models of a customer base: every matching row of the reference values, and of the
# grid of random parameters and histories.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $data = "$ENV{RETENTION_SHARED}/data";
plan skip_all => 'no shared data here' unless -r "$data/reference_values.csv";

my $node = PostgreSQL::Test::Cluster->new('customer_base');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION retention');

# The logs as the rows of the reference values take them
my %end = (
	cdnow_sample => '1997-09-30',
	grocery => '2006-12-31',
	retailer_transaction_log => '2019-03-31',
	uci_online_retail => '2011-12-09',
	donations_1995 => '2001-12-31',
	kiwibubbles => '2001-12-30',
	edible_grocery_panel => '2002-12-23');
foreach my $name (sort keys %end)
{
	my $where = $name eq 'uci_online_retail' ? 'WHERE amount > 0' : '';
	$node->safe_psql('postgres', qq{
		CREATE TABLE ${name}_orders (customer_id text, ordered_at timestamp, amount numeric);
		COPY ${name}_orders FROM '$data/${name}_orders.csv' (FORMAT csv, HEADER);
		CREATE TABLE $name AS
		SELECT customer_id, purchase_history(ordered_at) AS h
		FROM ${name}_orders $where GROUP BY 1});
}
my %fitted;

sub query
{
	return $node->safe_psql('postgres', "SET extra_float_digits = 1; $_[0]");
}

# Fitted once, in weeks, or in years
sub fitted
{
	my ($kind, $name) = @_;
	my $unit = $kind eq 'bg/bb' ? 365.25 : 7;
	return $fitted{"$kind $name"} //=
		query("SELECT fit_model('$kind', h, '$end{$name}', $unit) FROM $name");
}

my %kind = ('BG/NBD' => 'bg/nbd', 'MBG/NBD' => 'mbg/nbd', 'BG/CNBD-k' => 'bg/cnbd-k',
	'MBG/CNBD-k' => 'mbg/cnbd-k', 'Pareto/NBD' => 'pareto/nbd');
my $looked_at = 0;
open(my $in, '<', "$data/reference_values.csv") or die $!;
while (my $line = <$in>)
{
	my ($model, $name, $quantity, $inputs, $value, $tolerance) = split /,/, $line;
	next unless $kind{$model};
	# what a customer is worth has functions of its own
	next if $quantity =~ /^det?r?t?(_new_customer)?$/;
	my %input = map { split /=/, $_, 2 } grep { /=/ } split /;/, $inputs;
	my $kind = $kind{$model};
	my $found;
	if (exists $input{r})
	{
		my $typed = "'{\"model\": \"$kind\", "
			. join(', ',
			map { "\"$_\": $input{$_}" } grep { exists $input{$_} } qw(k r alpha a b s beta))
			. ", \"time_unit_days\": 7}'::retention_model";
		my $customer = join(', ', $typed, grep { defined } @input{qw(x t_x T)});
		# the library's formula is an approximation for regular buyers; ours is checked against
		# simulated customers in the core's tests
		if ($quantity eq 'cond_expected_transactions' && ($input{k} // 1) > 1)
		{
			$found = query("SELECT expected_purchases($customer, $input{t})");
			cmp_ok(abs($found / $value - 1), '<', 0.06,
				"$model $quantity $inputs: $found near the approximation $value");
			$looked_at++;
			next;
		}
		my %sql = (
			loglik_individual => "log_likelihood($customer"
				. (exists $input{sum_log_itt} ? ", $input{sum_log_itt})" : ')'),
			p_alive => "p_alive($customer)",
			cond_expected_transactions => "expected_purchases($customer, $input{t})",
			p_zero_future => "1 - purchase_probability($customer, $input{t})",
			expected_transactions_new => "expected_purchases($typed, $input{t})",
			p_alive_at_T_plus_t => "p_alive($customer, $input{t})",
			pmf => "purchase_pmf($typed, $input{x}, $input{t})",
			loglik => "(SELECT sum(log_likelihood($typed, h, '$end{cdnow_sample}')) FROM $name)");
		no warnings 'uninitialized';
		$found = query("SELECT $sql{$quantity}");
	}
	elsif ($quantity =~ /^param_(\w+)/)
	{
		$found = query("SELECT parameter('" . fitted($kind, $name) . "', '$1')");
	}
	elsif ($quantity eq 'loglik')
	{
		$found = query("SELECT log_likelihood('"
			. fitted($inputs =~ /k fixed=(\d+)/ ? "mbg/cnbd-$1" : $kind, $name)
			. "'::retention_model)");
	}
	elsif ($quantity eq 'std_error')
	{
		# four numbers in one row
		my ($names, $values) = $line =~ /,(r;[a-z;]+),([\d.;]+),/;
		my @parameter = split /;/, $names;
		foreach my $expected (split /;/, $values)
		{
			my $parameter = shift @parameter;
			my $error = query("SELECT standard_error('" . fitted($kind, $name)
				. "', '$parameter')");
			cmp_ok(abs($error / $expected - 1), '<=', 0.02,
				"$model standard error of $parameter: $error");
		}
		$looked_at++;
		next;
	}
	else
	{
		my $m = "'" . fitted($kind, $name) . "'::retention_model";
		my ($x) = $inputs =~ /x=(\d+)/;
		my ($t) = $inputs =~ /t=(\d+)/;
		my $expected = sub { "expected_purchases($m, h, '$end{$name}', interval '1 week' * $t)" };
		my %sql = (
			mean_cond_expected_by_x => sub {
				'avg(' . $expected->() . ") FROM $name WHERE frequency(h, '$end{$name}') = $x" },
			sum_p_alive => sub { "sum(p_alive($m, h, '$end{$name}')) FROM $name" },
			sum_cond_expected => sub { 'sum(' . $expected->() . ") FROM $name" },
			mae_holdout => sub {
				'avg(abs(' . $expected->()
				. " - coalesce(purchase_days(slice(h, '[2007-01-01,)')), 0))) FROM $name" });
		$found = query('SELECT ' . $sql{$quantity}->());
	}
	$tolerance = $tolerance =~ /^rel ([\d.e-]+)(%?)/ ? $1 * ($2 ? 0.01 : 1) * abs($value)
		: $tolerance;
	# the library's approximation again: the exact expectation errs less
	if ($quantity eq 'mae_holdout')
	{
		cmp_ok($found, '<', $value, "$model $name $quantity $inputs: $found");
		$looked_at++;
		next;
	}
	cmp_ok(abs($found - $value), '<=', $tolerance, "$model $name $quantity $inputs: $found");
	$looked_at++;
}
close $in;
cmp_ok($looked_at, '==', 221, 'all rows of these models');

# opportunities
open($in, '<', "$data/reference_values.csv") or die $!;
$looked_at = 0;
while (my $line = <$in>)
{
	my ($model, $name, $quantity, $inputs, $value, $tolerance) = split /,/, $line;
	next unless $model eq 'BG/BB' && $quantity ne 'dert';
	my %input = map { split /=/, $_, 2 } grep { /=/ } split /;/, $inputs;
	my $json = exists $input{alpha}
		? '{"model": "bg/bb", '
		. join(', ', map { "\"$_\": $input{$_}" } qw(alpha beta gamma delta)) . '}'
		: fitted('bg/bb', 'donations_1995');
	my $m = "'$json'::retention_model";
	my $customer = join(', ', $m, grep { defined } @input{qw(x t_x n)});
	my ($parameter) = $quantity =~ /^param_(\w+)/;
	no warnings 'uninitialized';
	my ($horizon) = $input{'n*'} =~ /^(\d+)/;
	my %sql = (
		loglik => "log_likelihood($m)",
		expected_transactions_new => "expected_purchases($m, $input{n}::float8)",
		p_alive_next => "p_alive($customer, $input{m})",
		cond_expected_transactions => "expected_purchases($customer, $horizon)",
		pmf => "purchase_pmf($m, $input{x}, $input{n}::float8)",
		sum_cond_expected => "sum(expected_purchases($m, h, '$end{donations_1995}',
			interval '$horizon years')) FROM donations_1995",
		expected_customers_with_x => "count(*) * purchase_pmf($m, $input{x},
			interval '$input{n} years') FROM donations_1995");
	my $found = query('SELECT ' . ($parameter ? "parameter($m, '$parameter')" : $sql{$quantity}));
	$tolerance = $1 * $value if $tolerance =~ /^rel ([\d.e-]+)/;
	cmp_ok(abs($found - $value), '<=', $tolerance, "$model $name $quantity $inputs: $found");
	$looked_at++;
}
close $in;
cmp_ok($looked_at, '==', 35, 'all rows of opportunities');
my $donations = fitted('bg/bb', 'donations_1995');
is(query(qq{
	CREATE TABLE frequencies (x float8, t_x float8, n float8, weight float8);
	COPY frequencies FROM '$data/donations_1995_bgbb_rf.csv' (FORMAT csv, HEADER);
	SELECT fit_model('bg/bb', x, t_x, n, weight, 365.25)::text::jsonb =
	       '$donations'::jsonb - 'fitted_as_of' FROM frequencies}),
	't', 'from the table of frequencies as from histories');
is(query(qq{
	SELECT fit_model('bg/bb', h,
	                 make_date(extract(year FROM date '$end{donations_1995}')::int, 3, 1),
	                 365.25)::text::jsonb - 'fitted_as_of' = '$donations'::jsonb - 'fitted_as_of'
	FROM (SELECT purchase_history(make_date(extract(year FROM ordered_at)::int, 3, 1)) AS h
	      FROM donations_1995_orders GROUP BY customer_id) d}),
	't', 'dated the 1st of March as dated the 1st of January');

# contracts: the survivors of each segment as rows of the reference values take them, and the
# cohorts of a note
$node->safe_psql('postgres', qq{
	CREATE TABLE survivors (t int, regular float8, high_end float8);
	COPY survivors FROM '$data/sbg_survival_fader_hardie_2007.csv' (FORMAT csv, HEADER);
	CREATE TABLE contracts AS
	SELECT segment, t, lag(n) OVER (PARTITION BY segment ORDER BY t) - n AS lost, n AS kept
	FROM (SELECT 'regular' AS segment, t, regular AS n FROM survivors
	      UNION ALL SELECT 'high_end', t, high_end FROM survivors) s;
	CREATE TABLE cohorts (cohort int, period int, active float8);
	COPY cohorts FROM '$data/sbg_multicohort_note17.csv' (FORMAT csv, HEADER)});
open($in, '<', "$data/reference_values.csv") or die $!;
$looked_at = 0;
while (my $line = <$in>)
{
	my ($model, $name, $quantity, $inputs, $value, $tolerance) = split /,/, $line;
	next unless $model =~ /^(sBG|BdW)$/ && $quantity ne 'residual_lifetime_value';
	my $kind = lc $model;
	my %input = map { split /=/, $_, 2 } grep { /=/ } split /;/, $inputs;
	my ($segment) = $name =~ /:(\w+)/;
	my ($last) = $inputs =~ /periods 0-(\d)/;
	$last //= 7;
	my $rows = $segment ? qq{(
			SELECT t, true AS churned, lost AS weight
			FROM contracts WHERE segment = '$segment' AND t BETWEEN 1 AND $last
			UNION ALL SELECT t, false, kept
			FROM contracts WHERE segment = '$segment' AND t = $last)}
		: q{(
			SELECT period - cohort AS t, true AS churned, before - active AS weight
			FROM (SELECT *, lag(active) OVER (PARTITION BY cohort ORDER BY period) AS before
			      FROM cohorts) c
			WHERE before IS NOT NULL
			UNION ALL SELECT period - cohort, false, active FROM cohorts WHERE period = 2005)};
	my $typed;
	$typed = "'{\"model\": \"$kind\", \"alpha\": $input{alpha}, \"beta\": $input{beta}}'"
		. '::retention_model'
		if exists $input{alpha};
	my ($parameter) = $quantity =~ /^param_(\w+)/;
	no warnings 'uninitialized';
	my $found = query(
		$quantity eq 'survival' ? "SELECT survival_probability($typed, $input{t})"
		: defined $typed ? qq{
			SELECT sum(weight * ln(CASE WHEN churned
			                            THEN survival_probability($typed, t - 1)
			                                 - survival_probability($typed, t)
			                            ELSE survival_probability($typed, t) END))
			FROM $rows r}
		: $quantity eq 'loglik'
		? "SELECT log_likelihood(fit_model('$kind', t, churned, weight)) FROM $rows r"
		: "SELECT parameter(fit_model('$kind', t, churned, weight), '$parameter') FROM $rows r");
	cmp_ok(abs($found - $value), '<=', $tolerance, "$model $name $quantity $inputs: $found");
	$looked_at++;
}
close $in;
cmp_ok($looked_at, '==', 24, 'all rows of contracts');

# the grid: 250 random parameters and histories, values from mpmath
is(query(qq{
	CREATE TABLE grid (r float8, alpha float8, s float8, beta float8, a float8, b float8, x float8,
	                   t_x float8, T float8, horizon float8, pareto1 float8, pareto2 float8,
	                   pareto3 float8, pareto4 float8, log_likelihood float8, p_alive float8,
	                   expected float8, expected_new float8);
	COPY grid FROM '$data/oracle_stress_grid.csv' (FORMAT csv, HEADER);
	SELECT count(*),
	       count(*) FILTER (WHERE abs(log_likelihood(m, x, t_x, T) - log_likelihood) <=
	                              1e-8 * abs(log_likelihood)),
	       count(*) FILTER (WHERE abs(p_alive(m, x, t_x, T) - p_alive) <= 1e-8 * p_alive),
	       count(*) FILTER (WHERE abs(expected_purchases(m, x, t_x, T, horizon)
	                                  - expected) <= 1e-8 * expected),
	       count(*) FILTER (WHERE abs(expected_purchases(m, horizon)
	                                  - expected_new) <= 1e-8 * expected_new)
	FROM (SELECT *,
	             json_build_object('model', 'bg/nbd', 'r', r, 'alpha', alpha, 'a', a, 'b',
	                               b)::text::retention_model AS m
	      FROM grid) g}),
	'250|250|250|250|250', 'bg/nbd: all rows of the grid within 1e-8');
is(query(q{
	SELECT count(*),
	       count(*) FILTER (WHERE abs(log_likelihood(m, x, t_x, T)
	                                  - pareto1) <= 1e-8 * abs(pareto1)),
	       count(*) FILTER (WHERE abs(p_alive(m, x, t_x, T) - pareto2) <= 1e-8 * pareto2),
	       count(*) FILTER (WHERE abs(expected_purchases(m, x, t_x, T, horizon)
	                                  - pareto3) <= 1e-8 * pareto3)
	FROM (SELECT *,
	             json_build_object('model', 'pareto/nbd', 'r', r, 'alpha', alpha, 's', s, 'beta',
	                               beta)::text::retention_model AS m
	      FROM grid) g}),
	'250|250|250|250', 'pareto/nbd: all rows of the grid within 1e-8');

# Where the likelihood rises toward a boundary the fit says so, and to which
my %on_boundary = (
	'uci_online_retail pareto/nbd' => 'no dropout',
	(map { ("edible_grocery_panel $_" => 'no dropout') } 'bg/nbd', 'mbg/nbd', 'pareto/nbd'),
	'donations_1995 mbg/nbd' => 'purchase rates alike',
	'donations_1995 pareto/nbd' => 'purchase rates alike',
	'donations_1995 bg/nbd' => 'dropout probabilities alike',
	'ggompertz/nbd' => '');

# in days and in weeks the same likelihood up to the change of unit, whose density has n log 7 less
foreach my $name (sort keys %end)
{
	foreach my $kind ('bg/nbd', 'mbg/nbd', 'mbg/cnbd-k', 'pareto/nbd', 'ggompertz/nbd')
	{
		my $limit = $on_boundary{"$name $kind"} // $on_boundary{$kind};

		is(query(qq{
			SELECT abs(log_likelihood(d) + purchases * ln(7::float8) - log_likelihood(w)) <=
			       1e-9 * abs(log_likelihood(w)),
			       abs(parameter(d, 'alpha') / parameter(w, 'alpha') / 7 - 1) < 1e-3, converged(d),
			       converged(w),
			       at_limit(d) IS NOT DISTINCT FROM at_limit(w)
			       AND coalesce(at_limit(d), '') LIKE '%' || '@{[$limit // '']}' || '%'
			FROM (SELECT fit_model('$kind', h, '$end{$name}') AS d,
			             fit_model('$kind', h, '$end{$name}', 7) AS w,
			             sum(frequency(h, '$end{$name}')) AS purchases
			      FROM $name) s}),
			defined $limit ? 't|t|f|f|t' : 't|t|t|t|t',
			"$name, $kind: in days as in weeks" . ($limit ? "; at a limit: $limit" : ''));
	}
}

# from numbers as from histories; collapsed by hand with weights as row by row
is(query(qq{
	SELECT fit_model('bg/nbd', h, '1997-09-30')::text::jsonb - 'fitted_as_of' =
	       fit_model('bg/nbd', frequency(h, d), recency(h, d), customer_age(h, d))::text::jsonb,
	       (SELECT fit_model('bg/nbd', x, t_x, T, n)::text::jsonb
	        FROM (SELECT frequency(h, d) AS x, recency(h, d) AS t_x, customer_age(h, d) AS T,
	                     count(*)::float8 AS n
	              FROM cdnow_sample, (VALUES (date '1997-09-30')) v(d) GROUP BY 1, 2, 3) s) =
	       fit_model('bg/nbd', h, '1997-09-30')::text::jsonb - 'fitted_as_of'
	FROM cdnow_sample, (VALUES (date '1997-09-30')) v(d)}),
	't|t', 'from x, t_x and T as from histories, with weights as without');

# ageing customers: values from mpmath, made with the paper's density of a life
is(query(qq{
	CREATE TABLE ggompertz (r float8, alpha float8, b float8, s float8, beta float8, x float8,
	                        t_x float8, T float8, horizon float8, log_likelihood float8,
	                        p_alive float8, expected float8, again float8, two float8);
	COPY ggompertz FROM '$ENV{RETENTION_ROOT}/test/data/ggompertz.csv' (FORMAT csv, HEADER);
	SELECT count(*),
	       count(*) FILTER (WHERE abs(log_likelihood(m, x, t_x, T) - log_likelihood) <=
	                              1e-10 * greatest(1, abs(log_likelihood))),
	       count(*) FILTER (WHERE abs(p_alive(m, x, t_x, T) - p_alive) <= 1e-9 * p_alive),
	       count(*) FILTER (WHERE abs(expected_purchases(m, x, t_x, T, horizon)
	                                  - expected) <= 1e-9 * expected),
	       count(*) FILTER (WHERE abs(purchase_probability(m, x, t_x, T, horizon)
	                                  - again) <= 1e-9 * again),
	       count(*) FILTER (WHERE x = 0 AND T = 0)
	FROM (SELECT *,
	             json_build_object('model', 'ggompertz/nbd', 'r', r, 'alpha', alpha, 'b', b, 's', s,
	                               'beta', beta)::text::retention_model AS m
	      FROM ggompertz) g}),
	'60|60|60|60|60|0', 'ggompertz/nbd: all golden values');

# known parameters come back, from a thousand customers to a million: within four standard errors,
# smaller by the root of the number; in units of 700 days, so that whole days do not count
foreach my $kind ('bg/nbd', 'pareto/nbd')
{
	my %truth = $kind eq 'bg/nbd' ? (r => 0.243, alpha => 4.414, a => 0.793, b => 2.426)
		: (r => 0.553, alpha => 10.578, s => 0.606, beta => 11.669);
	my $typed = "'{\"model\": \"$kind\", "
		. join(', ', map { "\"$_\": $truth{$_}" } sort keys %truth)
		. ", \"time_unit_days\": 700}'::retention_model";
	my $last;
	foreach my $customers (1000, 10000, 100000, 1000000)
	{
		my $m = query(qq{
			SELECT fit_model('$kind', h, '1974-12-31', 700)
			FROM (SELECT purchase_history(purchase_date) AS h
			      FROM simulate_customers($typed, $customers, '1900-01-01', '1923-01-01',
			                              '1974-12-31', $customers)
			      GROUP BY customer_id) s});
		my @z = map { query(qq{
				SELECT ln(parameter(m, '$_') / $truth{$_}) * parameter(m, '$_')
				       / standard_error(m, '$_')
				FROM (SELECT '$m'::retention_model AS m) s}) } sort keys %truth;
		ok((grep { abs($_) < 4 } @z) == 4,
			"$kind, $customers customers: " . join(', ', map { sprintf '%.1f', $_ } @z)
			. ' standard errors from the truth');
		my $error = query("SELECT standard_error('$m', 'r')");
		cmp_ok(abs($last / $error / sqrt(10) - 1), '<', 0.25,
			"  whose errors are smaller by the root of ten")
			if defined $last && $customers > 10000;
		$last = $error;
	}
}

# tracking: actual and expected repeat purchases, cumulative by week, by one query; fitted up to
# week 39, seen up to week 77. What happened is counted from the orders, too
# Pareto/NBD with covariates, the logarithm of the first amount and whether that was on a weekend:
# the maximum that R's optim (BFGS, reltol 1e-14) finds of the likelihood of Fader, Hardie (2005)
# with alpha exp(-eta), beta exp(-eta), its integral by 48 points of Gauss and Legendre, and the
# errors by its Hessian
my @known = split /\|/, query(q{
	SELECT log_likelihood(m),
	       (SELECT string_agg(coefficient || '|' || std_error, '|' ORDER BY process DESC, covariate)
	        FROM model_effects(m))
	FROM (SELECT fit_model('pareto/nbd', h, '1997-09-30', 7, NULL,
	                       ARRAY[ln(greatest(total_spend(as_of(h, first_purchase(h))), 1)),
	                             (extract(isodow FROM first_purchase(h)) >= 6)::int]::float8[]) AS m
	      FROM (SELECT purchase_history(ordered_at::date, amount) AS h
	            FROM cdnow_sample_orders GROUP BY customer_id) c) f});
cmp_ok(abs(shift(@known) + 9569.55716457), '<', 1e-6,
	'covariates: the likelihood of an independent fit');
my @independent = (0.3540458990, 0.0597384, -0.2304171517, 0.0998523, -0.0019964108, 0.1436780,
	-0.1591383418, 0.2386484);
for my $i (0 .. 7)
{
	cmp_ok(abs($known[$i] - $independent[$i]), '<', 2e-5,
		'covariates: ' . ($i % 2 ? 'the error of ' : '') . 'coefficient ' . (1 + int($i / 2)));
}

my $cdnow = fitted('bg/nbd', 'cdnow_sample');
is(query(qq{
	WITH tracking AS (
		SELECT until, sum(frequency(h, until)) AS actual,
		       sum(expected_purchases('$cdnow', (until - first_purchase(h))::float8 / 7))
		         FILTER (WHERE first_purchase(h) <= until) AS expected
		FROM cdnow_sample,
		     (SELECT date '1997-01-01' + 7 * week AS until FROM generate_series(20, 77) week) w
		GROUP BY until)
	SELECT count(*), max(abs(expected / actual - 1)) < 0.06, avg(abs(expected / actual - 1)) < 0.04,
	       bool_and(actual =
	                (SELECT count(*) - count(DISTINCT customer_id)
	                 FROM (SELECT DISTINCT customer_id, ordered_at::date AS day
	                       FROM cdnow_sample_orders) o
	                 WHERE day <= until))
	FROM tracking}),
	'58|t|t|t', 'tracking on CDNOW within 6 percent in every week from the 20th to the 77th');

# hold-out on CDNOW, weeks 40 to 78: conditional expectation and what happened, as published
is(query(qq{
	SELECT string_agg(format('%s: %s of %s', x, round(expected::numeric, 2), round(actual, 2)),
	                  ', ' ORDER BY x)
	FROM (SELECT frequency(h, '1997-09-30') AS x,
	             avg(expected_purchases('$cdnow', h, '1997-09-30',
	                                    interval '39 weeks')) AS expected,
	             avg(coalesce(purchase_days(slice(h, '[1997-10-01,)')), 0)) AS actual
	      FROM cdnow_sample WHERE frequency(h, '1997-09-30') <= 3 GROUP BY 1) s}),
	'0: 0.23 of 0.24, 1: 0.52 of 0.70, 2: 1.04 of 1.39, 3: 1.52 of 1.56',
	'hold-out on CDNOW by frequency class');

$node->stop;
done_testing();
