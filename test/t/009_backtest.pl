# The back-test on real order logs: the model's date beats every rule of thumb, its windows hold;
# the amounts of all days say better than means of repeat orders what customers will spend.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $data = "$ENV{RETENTION_SHARED}/data";
plan skip_all => 'no shared data here' unless -r "$data/grocery_orders.csv";

my $root = $ENV{RETENTION_ROOT};
my $node = PostgreSQL::Test::Cluster->new('backtest');
$node->init;
$node->start;

sub psql_file
{
	my ($file, @variables) = @_;
	my ($out, $err);
	IPC::Run::run([ 'psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1',
			(map { ('-v', $_) } @variables), '-d', $node->connstr('postgres'), '-f', $file ],
		'>', \$out, '2>', \$err) or die "$file: $err";
	return $out;
}

$node->safe_psql('postgres', 'CREATE EXTENSION retention');
psql_file("$root/test/backtest/tables.sql");

# the sets and dates are those of the report
open(my $run, '<', "$root/test/backtest/run") or die $!;
my $sets = 0;
while (my $line = <$run>)
{
	next unless $line =~ /^(\w+) ([a-z,]+|[\d.]+ [\d.]+ \S+)((?: \d{4}-\d\d-\d\d)+)$/;
	my ($name, $what, @dates) = ($1, $2, split ' ', $3);
	$node->safe_psql('postgres', qq{
		CREATE TABLE orders (customer_id text, ordered_at timestamp, amount numeric);
		COPY orders FROM '$data/${name}_orders.csv' (FORMAT csv, HEADER)});
	if ($what =~ /^\d/)
	{
		my ($days, $unit, $more) = split ' ', $what;
		my $kinds = 'bg/nbd,mbg/nbd,mbg/cnbd-k,pareto/nbd' . ($more eq '-' ? '' : ",$more");
		psql_file("$root/test/backtest/compare.sql", "name=$name", "as_of=$_", "days=$days",
			"unit=$unit", "kinds={$kinds}")
			for @dates;
	}
	else
	{
		for my $date (@dates)
		{
			psql_file("$root/test/backtest/$_.sql", "name=$name", "as_of=$date")
				for split ',', $what;
		}
	}
	$node->safe_psql('postgres', 'DROP TABLE orders');
	$sets++;
}
close $run;
is($sets, 5 + 7 + 3, 'five order logs, seven to choose models on, three with a season');
my $report = psql_file("$root/test/backtest/report.sql");

my @rows = split /\n/, $node->safe_psql('postgres', q{
	SELECT name, class, count(*), avg(abs(actual - model)),
	       coalesce(avg(abs(actual - own_mean)), 1e9), coalesce(avg(abs(actual - own_median)), 1e9),
	       avg(abs(actual - all_median)), avg((actual <@ window50)::int),
	       avg((actual <@ window80)::int), avg(expected50), avg(expected80)
	FROM (SELECT *,
	             CASE WHEN intervals < 3 THEN intervals::text WHEN intervals < 6 THEN '3-5'
	                  ELSE '6+' END AS class
	      FROM prediction) p
	WHERE actual IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2});
is($node->safe_psql('postgres', q{
	SELECT bool_and(recent < plain) AND avg(recent / plain) < 0.998
	FROM (SELECT avg(abs(actual - recent)) AS recent, avg(abs(actual - model)) AS plain
	      FROM prediction WHERE actual IS NOT NULL AND intervals > 1 GROUP BY name) s}),
	't', 'recent intervals counting more: better on every log');
