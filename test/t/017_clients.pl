# Clients as they are: psql, psycopg2, node's pg and JDBC read every table of a mart and every
# public type, in text and in binary, and get what the server has.
use strict;
use warnings;
use IO::Socket::INET;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('clients');
# in any locale
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
# JDBC knows no Unix sockets
my $loopback = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1', Proto => 'tcp')
	? '127.0.0.1' : '';
$node->append_conf('postgresql.conf',
	"timezone = 'UTC'\nclient_min_messages = error\nlisten_addresses = '$loopback'");
$node->start;
$SIG{__DIE__} = sub { diag(@_) unless $^S };
my $root = $ENV{RETENTION_ROOT};
my $user = $node->safe_psql('postgres', 'SELECT current_user');
# a date is one wherever the reader is
$ENV{TZ} = 'Europe/Berlin';
$ENV{PYTHONIOENCODING} = 'utf-8';

$node->safe_psql('postgres', q{
	CREATE EXTENSION retention;
	CREATE TABLE orders AS
	SELECT (hashint4(g) & 2147483647) % 300 AS customer_id,
	       date '2024-01-01' + (hashint4(g + 1) & 2147483647) % 600 AS ordered_at,
	       CASE WHEN g % 29 > 0 THEN (hashint4(g + 7) & 8191) / 100.0 END AS amount,
	       (ARRAY['tea', 'coffee', 'gifts'])[1 + (hashint4(g + 3) & 1)
	                                         + (g % 7 = 0)::int] AS product_range,
	       CASE WHEN g % 5 = 0 THEN 'Nörd & Söhne' ELSE 'South' END AS region
	FROM generate_series(1, 4000) g;
	SELECT create_retention_mart('orders', 'customer_id', 'ordered_at', 'amount', 'product_range',
	                             '{region}');
	INSERT INTO retention_mart.campaign
	SELECT 'letter', customer_id, date '2025-06-01', customer_id % 2 = 0
	FROM retention_mart.contact_list;
	SELECT refresh_retention_mart();

	-- a value of every type of the extension
	CREATE TABLE value AS
	SELECT h, m AS model, rfm(h) AS rfm, purchase_cycle(h, '2025-09-01') AS cycle,
	       (purchase_cycle(h, '2025-09-01')).stage, calendar_cycle(h, '2025-09-01') AS calendar,
	       spend_trend(h, '2025-09-01') AS trend,
	       opportunities(h, '2025-09-01', 30.4375) AS opportunities,
	       retention_season '{"months": [0.8, 0.7, 0.9, 1, 1, 1, 0.9, 0.8, 1, 1.1, 1.2, 1.6]}'
	       AS season,
	       (SELECT d
	        FROM dropped_range(slice(h, '[2024-01-01,2024-06-01)'), h, '2025-09-01') d) AS dropped
	FROM (SELECT history AS h
	      FROM retention_mart.customer_history
	      ORDER BY order_count(history) DESC, customer_id LIMIT 3) c,
	     (SELECT model AS m
	      FROM retention_mart.model
	      WHERE chosen AND retention_mart_model_use(kind) = 'base_model') f;
	CREATE TABLE grouped AS
	SELECT cohort_retention(history, 'quarter', '2025-09-01') AS cohorts,
	       retention_curve(history, 'quarter', '2025-09-01') AS curve,
	       lifecycle(history, 'quarter', '2025-09-01', '1 year') AS lifecycle,
	       expected_lifecycle(history, 'quarter', '2025-09-01', cycle.model, base.model)
	           AS expected,
	       expected_total(base.model, history, '2025-09-01', '1 year') AS total,
	       compare_models(history, '2025-09-01', '3 months') AS comparison
	FROM retention_mart.customer_history, retention_mart.model cycle, retention_mart.model base
	WHERE cycle.chosen AND retention_mart_model_use(cycle.kind) = 'cycle_model'
	  AND base.chosen AND retention_mart_model_use(base.kind) = 'base_model';
	CREATE TABLE scored AS
	SELECT calibration_table(churn_score, lost_on IS NOT NULL) AS calibration,
	       lift_table(churn_score, lost_on IS NOT NULL) AS lift,
	       churn_drivers(lost_on IS NOT NULL, pattern) AS drivers,
	       retention_uplift(customer_id % 2 = 0, lost_on IS NULL) AS uplift,
	       survival_curve(elapsed_days, customer_id % 3 = 0) AS survival,
	       log_rank(elapsed_days, customer_id % 3 = 0, stage) AS log_rank,
	       log_rank_groups(elapsed_days, customer_id % 3 = 0, stage) AS log_rank_groups,
	       fit_hazard(elapsed_days + customer_id / 1000.0, customer_id % 3 = 0,
	                  ARRAY[purchases, customer_id % 2]::float8[]) AS hazard,
	       fit_logistic(customer_id % 3 = 0, ARRAY[purchases, elapsed_days]::float8[]) AS logistic
	FROM retention_mart.customer_scorecard});

