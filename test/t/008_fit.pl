# Fits on real order logs against an independent optimizer; the same bits for every plan.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $data = "$ENV{RETENTION_SHARED}/data";
my $node = PostgreSQL::Test::Cluster->new('fit');
$node->init;
$node->append_conf('postgresql.conf',
	"max_worker_processes = 12\nmax_parallel_workers = 8\nextra_float_digits = 1");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION retention');

# --- simulated customers: every order of the rows, every plan ---
$node->safe_psql('postgres', q{
	CREATE TABLE customer AS
	SELECT c, purchase_history(d) AS h
	FROM (SELECT c,
	             date '2020-01-01'
	             + (sum(1 + (hashint8(c * 31 + n)::bigint & 1023) % (7 + c % 50))
	                  OVER (PARTITION BY c ORDER BY n))::int AS d
	      FROM generate_series(1, 60000::bigint) c, generate_series(1, 9) n WHERE n <= c % 9 + 1) s
	GROUP BY c});
$node->safe_psql('postgres', 'VACUUM ANALYZE customer');
my $fit = "SELECT fit_model('interpurchase', h, '2024-01-01') FROM customer";
my $serial = $node->safe_psql('postgres', "SET max_parallel_workers_per_gather = 0; $fit");
my $free = q{
	SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
	SET max_parallel_workers_per_gather = 4;};
like($node->safe_psql('postgres', "$free EXPLAIN $fit"), qr/Finalize.*Partial/s,
	'fits run in parallel');
is($node->safe_psql('postgres', "$free $fit"), $serial, 'to the same model, to the last digit');
is($node->safe_psql('postgres', $fit =~ s/'2024-01-01'\)/'2024-01-01' ORDER BY hashint8(c))/r),
	$serial, 'in any order of the rows');
is($node->safe_psql('postgres', qq{$free
	SELECT count(*)
	FROM (SELECT c % 7, fit_model('interpurchase', h, '2024-01-01') AS m
	      FROM customer GROUP BY 1) s
	WHERE converged(m)}),
	'7', 'a model for each group');
is($node->safe_psql('postgres', qq{
	CREATE TABLE model AS SELECT fit_model('interpurchase', h, '2024-01-01') AS m FROM customer;
	SELECT m::text::retention_model::text = m::text FROM model}), 't', 'text round trip');

# binary round trip
my $tmp = PostgreSQL::Test::Utils::tempdir();
is($node->safe_psql('postgres', qq{
	COPY model TO '$tmp/model.bin' (FORMAT binary); CREATE TABLE again (m retention_model);
	COPY again FROM '$tmp/model.bin' (FORMAT binary);
	SELECT again.m::text = model.m::text FROM again, model}), 't', 'binary round trip');
open(my $in, '<:raw', "$tmp/model.bin") or die $!;
my $bytes = do { local $/; <$in> };
close $in;
my $wrong = 0;
for my $bit (map { $_ * 8 + $_ % 8 } 25 .. length($bytes) - 3)
{
	my $damaged = $bytes;
	vec($damaged, $bit, 1) ^= 1;
	open(my $out, '>:raw', "$tmp/damaged.bin") or die $!;
	print $out $damaged;
	close $out;
	my ($status, $stdout, $stderr) = $node->psql('postgres',
		"\\set VERBOSITY verbose\nTRUNCATE again;
		COPY again FROM '$tmp/damaged.bin' (FORMAT binary); SELECT count(m::text) FROM again");
	$wrong++ unless $status == 0 || $stderr =~ /22P03|08P01|22P04/;
}
is($wrong, 0, 'damaged bytes are refused or are another model');

# --- states: those of 0.1.0 are still read, and go on; those of now take a third of the bytes ---
$node->safe_psql('postgres', q{
	CREATE AGGREGATE fit_of_states(bytea) (
		SFUNC = fit_model_combine, STYPE = bytea, FINALFUNC = fit_model_final);
	CREATE AGGREGATE state_of_states(bytea) (SFUNC = fit_model_combine, STYPE = bytea);
	CREATE AGGREGATE state_of_numbers(text, float8, float8, float8) (
		SFUNC = fit_model_add, STYPE = bytea)});

sub quietly
{
	my ($query) = @_;
	return $node->safe_psql('postgres', "SET client_min_messages = error; $query");
}

open(my $old, '<', "$ENV{RETENTION_ROOT}/test/data/fit_states.txt") or die $!;
while (my $line = <$old>)
{
	chomp $line;
	my ($query, $state) = $line =~ /^(.*)\|(\\x[0-9a-f]+)$/ or die "no state: $line";
	my $model = quietly($query);
	is(quietly("SELECT fit_model_final('$state')"), $model, "a state of 0.1.0: $query");
	is( quietly(
			"SELECT fit_of_states(s) FROM (
				SELECT state_of_states(s) FROM unnest(ARRAY[NULL, '$state'::bytea]) s) r (s)"),
		$model,
		'also as one of now');
	next if $query =~ /purchase_history/;
	my $doubled =
	  $query =~ s/(generate_series\(1, \d+\) i)/$1, generate_series(1, 2) again/r;
	is(quietly("SELECT fit_of_states(s) FROM unnest(ARRAY['$state'::bytea, '$state']) s"),
		quietly($doubled), 'twice of it is a fit of each customer twice');
}
close $old;

# 38 bytes for each different customer, and half of them more, were those of 0.1.0
foreach my $form (
	[ 't_x, age', 'days' ],
	[ 't_x / 7, age / 7', 'weeks' ],
	[ '(t_x::numeric / 7)::float8, (age::numeric / 7)::float8', 'weeks by numeric division' ])
{
	my $sizes = $node->safe_psql('postgres', qq{
		SELECT max(size / different) FROM (
			SELECT octet_length(state_of_numbers('mbg/nbd', x, $form->[0])) AS size,
				count(DISTINCT (x, t_x, age))::float8 AS different
			FROM (VALUES (100), (20000)) n (n), LATERAL (
				SELECT x,
					CASE WHEN x = 0 THEN 0 ELSE x + i * 7919 % (30 + i % 20) END::float8 AS t_x,
					(60 + i % 613)::float8 AS age
				FROM generate_series(1, n) i, LATERAL (SELECT i * i % 7 AS x) s) s
			GROUP BY n) s});
	cmp_ok($sizes, '<=', 38 / 3, "$form->[1]: $sizes bytes for a customer");
}
my $t_x = 'CASE WHEN i % 50 > 0 THEN 1 + i % 977 END::float8';
is( $node->safe_psql('postgres', qq{
	SELECT fit_of_states(state)::text = (
		SELECT fit_model('mbg/nbd', i % 50, $t_x, 1000 + i % 991)
		FROM generate_series(1, 50000) i WHERE i % 50 > 0)::text
	FROM (
		SELECT state_of_numbers('mbg/nbd', i % 50, $t_x, 1000 + i % 991) AS state
		FROM generate_series(1, 50000) i GROUP BY i % 3) s}),
	't', 'states of parts, kept and added up');
my $numbers = q{state_of_numbers('mbg/nbd', i % 50, 1 + i % 977, 1000 + i % 991};
is( $node->safe_psql('postgres', qq{
	SELECT count(DISTINCT s) FROM (
		SELECT $numbers ORDER BY i) FROM generate_series(1, 50000) i WHERE i % 50 > 0
		UNION ALL
		SELECT $numbers ORDER BY -i) FROM generate_series(1, 50000) i WHERE i % 50 > 0) r (s)}),
	'1', 'a large one is the same bytes in any order of the rows');