is(scalar @rows, 20, 'five classes of customers each');
for my $row (@rows)
{
	my ($name, $class, $count, $model, $own_mean, $own_median, $all_median, $window50, $window80,
		$expected50, $expected80) = split /\|/, $row;
	my $best = (sort { $a <=> $b } $own_mean, $own_median, $all_median)[0];
	cmp_ok($model, '<', $best,
		sprintf('%s, %s intervals: %.1f days against %.1f', $name, $class, $model, $best));
	# beyond what the number of purchases seen leaves open
	my ($noise50, $noise80) = (1 / sqrt($count), 0.8 / sqrt($count));
	cmp_ok(abs($window50 - $expected50), '<', 0.08 + $noise50,
		sprintf('%s, %s intervals: %.2f in the 50 %% window, expected %.2f',
			$name, $class, $window50, $expected50));
	cmp_ok(abs($window80 - $expected80), '<', 0.08 + $noise80,
		sprintf('%s, %s intervals: %.2f in the 80 %% window, expected %.2f',
			$name, $class, $window80, $expected80));
	# in short windows of whole days, of one where they buy on some weekdays only, and before the
	# end of the log, it is more than half
	cmp_ok(abs($window50 - 0.5), '<', 0.08 + $noise50,
		sprintf('%s, %s intervals: near one half', $name, $class));
	cmp_ok(abs($window80 - 0.8), '<', 0.08 + $noise80,
		sprintf('%s, %s intervals: near four fifths', $name, $class));
}