# what is missing is asked of the catalog: a type of the extension that no column above has
my $missing = q{
	WITH RECURSIVE seen AS (
		SELECT atttypid AS type
		FROM pg_attribute
		WHERE attrelid IN (SELECT oid FROM pg_class
		                   WHERE relname IN ('value', 'grouped', 'scored', 'windowed', 'intervals')
		                      OR relnamespace = 'retention_mart'::regnamespace)
		  AND attnum > 0
		UNION SELECT part.type
		FROM seen JOIN pg_type t ON t.oid = seen.type,
		     LATERAL (SELECT t.typelem
		              UNION ALL SELECT atttypid
		              FROM pg_attribute
		              WHERE attrelid = t.typrelid AND t.typrelid <> 0 AND attnum > 0) AS part(type))
	SELECT coalesce(string_agg(format_type(t.oid, NULL), ', '), '')
	FROM pg_type t
	     JOIN pg_depend d
	       ON d.classid = 'pg_type'::regclass AND d.objid = t.oid
	          AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'retention')
	WHERE t.typcategory <> 'A' AND t.oid NOT IN (SELECT type FROM seen)};
$node->safe_psql('postgres', q{
	CREATE TABLE windowed AS
	SELECT customer_id, ordered_at, running_cycle(ordered_at) OVER w AS of_date,
	       running_cycle(ordered_at::timestamp) OVER w AS of_timestamp,
	       running_cycle(ordered_at::timestamptz) OVER w AS of_timestamptz
	FROM (SELECT DISTINCT customer_id, ordered_at FROM orders WHERE customer_id < 4) o
	WINDOW w AS (PARTITION BY customer_id ORDER BY ordered_at);
	CREATE TABLE intervals AS
	SELECT purchases_interval(c.model, history, '2025-09-01', '1 year') AS purchases,
	       clv_interval(c.model, s.model, history, '2025-09-01', '1 year', 0.1) AS clv
	FROM retention_mart.customer_history, retention_mart.model c, retention_mart.model s
	WHERE c.chosen AND retention_mart_model_use(c.kind) = 'base_model' AND s.chosen
	  AND retention_mart_model_use(s.kind) = 'spend_model'
	ORDER BY customer_id LIMIT 3});
is($node->safe_psql('postgres', $missing), '',
	'a value of every type of the extension is among those read');

my @relations = split /\n/, $node->safe_psql('postgres', q{
	SELECT format('SELECT * FROM retention_mart.%I ORDER BY %s LIMIT 40', relname,
	              (SELECT string_agg(i::text, ', ') FROM generate_series(1, least(relnatts, 3)) i))
	FROM pg_class
	WHERE relnamespace = 'retention_mart'::regnamespace AND relkind IN ('r', 'v')
	  AND relname NOT IN ('settings', 'change', 'model', 'season_fit', 'customer_history',
		'range_history')
	ORDER BY relname});
my @types = ('SELECT history FROM retention_mart.customer_history ORDER BY customer_id LIMIT 20',
	'SELECT model FROM retention_mart.model ORDER BY fitted_on, kind',
	'SELECT season, used FROM retention_mart.season_fit ORDER BY fitted_on', 'SELECT * FROM value',
	'SELECT * FROM grouped', 'SELECT * FROM scored', 'SELECT * FROM windowed ORDER BY 1, 2',
	'SELECT * FROM intervals');
cmp_ok(scalar(@relations), '>=', 17, 'tables and views to read');

# --- what the server says, and whether a client says the same ------------------------------