# a cancel is answered
my ($status, $stdout, $stderr) = $node->psql('postgres', qq{
	SET statement_timeout = '20ms';
	SELECT fit_model('interpurchase', h, '2024-01-01') FROM customer, generate_series(1, 20)});
like($stderr, qr/canceling statement/, 'a fit can be cancelled');

# an interrupt that ends nothing, as the question whether the client is there, does not begin
# a fit anew
is($node->safe_psql('postgres', q{
	SET statement_timeout = '60s'; SET client_connection_check_interval = '5ms';
	SET client_min_messages = error;
	SELECT fit_model('pareto/nbd', i % 7, CASE WHEN i % 7 = 0 THEN 0 ELSE 20 + i % 1000 END,
	                 1030 + i % 97) IS NOT NULL
	FROM generate_series(1, 40000) i}),
	't', 'a fit with a watched connection ends');

# --- real logs, against the fits in test/data ---
SKIP:
{
	skip 'no shared data here', 1 unless -r "$data/cdnow_sample_orders.csv";
	open(my $golden, '<', "$ENV{RETENTION_ROOT}/test/data/interpurchase.csv") or die $!;
	my %loaded;
	while (my $line = <$golden>)
	{
		chomp $line;
		my ($name, $as_of, $k, $r, $alpha, $log_likelihood) = split /,/, $line;
		next if $name eq 'dataset';
		$node->safe_psql('postgres', qq{
			CREATE TABLE orders_$name (customer_id text, ordered_at timestamp, amount numeric);
			COPY orders_$name FROM '$data/${name}_orders.csv' (FORMAT csv, HEADER);
			CREATE TABLE customer_$name AS
			SELECT purchase_history(ordered_at, amount) AS h
			FROM orders_$name GROUP BY customer_id})
			unless $loaded{$name}++;
		my ($found_k, $found_r, $found_alpha, $found_log_likelihood, $converged) =
			split /\|/, $node->safe_psql('postgres', qq{
			SELECT parameter(m, 'k'), parameter(m, 'r'), parameter(m, 'alpha'), log_likelihood(m),
			       converged(m)
			FROM (SELECT fit_model('interpurchase', h, '$as_of') AS m FROM customer_$name) s});
		is($converged, 't', "$name $as_of converges");
		cmp_ok($found_log_likelihood, '>=', $log_likelihood - 1e-8 * abs($log_likelihood),
			"log-likelihood $found_log_likelihood is no less than $log_likelihood");
		cmp_ok(abs($found_log_likelihood / $log_likelihood - 1), '<', 1e-8, 'and the same');
		cmp_ok(abs($found_k / $k - 1) + abs($found_r / $r - 1) + abs($found_alpha / $alpha - 1),
			'<', 1e-4, "k = $found_k, r = $found_r, alpha = $found_alpha");
	}
	close $golden;
}

$node->stop;
done_testing();