# the alarm: over the dates of a log no worse than 1.5 times their mean interval, and ordered better
my %alarm;
foreach my $line (split /\n/, $report =~ s/.*## The alarm//sr =~ s/## Spend.*//sr)
{
	my $number = qr/([\d.]+)/;
	my ($name, $auc, $auc_ratio, $alarms, $ratio_right, $model_right) = $line
		=~ /^\|[ ](\w+)[ ]\|[ ][\d-]+[ ]\|[ ]\d+[ ]\|[ ]$number[ ]\|[ ][\d.]+[ ]\|[ ]$number
			[ ]\|[ ](\d+)[ ]\|[ ]$number[ ]\|[ ]$number[ ]\|$/x
		or next;
	$alarm{$name}{right} += $alarms * ($model_right - $ratio_right) / 100;
	$alarm{$name}{auc} += $auc - $auc_ratio;
}
is(scalar keys %alarm, 4, 'alarms of four logs');
foreach my $name (sort keys %alarm)
{
	cmp_ok($alarm{$name}{right}, '>', 0,
		sprintf('%s: %.0f more alarms right', $name, $alarm{$name}{right}));
	cmp_ok($alarm{$name}{auc}, '>', 0, "$name: and a better order");
}

# who has left: by both models as well as by either, but for half a hundredth; by the silence alone
# where nobody leaves
for my $row (split /\n/, $node->safe_psql('postgres', q{
	SELECT name, as_of, kind, p_gone, silence, churn,
	       subscriber_alive > 0.999 AND abs(p_gone - silence) < 0.001 AS nobody_leaves
	FROM leaving ORDER BY 1, 2, 3}))
{
	my ($name, $as_of, $kind, $p_gone, $silence, $churn, $nobody_leaves) = split /\|/, $row;
	my $best = $nobody_leaves eq 't' || $silence > $churn ? $silence : $churn;
	cmp_ok($p_gone, '>', $best - 0.005,
		sprintf('%s, %s, %s: %.3f against %.3f', $name, $as_of, $kind, $p_gone, $best));
}

# what they will spend: a better order than by means of repeat orders, of all and of who has bought
# once, and everybody is valued
my $valuations = 0;
foreach my $line (split /\n/, $report =~ s/.*## Spend//sr)
{
	my ($name, $date, $who, $means, $days) =
		$line =~ /^\| (\w+) \| ([\d-]+) \| \d+ \| (\w+) \| \w+ \| \w+ \| ([\d.-]+) \| ([\d.-]+) \|/
			or next;
	cmp_ok($days, '>', $means, "$name, $date, $who: Gini $days by days against $means by means");
	$valuations++;
}
is($valuations, 24, 'valuations of four logs');
like($report, qr/^Of 12 choices 12 fell on the better model\. /m, 'the better model is chosen');
is($node->safe_psql('postgres', 'SELECT count(*) FROM valued WHERE of_days IS NULL'), 0,
	'nobody without a value');

# the choice of a model: by a hold-out nearer to the best one than by AIC
my ($choices, $of_holdout, $of_aic) =
	$report =~ /^Of (\d+) choices .* the one has ([\d.]+) more .* the other ([\d.]+)\. /m;
is($choices, 20, 'models are chosen on seven logs');
cmp_ok($of_holdout, '<', $of_aic / 2, "log loss above the best: $of_holdout, by AIC $of_aic");

# the total: limits around what is expected, but where nobody leaves, within a third of what came
my @totals = split /\n/, $node->safe_psql('postgres', q{
	SELECT name, as_of, kind, lower95 IS NULL, coalesce(lower95 < lower80 AND lower80 < expected
		AND expected < upper80 AND upper80 < upper95, true), round(actual / expected::numeric, 3)
	FROM total ORDER BY 1, 2, 3});
is(@totals, 48, 'totals of four kinds at three dates of four logs');
for my $row (@totals)
{
	my ($name, $as_of, $kind, $unknown, $around, $ratio) = split /\|/, $row;
	is($unknown, $name eq 'uci_online_retail' && $kind ne 'mbg/cnbd-k' ? 't' : 'f',
		"$name, $as_of, $kind: are there limits");
	is($around, 't', "$name, $as_of, $kind: around what is expected");
	cmp_ok(abs(log($ratio)), '<', log(4 / 3) + 0.02, "$name, $as_of, $kind: $ratio of it came");
}

# the season: monthly totals of the year behind a date, in percent of what came
my %error = split /[|\n]/, $node->safe_psql('postgres', q{
	SELECT name || ' ' || as_of, 100 * sum(abs(actual - seasonal)) / sum(actual)
	FROM season_total WHERE kind = 'mbg/nbd' GROUP BY name, as_of});
my %most = (
	'retailer_transaction_log 2017-12-31' => 15,
	'retailer_transaction_log 2018-03-31' => 21,
	'edible_grocery_panel 2002-06-30' => 24);
cmp_ok($error{$_}, '<=', $most{$_}, "$_: months with a season")
	for sort keys %most;
is($node->safe_psql('postgres', q{
	SELECT seasonal < 0.87 * plain FROM season_customer
	WHERE (name, as_of, kind) = ('retailer_transaction_log', '2017-12-31', 'mbg/nbd')}), 't',
	'and each customer in three months');
# what cannot be known is not said: a log of 303 days, and of a day less than a year
$node->safe_psql('postgres', qq{
	CREATE TABLE orders (customer_id text, ordered_at timestamp, amount numeric);
	COPY orders FROM '$data/uci_online_retail_orders.csv' (FORMAT csv, HEADER)});
for my $known ('2011-09-30 null', '2011-11-30 null', '2011-12-01 season')
{
	my ($as_of, $what) = split ' ', $known;
	my ($out, $err);
	$node->psql('postgres', qq{
		SELECT CASE WHEN fit_season(h, '$as_of') IS NULL THEN 'null' ELSE 'season' END
		FROM (SELECT purchase_history(ordered_at, amount) AS h FROM orders GROUP BY customer_id) c},
		stdout => \$out, stderr => \$err, on_error_die => 1);
	is($out, $what, "uci_online_retail, $as_of: $what");
	my $said = 'no season is known: from the first purchase to as_of it is less than 365 days';
	is($err =~ /^(?:psql:\S+ )?NOTICE:  \Q$said\E$/m ? 'null' : 'season', $what,
		'with a notice, or without');
}

is($node->safe_psql('postgres', q{
	SELECT count(*) FROM leaving WHERE subscriber_stage NOT IN ('at_risk', 'lapsed')}), 0,
	'a subscriber who is a month late is an alarm by the models of every log');

open(my $doc, '<', "$root/doc/backtest.md") or die $!;
my $written = do { local $/; <$doc> };
close $doc;
is($report, $written, 'doc/backtest.md is what the back-test prints');

$node->stop;
done_testing();