# numbers are compared as numbers: each language writes them in its own way
sub same_value
{
	my ($got, $expected) = @_;
	return 1 if $got eq $expected;
	return 1 if ($expected eq 't' && lc $got eq 'true') || ($expected eq 'f' && lc $got eq 'false');
	my $number = qr/^-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;
	return $got =~ $number && $expected =~ $number
		&& abs($got - $expected) <= 1e-14 * abs($expected);
}
sub results
{
	my ($output) = @_;
	my @queries;
	my @rows;
	for my $line (split /\n/, $output)
	{
		if ($line eq '--') { push @queries, [@rows]; @rows = (); next; }
		push @rows, [ split /\x1f/, $line, -1 ];
	}
	return @queries;
}
sub server
{
	my $out = '';
	for my $query (@_)
	{
		my $rows = $node->safe_psql('postgres', $query,
			extra_params => [ '-F', "\x1f", '-P', 'null=\N' ]);
		$out .= ($rows eq '' ? '' : "$rows\n") . "--\n";
	}
	return results($out);
}
sub same_results
{
	my ($name, $command, $queries) = @_;
	my ($out, $err) = ('', '');
	my $in = join("\n", @$queries) . "\n";
	IPC::Run::run($command, '<', \$in, '>', \$out, '2>', \$err, IPC::Run::timeout(180));
	is($err, '', "$name: no complaint");
	my @got = results($out);
	my @expected = server(@$queries);
	for my $i (0 .. $#$queries)
	{
		my $difference = '';
		my ($rows, $wanted) = ($got[$i] // [], $expected[$i]);
		$difference = @$rows . ' rows, not ' . @$wanted if @$rows != @$wanted;
		for my $r (0 .. ($difference eq '' ? $#$wanted : -1))
		{
			$difference ||= @{ $rows->[$r] } . ' columns' if @{ $rows->[$r] } != @{ $wanted->[$r] };
			$difference ||=
				same_value($rows->[$r][$_], $wanted->[$r][$_]) ? ''
				: "row $r, column $_: $rows->[$r][$_], not $wanted->[$r][$_]"
				for 0 .. $#{ $wanted->[$r] };
		}
		is($difference, '', "$name: $queries->[$i], " . @$wanted . ' rows');
	}
}

# psql has a binary form in COPY: written and read again it is the same
for my $table ('value', 'grouped', 'scored', 'windowed', 'intervals',
	map { /FROM (\S+)/ ? $1 : () } @relations, 'SELECT FROM retention_mart.customer_history',
	'SELECT FROM retention_mart.model')
{
	my $file = PostgreSQL::Test::Utils::tempdir() . '/copy';
	my $out = $node->safe_psql('postgres', qq{
		\\copy (SELECT * FROM $table) TO '$file' (FORMAT binary)
		CREATE TEMPORARY TABLE again AS SELECT * FROM $table WHERE false;
		\\copy again FROM '$file' (FORMAT binary)
		SELECT count(*) > 0 OR '$table' ~ 'drop|lost|campaign',
		       (SELECT count(*)
		        FROM (SELECT a::text FROM again a EXCEPT ALL SELECT t::text FROM $table t) d)
		FROM again});
	is($out, 't|0', "psql, binary: $table");
}

my @connection = ($node->host, $node->port, $user);
SKIP:
{
	my ($python) = grep { system("$_ -c 'import psycopg2' >/dev/null 2>&1") == 0 }
		'/usr/bin/python3', 'python3';
	skip 'no psycopg2 here', 1 unless $python;
	same_results('psycopg2', [ $python, "$root/test/clients/read.py", @connection ],
		[ @relations, @types ]);
}
SKIP:
{
	$ENV{NODE_PATH} = join ':', grep { defined } $ENV{NODE_PATH}, '/usr/share/nodejs',
		'/usr/lib/nodejs';
	skip 'no pg for node here', 1 if system(q{node -e "require('pg')" >/dev/null 2>&1}) != 0;
	same_results('node pg', [ 'node', "$root/test/clients/read.js", @connection ],
		[ @relations, @types ]);
	same_results('node pg, binary',
		[ 'node', "$root/test/clients/read.js", @connection, '--binary' ], [ @relations ]);
}
SKIP:
{
	my ($jar) = grep { -e } '/usr/share/java/postgresql.jar';
	skip 'no JDBC here', 1
		unless $jar && $loopback
		&& system('java --list-modules 2>/dev/null | grep -q jdk.compiler') == 0;
	same_results("JDBC$_->[0]",
		[ 'java', '-Duser.timezone=UTC', '-Dfile.encoding=UTF-8', '-cp', $jar,
			"$root/test/clients/Read.java", @connection, $_->[1] ? $_->[1] : () ],
		[ @relations, @types ])
		for [ '', '' ], [ ', binary', '--binary' ];
}

$node->stop;
done_testing();
