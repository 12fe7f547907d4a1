# Every function and aggregate of the extension with extreme arguments: each call ends in time, and
# says nothing impossible.
#
#	RETENTION_SEED=7 RETENTION_CALLS=100 bash test/run tap extremes
#		another seed, so many calls of each function
#	RETENTION_ONLY='^p_alive' ...	the functions whose signature matches
#
# The calls are made from pg_proc by the types and names of arguments, so that a new function is
# called, too.  What a function may return follows from its COMMENT: a probability or a share lies
# between 0 and 1, and infinity comes only where the COMMENT says so.
use strict;
use warnings;
use IO::Select;
use IPC::Open3;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $seed = $ENV{RETENTION_SEED} || 1;
my $calls_each = $ENV{RETENTION_CALLS} || 12;
my $only = $ENV{RETENTION_ONLY} // '';
my $times = $ENV{RETENTION_TRIES} || 3;
my $time_limit = 1.1;
my $patience = 5;

my $node = PostgreSQL::Test::Cluster->new('extremes');
$node->init;
$node->append_conf('postgresql.conf',
	"timezone = 'UTC'\nclient_min_messages = error\n"
	. "max_parallel_workers_per_gather = 0\njit = off");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION retention;
	CREATE TABLE orders (customer_id text, ordered_at timestamptz, amount numeric, range text);
	INSERT INTO orders
	SELECT i % 7, timestamptz '2024-01-01' + i * interval '1 day', i, 'r' || i % 3
	FROM generate_series(1, 100) i;

	-- a call that is answered whatever it does: what it returns, as JSON,
	-- or its SQLSTATE and message
	CREATE FUNCTION attempt(call text) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		answer text;
	BEGIN
		EXECUTE call INTO answer;
		RETURN 'ok ' || coalesce(answer, 'null');
	EXCEPTION WHEN query_canceled OR others THEN
		RETURN SQLSTATE || ' ' || replace(SQLERRM, E'\n', ' ');
	END $$;

	CREATE TABLE history (name text, h purchase_history);
	INSERT INTO history VALUES
		('one day', '{2024-02-05: ?}'), ('first day', '{0001-01-01: 1}'),
		('two days', '{2024-01-07: 10, 2024-03-01: 10}'),
		('unknown amounts', '{2024-01-07: ?, 2024-03-01: ?, 2024-06-06: ?}'),
		('refunds', '{2024-01-01: -5 in 0, 2024-05-05: -1000000 in 0}'),
		('ends of the calendar', '{4714-11-24 BC: 1, 5874897-12-31: 1}'),
		('millennia', '{0001-01-01: 1, 1001-01-01: 2, 2024-06-01: 3}'),
		('most', '{2023-01-01: 1 in 2147483647, 2024-01-01: 922337203685477.5807 in 2147483647}'),
		('cents', '{2024-01-01: 0.0001, 2024-01-02: 0.0001, 2024-01-05: 0.0001}');
	INSERT INTO history
	SELECT 'each 28 days', purchase_history(date '2023-06-01' + 28 * i, 50)
	FROM generate_series(0, 18) i;
	INSERT INTO history
	SELECT 'first of March', purchase_history(make_date(y, 3, 1), y)
	FROM generate_series(2015, 2024) y;
	INSERT INTO history
	SELECT 'months', purchase_history((date '2022-01-31' + i * interval '1 month')::date, 9.99)
	FROM generate_series(0, 30) i;
	INSERT INTO history
	SELECT 'each day', purchase_history(date '2014-01-01' + i, i % 10)
	FROM generate_series(1, 4000) i;
	INSERT INTO history
	SELECT 'a thousand years',
	       purchase_history(date '1024-01-01' + (i * 121 + hashint4(i) % 60), i % 7 - 1)
	FROM generate_series(1, 3000) i;
	INSERT INTO history
	SELECT 'irregular ' || c,
	       purchase_history(date '2023-01-01' + abs(hashint4(i * 10 + c)) % 700,
	                        (abs(hashint4(i)) % 10000) / 100.0)
	FROM generate_series(1, 9) c, generate_series(1, 3 * c) i GROUP BY c;
	-- not more: PostgreSQL itself makes jsonb of it without asking
	INSERT INTO history
	SELECT 'many days', purchase_history(date '1500-01-01' + i, 1)
	FROM generate_series(1, 150000) i;
	ANALYZE history});
my $version = $node->safe_psql('postgres', 'SHOW server_version_num');
my @histories = split /\n/, $node->safe_psql('postgres', q{
	SELECT name FROM history WHERE name <> 'many days'});

# --- what there is ---

my %function;
for (split /\n/, $node->safe_psql('postgres', q{
	SELECT p.oid, p.prokind, p.proretset, quote_ident(p.proname), p.oid::regprocedure,
	       p.prorettype::regtype, array_to_string(p.proargtypes::regtype[], ';'),
	       array_to_string(p.proargnames, ';'), p.provariadic <> 0,
	       (SELECT string_agg(DISTINCT a.aggtransfn::oid::text, ';')
	        FROM pg_aggregate a
	        WHERE p.oid IN (a.aggfnoid, a.aggtransfn, a.aggfinalfn, a.aggcombinefn)),
	       replace(obj_description(p.oid, 'pg_proc'), E'\n', ' ')
	FROM pg_proc p
	     JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	     JOIN pg_extension e ON e.oid = d.refobjid
	WHERE e.extname = 'retention' ORDER BY p.oid::regprocedure::text}))
{
	my ($oid, $kind, $set, $name, $signature, $result, $types, $names, $variadic, $adds,
		$comment) = split /\|/, $_, 11;
	$function{$oid} = {kind => $kind, set => $set eq 't', name => $name, signature => $signature,
		result => $result, types => [split /;/, $types], names => [split /;/, $names],
		variadic => $variadic eq 't', adds => [split /;/, $adds // ''], comment => $comment};
}
# support functions have no names for their arguments, the aggregates they belong to have
for my $f (grep { $_->{kind} eq 'a' } values %function)
{
	my ($add) = map { $function{$_} } @{$f->{adds}};
	$add->{names} = ['', @{$f->{names}}] unless @{$add->{names}};
}
my %column;
for (split /\n/, $node->safe_psql('postgres', q{
	SELECT t.oid::regtype, a.attname, a.atttypid::regtype,
	       replace(col_description(c.oid, a.attnum), E'\n', ' ')
	FROM pg_class c JOIN pg_type t ON t.oid = c.reltype
	     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
	     JOIN pg_depend d
	       ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'}))
{
	my ($type, $name, $of, $comment) = split /\|/, $_, 4;
	$column{$type}{$name} = {type => $of, comment => $comment};
}

# "The same for timestamp; see f(date)" says the same
sub comment_of
{
	my ($f) = @_;
	my $comment = $f->{comment};
	for my $other (values %function)
	{
		(my $spaced = $other->{signature}) =~ s/,/, /g;
		$comment .= " $other->{comment}" if $other != $f && $comment =~ /[Ss]ee \Q$spaced\E/;
	}
	return $comment;
}
my $article = qr/The|What|How|the|their|what|how|lower limit of the|upper limit of the/;
my $share = qr/^(Window[ ]function:[ ])?($article)[ ](share|probable)
	|^(The[ ]|the[ ])?probability[ ]|[Ff]rom[ ]0[ ]to[ ]1|is[ ]between[ ]0[ ]and[ ]1/x;
my $may_be_infinite = qr/[Ii]nfinite (where|if)|an infinite one/;

# --- arguments ---

srand($seed);
sub any { return $_[int(rand(@_))] }
sub chance { return rand() < $_[0] }
sub quoted { my ($text) = @_; $text =~ s/'/''/g; return "'$text'" }

my @extreme =
	qw(0 -0 1e-300 1e-6 0.5 1 10 1e9 1e15 1e300 1.7e308 Infinity NaN -1 -0.5 -1e300 -Infinity);
sub ordinary { my ($low, $high) = @_; return sprintf '%.6g', 10**($low + rand($high - $low)) }
# how much of a call is extreme: with all of it most calls are errors
my $wild;
sub float { return chance($wild) ? any(@extreme) : ordinary(-2, 4) }

# a day is most often one that the histories know
sub day
{
	return any('2024-12-31', '2024-06-30', '2025-03-01') unless chance($wild);
	return any('4713-01-01 BC', '5874897-12-31', 'infinity', '-infinity', '0001-01-01',
		'2000-02-29', '1970-01-01', '9999-12-31', sprintf '20%02d-%02d-%02d',
		map { 1 + int(rand($_)) } 40, 12, 28);
}
sub moment
{
	my $day = day();
	return any('294276-12-31 23:59:59.999999', '4713-01-01 00:00:00 BC', 'infinity', '-infinity')
		if $day =~ /infinity|BC|5874897/;
	return $day . any('', ' 00:00:00.000001', ' 12:34:56', ' 23:59:59.999999');
}
my @ordinary_intervals = ('1 day', '30 days', '90 days', '1 month', '1 year', '3 years');
my @intervals = ('0', '100 years', '1 hour', '1 microsecond', '-1 microsecond', '-1 day',
	'-1 month', '1 month -30 days', '-1 month 31 days', '1000000 days', '178000000 years',
	'-178000000 years', '2147483647 days', '2562047788 hours', '-2562047788 hours');
push @intervals, 'infinity', '-infinity' if $version >= 170000;

my %parameters = (
	'interpurchase' => [qw(k r alpha)], 'bg/nbd' => [qw(r alpha a b)],
	'mbg/nbd' => [qw(r alpha a b)], 'bg/cnbd-k' => [qw(k r alpha a b)],
	'mbg/cnbd-k' => [qw(k r alpha a b)], 'pareto/nbd' => [qw(r alpha s beta)],
	'ggompertz/nbd' => [qw(r alpha b s beta)],
	'bg/bb' => [qw(alpha beta gamma delta)], 'gamma-gamma' => [qw(p q gamma)],
	'gamma-gamma-all' => [qw(p q gamma)],
	'sbg' => [qw(alpha beta)], 'bdw' => [qw(alpha beta c)]);
# what the literature found in CDNOW, donations and contracts
my %published = (
	'interpurchase' => [2, 1.5, 30], 'bg/nbd' => [0.243, 4.414, 0.793, 2.426],
	'mbg/nbd' => [0.525, 6.183, 0.891, 1.614],
	'bg/cnbd-k' => [2, 0.3, 4, 0.8, 2.4], 'mbg/cnbd-k' => [3, 0.5, 6, 0.9, 1.6],
	'pareto/nbd' => [0.553, 10.578, 0.606, 11.669],
	'ggompertz/nbd' => [0.553, 10.578, 0.0002, 0.603, 0.0026],
	'bg/bb' => [1.204, 0.75, 0.657, 2.783], 'gamma-gamma' => [6.25, 3.74, 15.44],
	'gamma-gamma-all' => [5.2, 0.9, 12],
	'sbg' => [0.668, 3.806], 'bdw' => [0.259, 1.722, 1.584]);
my @bases = grep { !/interpurchase|gamma-gamma|sbg|bdw/ } sort keys %parameters;

# kinds: those that a function is made for, as far as its signature tells
sub kinds_for
{
	my ($f) = @_;
	return [ 'gamma-gamma', 'gamma-gamma-all' ]
		if $f->{current} eq 'spend' || grep { $_ eq 'mean_value' } @{$f->{names}};
	return ['interpurchase'] if $f->{current} eq 'cycle_model';
	return \@bases if $f->{current} eq 'base_model';
	return ['sbg', 'bdw']
		if $f->{signature} =~ /renewal|survival_prob|retention_rate|residual|tenure/
		|| grep { $_ eq 'tenure' } @{$f->{names}};
	return ['interpurchase']
		if $f->{signature} =~
		/silence|contact|next|cycle_stage|regularity|purchase_cycle|recency_weight/;
	return [sort keys %parameters, 'bg/cnbd-2', 'mbg/cnbd-100']
		if $f->{name} =~ /^fit_model/ && grep { $_ eq 'history' } @{$f->{names}};
	return [sort keys %parameters]
		if $f->{name} =~ /^(churn_score|lost_on|lifecycle|parameter|standard|confidence)/
		|| $f->{name} =~ /^(model|aic|bic|observ|converged)/;
	return \@bases;
}
sub model
{
	my ($f) = @_;
	my @kinds = chance(0.92) ? @{kinds_for($f)} : sort keys %parameters;
	my $kind = any(@kinds);
	my @names = @{$parameters{$kind}};
	my @values = @{$published{$kind}};
	my $draw = rand();
	@values = map {
		$draw < 0.65 ? ordinary(-3, 3)
		: $draw < 0.85 ? any(ordinary(-6, 6), $_)
		: $draw < 0.95 ? any('1e-6', '1e6', $_)
		: any(qw(2.3e-308 1e-300 1e-6 1 1e6 1e300 1.7e308), $_)
		} @values
		if $draw > 0.4;
	$values[0] = any(1, 2, 3, 20, 50, 100) if $kind =~ /cnbd/;
	my @json = (qq{"model":"$kind"}, map { qq{"$names[$_]":$values[$_]} } 0 .. $#names);
	push @json, '"time_unit_days":' . any(7, 30.4375, 365.25, 0.001, 1e6) if chance(0.4);
	push @json, '"recency_weight":' . any(0.5, 1e-6) if $kind eq 'interpurchase' && chance(0.2);
	push @json, '"k_deviation":' . any(0.3, 10, 1e-6), '"k_median":' . any(1, 3, 1e6, 1e-6)
		if $kind eq 'interpurchase' && chance(0.3);
	if ($kind ne 'interpurchase' && chance($f->{signature} =~ /interval|standard/ ? 0.8 : 0.1))
	{
		# of logarithms of parameters, as far apart as an ordinary fit of few customers leaves them,
		# and further
		my $free = grep { $_ ne 'k' } @names;
		my @covariance;
		my $size = any(1e-4, 0.01, 1, 100, 1e4, 1e12);
		for my $i (0 .. ($kind =~ /cnbd/ ? $free : $free - 1))
		{
			push @covariance, map { $_ == $i ? $size * any(1, 0.1) : $size * any(0, 0.01) } 0 .. $i;
		}
		push @json, '"log_likelihood":' . any(-464.215, -1e15),
			'"observations":' . any(60, 1, 1e15), '"converged":true',
			'"covariance":[' . join(',', @covariance) . ']';
	}
	push @json, '"season":' . season()
		if $kind !~ m{^(?:bg/bb|sbg|bdw|gamma-gamma.*)$} && chance(0.25);
	return quoted('{' . join(',', @json) . '}') . '::retention_model';
}

my %texts = (
	period => [qw(day week month quarter year century)],
	time_zone => ['Europe/Berlin', 'UTC', '+05', 'nonsense', ''], zone => ['UTC', 'nonsense'],
	ties => [qw(efron breslow exact)],
	name => [qw(r alpha a b k s beta gamma delta p q c), ''], schema => [qw(public nowhere)],
	changes => [qw(trigger rebuild high_water_mark)],
	customer => ['customer_id'], ordered_at => ['ordered_at'],
	operation => [qw(INSERT UPDATE DELETE TRUNCATE)]);
my @any_text = ("''", "'a'", "'b'", "'c'", "'<b>&\"'", "repeat('x', 100000)",
	"U&'\\+01F600 \\0301'", "'2024-01-01'", "'NaN'");

# what rows and states share: arguments that must not change, the length of arrays
my @constant = qw(kind as_of period periods lost_after model cycle_model base_model score
	probability level ties bins recent half_life within time_unit_days time_zone gap max_gap);
my (%shared, $width);

sub argument
{
	my ($f, $type, $name) = @_;
	$name //= '';
	return new_argument($f, $type, $name)
		unless (grep { $_ eq $name } @constant)
		|| ($f->{kind} eq 'f' && $type eq 'purchase_history');
	$shared{$type, $name} = new_argument($f, $type, $name)
		if !defined $shared{$type, $name} || chance($type eq 'purchase_history' ? 0.7 : 0.01);
	return $shared{$type, $name};
}

# Months, and mostly weekdays or events besides, at times as far apart as a season may have them
sub season
{
	my @steps = chance(0.7) ? (0.7, 0.8, 1, 1.2, 1.6) : chance(0.7) ? (0.05, 1, 5) : (0.002, 1, 12);
	my @json = ('"months":[' . join(',', map { any(@steps) } 1 .. 12) . ']');
	push @json, '"weekdays":[' . join(',', map { any(0.05, 1, 1.3) } 1 .. 7) . ']' if chance(0.4);
	push @json, '"events":['
		. join(',', map {
			sprintf '{"from":"%d-03-01","until":"%d-%s","factor":%s}', any(2019, 2024, 2025),
				any(2025, 2026), any('03-01', '12-31'), any(0.3, 2, 0.05, 20) } 1 .. any(1, 3))
		. ']'
		if chance(0.4);
	return '{' . join(',', @json) . '}';
}

sub new_argument
{
	my ($f, $type, $name) = @_;
	$f->{current} = $name;
	return "NULL::$type" if chance(0.02);
	return (chance(0.02) ? "(SELECT h FROM history WHERE name = 'many days')"
		: chance(0.02) ? "'{}'::purchase_history"
		: '(SELECT h FROM history WHERE name = ' . quoted(any(@histories)) . ')')
		if $type eq 'purchase_history';
	return model($f) if $type eq 'retention_model';
	return quoted(season()) . '::retention_season' if $type eq 'retention_season';
	if ($type eq 'double precision')
	{
		return any('0.9', '0.95', '0.5', '1e-9', '0.999999999')
			if ($name =~ /^(level|lower|upper|due|overdue|at_risk|lapsed)$/
			|| $name =~ /^(margin|discount_rate|churn_rate|weight|score)$/)
			&& chance(0.7);
		return quoted(float()) . '::float8';
	}
	return any(chance($wild) ? (0, 10000, 1000000, 2147483647, -1, -2147483647)
		: (1, 2, 3, 12, 100))
		. '::int'
		if $type eq 'integer';
	return any(0, 1, 2, 12345, '9223372036854775807', '-9223372036854775807') . '::int8'
		if $type eq 'bigint' && (!@{$f->{adds}} || chance(0.1));
	return any("'29.99'", "'0'", "'-5'", "'1e6'") . '::numeric'
		if $type eq 'numeric' && !chance($wild);
	return any("'NaN'", "'Infinity'", "'-Infinity'", "'1e15'", "'922337203685477.5807'",
		"'0.00005'", "'1e1000'", "'1e-1000'")
		. '::numeric'
		if $type eq 'numeric';
	return any('true', 'false') if $type eq 'boolean';
	return quoted(day()) . '::date' if $type eq 'date';
	return quoted(moment()) . "::$type" if $type =~ /^timestamp/;
	return quoted(any(chance($wild) ? @intervals : @ordinary_intervals)) . '::interval'
		if $type eq 'interval';
	if ($type eq 'text')
	{
		return quoted(any(@{kinds_for($f)})) . '::text' if $name eq 'kind' && chance(0.95);
		return quoted(any(@{$texts{$name}})) . '::text' if $texts{$name} && chance(0.9);
		# for who gives numbers and intervals without a type
		return quoted(chance($wild) ? float() : ordinary(-2, 2)) . '::text'
			if $name =~ /^(x|t_x|t|mean_value|discount_rate)$/ && chance(0.9);
		return quoted(any(chance($wild) ? @intervals : @ordinary_intervals)) . '::text'
			if $name eq 'horizon' && chance(0.9);
		return any(@any_text) . '::text';
	}
	return any('{}', '{a,b}', '{NULL}', '{{a},{b}}', '{range}') =~ s/(.*)/'$1'::text[]/r
		if $type eq 'text[]';
	if ($type =~ /^(double precision|boolean)\[\]$/)
	{
		my $length = chance(0.95) ? $width : any(0, 1, 33, 65, 1000);
		return "ARRAY[['1', '0']]::$type" if chance(0.01);
		return 'ARRAY['
			. join(',',
			map { $1 eq 'boolean' ? any('true', 'false', 'NULL')
				: quoted(chance(0.1) ? float() : any(0, 1, ordinary(-1, 1))) } 1 .. $length)
			. "]::$type";
	}
	return any('[2024-01-01,2024-07-01)', 'empty', '(,)', '[,2024-01-01]', '[infinity,infinity]',
		'[2024-01-01,)', '[-infinity,infinity)')
		=~ s/(.*)/'$1'::daterange/r
		if $type eq 'daterange';
	return any('null', '{}', '[]', '{"a":1,"b":"x"}', '{"a":null}', '[{"date":"2024-01-01"}]',
		'[{"date":"2024-01-01","orders":2147483647,"amount":1e15}]', '[{"date":"infinity"}]',
		'[[[[]]]]', '{"schema":"x","as_of":"infinity","horizon":"-1 day"}')
		=~ s/(.*)/'$1'::jsonb/r
		if $type eq 'jsonb';
	return any("'orders'", "'pg_class'", '0') . '::regclass' if $type eq 'regclass';
	if ($type eq 'survival_point[]')
	{
		return any("'{}'::survival_point[]",
			"'{\"(-1,0,0,0,NaN,Infinity,0,0)\"}'::survival_point[]", "'{NULL}'::survival_point[]")
			if chance(0.2);
		return 'survival_curve_final(' . join(',', 'survival_curve_add(' x 3) . 'NULL'
			. join('',
			map { ',' . any(qw(0 1 2 1e-300 1e300)) . ',' . any('true', 'false') . ')' } 1 .. 3)
			. ')'
			=~ s/\(,survival/(survival/gr;
	}
	if ($type eq 'logistic_fit')
	{
		my @row = map { any('', 0, 1, 2, quoted(float()) =~ s/'//gr) } 1 .. 9;
		return "'(" . join(',', @row) . ",\"{}\")'::logistic_fit" if chance(0.2);
		return 'fit_logistic_final(' . join(',', 'fit_logistic_add(' x 4) . 'NULL'
			. join('',
			map { ',' . any('true', 'false') . ',ARRAY['
					. join(',', map { any(qw(0 1 -1 1e300)) } 1 .. $width) . ']::float8[])' }
				1 .. 4)
			. ')'
			=~ s/\(,fit/(fit/gr;
	}
	if ($type eq 'bytea' || ($type eq 'bigint' && @{$f->{adds}}))
	{
		return any("'\\x'", "'\\x00'", "'\\x01000000'", "decode(repeat('ff', 100), 'hex')")
			. '::bytea'
			if $type eq 'bytea' && chance(0.1);
		my $add = $function{any(@{$f->{adds}})};
		return "NULL::$type" if $add == $f && chance(0.6);
		return "$add->{name}("
			. join(', ', "NULL::$type",
			map { ($add->{variadic} && $_ == $#{$add->{types}} ? 'VARIADIC ' : '')
				. argument($add, $add->{types}[$_], $add->{names}[$_]) } 1 .. $#{$add->{types}})
			. ')';
	}
	return quoted(any('{2024-01-01: 5}', '{', '{2024-01-01: 1e999}',
			'{"model":"sbg","alpha":1e999,"beta":1}', '{"model":"sbg","alpha":NaN,"beta":1}',
			'{2024-01-01: 1 in 99999999999}'))
		. '::cstring'
		if $type eq 'cstring';
	BAIL_OUT("an argument of type $type: $f->{signature}");
}

sub arguments
{
	my ($f) = @_;
	my @types = @{$f->{types}};
	my @arguments = map { argument($f, $types[$_], $f->{names}[$_]) } 0 .. $#types;
	my ($x) = grep { ($f->{names}[$_] // '') eq 'x' } 0 .. $#types;
	# purchases, the last of them and the age go together
	if (defined $x && ($f->{names}[$x + 1] // '') eq 't_x' && chance(0.85))
	{
		my $age = any(qw(1e-6 0.5 1 38.86 1000 14610 1e9 1e15 1e300 1.7e308), ordinary(0, 4));
		my $count = any(0, 0, 1, 2, 10, 100, 1e6, 1e9);
		@arguments[$x .. $x + 2] = map { quoted($_) . "::$types[$x]" } $count,
			$count == 0 ? 0 : any($age, 0.5 * $age, 1e-6 * $age), $age;
	}
	return @arguments;
}

# The answer as JSON, or its size where it can hold no wrong number.  Of long ones the beginning:
# how long PostgreSQL takes to make JSON of them is not the question.
my $unseen =
	qr/^(bytea|text|jsonb|cstring|void|purchase_history|retention_(model|season)|
		(integer|boolean)\[\])$/x;
sub answer
{
	my ($f, $from) = @_;
	my $x = $f->{result} =~ /\[\]$/ ? 'x[1:200]' : 'x';
	return 'SELECT ' . ($f->{result} =~ $unseen ? 'pg_column_size(x)' : "to_jsonb($x)")
		. " FROM (SELECT $from OFFSET 0) s (x)";
}

sub call
{
	my ($f) = @_;
	my $last = $#{$f->{types}};
	my @before = map { $f->{variadic} && $_ == $last ? 'VARIADIC ' : '' } 0 .. $last;
	$width = any(1, 2, 3, 8);
	$wild = any(0, 0.02, 0.1, 0.5, 1);
	%shared = ();
	if ($f->{kind} eq 'f')
	{
		my @arguments = arguments($f);
		my $list = join(', ', map { "$before[$_]$arguments[$_]" } 0 .. $last);
		return "SELECT jsonb_agg(s) FROM (SELECT * FROM $f->{name}($list) s LIMIT 100) s"
			if $f->{set};
		return answer($f,
			$f->{result} =~ /^(void|cstring)$/ ? "$f->{name}($list)::text" : "$f->{name}($list)");
	}
	my @rows;
	my @first = arguments($f);
	for my $row (1 .. any(0, 1, 2, 3, 5, 10, 40))
	{
		push @rows, '(' . join(', ', arguments($f)) . ')';
	}
	my $from = @rows ? 'VALUES ' . join(', ', @rows)
		: 'SELECT ' . join(', ', @first) . ' WHERE false';
	my $over = $f->{kind} eq 'w' ? 'OVER (ORDER BY a0)' : '';
	my $list = join(', ', map { "$before[$_]a$_" } 0 .. $last);
	my $names = join(', ', map { "a$_" } 0 .. $last);
	return $f->{kind} eq 'w'
		? "SELECT jsonb_agg(s) FROM (SELECT $f->{name}($list) $over AS s FROM ($from) r ($names)) s"
		: answer($f, "$f->{name}($list) FROM ($from) r ($names)");
}

# --- a session of psql, which may have to be killed with its server ---

my ($pid, $in, $out);
sub connect_again
{
	$pid = open3($in, $out, undef, 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=0', '-d',
		$node->connstr('postgres'));
	print $in "\\set VERBOSITY terse\nSET statement_timeout = '1s';\n";
	$in->flush;
}

# the answer in one line and how long it took; no answer after a while, or none at all
sub ask
{
	my ($call) = @_;
	my $began = time;
	my $answer = '';
	my $select = IO::Select->new($out);
	print $in "SELECT attempt(\$call\$$call\$call\$);\n";
	$in->flush;
	while ($answer !~ /\n\z/)
	{
		my $left = $began + $patience - time;
		last unless $left > 0 && $select->can_read($left);
		last unless sysread($out, $answer, 65536, length $answer);
	}
	my $took = time - $began;
	chomp $answer;
	# the timeout may come when the call is over already
	$answer =~ s/^ERROR:  (?=canceling statement)/57014 /;
	return ($answer, $took) if $answer =~ /^(ok|[0-9A-Z]{5}) /;
	my $ended = $took >= $patience ? 'does not end' : 'CRASH';
	kill 'KILL', $pid;
	waitpid $pid, 0;
	$node->stop('immediate', fail_ok => 1);
	$node->start;
	connect_again();
	return ($ended, $took);
}

# --- what an answer must not be ---

# the plain values of an answer, each with its type and with what its column's COMMENT says
sub leaves
{
	my ($value, $type, $comment, $name) = @_;
	(my $element = $type) =~ s/\[\]$//;
	return map { leaves($_, $element, $comment, $name) } @$value if ref $value eq 'ARRAY';
	return map { leaves($value->{$_}, $column{$type}{$_}{type}, $column{$type}{$_}{comment},
			" in $_") } sort keys %$value
		if ref $value eq 'HASH';
	return [$value, $type, $comment, $name];
}

my $json = JSON::PP->new->allow_nonref->allow_bignum(0);
sub fault
{
	my ($f, $answer) = @_;
	return $answer if $answer =~ /^(CRASH|does not end|XX000|42601|42883|42725)/;
	return unless $answer =~ s/^ok //;
	return if $f->{result} =~ $unseen || $f->{result} eq 'record';
	my $said = comment_of($f);
	# what is said of errors says nothing of answers
	$said =~ s/ Errors?:? .*//s;
	for my $leaf (leaves($json->decode($answer), $f->{result}, $said, ''))
	{
		my ($value, $type, $comment, $where) = @$leaf;
		next unless defined $value && $type =~ /^(double precision|numeric|date|timestamp)/;
		return "NaN$where" if $value =~ /^-?nan$/i;
		return "$value$where"
			if $value =~ /^-?inf(inity)?$/i && "$comment $said" !~ $may_be_infinite;
		return "$value$where, a share or probability"
			if $comment =~ $share && $comment !~ /as a multiple/ && $value !~ /^-?inf/
			&& ($value < 0 || $value > 1);
	}
	return;
}

# --- all of it ---

connect_again();
my ($calls, $answered, %faults, %called, %answers) = (0, 0);
for my $f (sort { $a->{signature} cmp $b->{signature} } values %function)
{
	next if grep { $_ eq 'internal' } @{$f->{types}};
	my @calls = map { call($f) } 1 .. $calls_each;
	next if $only ne '' && $f->{signature} !~ /$only/;
	for my $call (@calls)
	{
		my ($answer, $took) = ask($call);
		for (2 .. $times)
		{
			last if $took <= $time_limit;
			my ($again, $time) = ask($call);
			$took = $time if $time < $took;
			$answer = $again if $answer eq 'does not end';
		}
		$calls++;
		$answered++ if $answer =~ /^ok /;
		$called{$f->{signature}} .= $answer =~ /^ok / ? '' : ' ' . substr($answer, 0, 5);
		$answers{$f->{signature}}++ if $answer =~ /^ok /;
		my $fault = fault($f, $answer);
		$fault = sprintf 'takes %.1f s', $took
			if $took > $time_limit && (!defined $fault || $fault !~ /CRASH|does not end/);
		next unless defined $fault;
		push @{$faults{$f->{signature}}}, [$fault, $call];
	}
}
print $in "\\q\n";
close $in;
waitpid $pid, 0;

for my $signature (sort keys %faults)
{
	diag("$signature: $_->[0]\n    "
		. ($ENV{RETENTION_ONLY} || length $_->[1] < 1000 ? $_->[1]
			: substr($_->[1], 0, 1000) . ' ...'))
		for @{$faults{$signature}};
}
is(scalar(map { @$_ } values %faults), 0,
	"$calls calls of " . scalar(keys %called) . " functions, $answered with an answer, seed $seed");
note("only errors: $_$called{$_}") for grep { !$answers{$_} } sort keys %called;
$node->stop('immediate');
done_testing();
