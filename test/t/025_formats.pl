# Models in all forms in which a database may keep them: bytes of release 0.1.0, as they lie in
# its tables and in its binary dumps, and values that are short, compressed or out of line.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $folder = PostgreSQL::Test::Utils::tempdir();
my $root = $ENV{RETENTION_ROOT} or die 'RETENTION_ROOT is not set';
my $node = PostgreSQL::Test::Cluster->new('formats');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION retention');

sub one
{
	my ($query) = @_;
	return $node->safe_psql('postgres', $query);
}

# text form | bytes behind the length
open(my $file, '<', "$root/test/data/model_1.csv") or die "$root/test/data/model_1.csv: $!";
my @models = map { chomp; [ split /\|/ ] } <$file>;
close($file);

SKIP:
{
	skip 'the bytes were written by a machine whose lowest byte comes first', 5
	  if unpack('h*', pack('s', 1)) !~ /^1/;

	# as a table of 0.1.0 has them, whose column is stored plain
	one('CREATE TABLE of_0_1 (model bytea, number int);
		ALTER TABLE of_0_1 ALTER model SET STORAGE plain;
		CREATE TABLE known (number int, text text);');
	for my $i (0 .. $#models)
	{
		my ($text, $bytes) = @{ $models[$i] };
		$text =~ s/'/''/g;
		one("INSERT INTO of_0_1 VALUES ('\\x$bytes', $i); INSERT INTO known VALUES ($i, '$text')");
	}
	one("UPDATE pg_attribute SET atttypid = 'retention_model'::regtype, attalign = 'd'
		WHERE attrelid = 'of_0_1'::regclass AND attname = 'model'");
	is(one('SELECT count(*), min(pg_column_size(model)), max(pg_column_size(model)) FROM of_0_1'),
		'12|296|296', 'twelve models as release 0.1.0 kept them');
	is(one('SELECT count(*) FROM of_0_1 JOIN known USING (number) WHERE model::text = text'),
		12, 'they say the same as then');
	is( one('SELECT count(*) FROM of_0_1 JOIN known USING (number)
			WHERE model = text::retention_model
			AND retention_model_hash(model) = retention_model_hash(text::retention_model)
			AND retention_model_send(model) = retention_model_send(text::retention_model)'),
		12,
		'and are equal to those of today, with the same hash');
	is( one('SELECT count(*) FROM (SELECT model FROM of_0_1
			UNION SELECT text::retention_model FROM known) m'),
		12,
		'also where values of both versions come together');
	one('ALTER TABLE of_0_1 ALTER model SET STORAGE extended; UPDATE of_0_1 SET number = number;
		CREATE TABLE copied AS SELECT model, number FROM of_0_1');
	is(one('SELECT count(*) FROM copied JOIN known USING (number) WHERE model::text = text'),
		12, 'and where they have been copied to a column of today');
}

# as a binary dump of 0.1.0 has them: what it sent was these numbers in this order
sub message_1
{
	my ($id, $flags, @numbers) = @_;
	return pack('CCC', 1, $id, $flags) . pack('d>*', @numbers);
}

sub copy_file
{
	my (@messages) = @_;
	my $path = "$folder/models";
	open(my $out, '>:raw', $path) or die "$path: $!";
	print $out "PGCOPY\n\377\r\n\0" . pack('NN', 0, 0);
	print $out pack('n', 1) . pack('N', length $_) . $_ for @messages;
	print $out pack('n', 0xffff);
	close($out);
	return $path;
}

my $nan = 'NaN' + 0;
one('CREATE TABLE received (model retention_model)');
my $path = copy_file(
	message_1(2, 3, 1, 1, 0, 0, 0, 0, -10.5, 20, 0.25, 4, 0.5, 2, (0.125) x 10, (0) x 11),
	message_1(1, 0, 7, 0.5, 2, 0.25, 0, 0, 0, 0, 2, 3, 4, (0) x 21));
one("COPY received FROM '$path' (FORMAT binary)");
is( one('SELECT model FROM received ORDER BY model_kind(model)'),
	'{"model": "bg/nbd", "r": 0.25, "alpha": 4, "a": 0.5, "b": 2, "time_unit_days": 1, '
	  . '"log_likelihood": -10.5, "observations": 20, "converged": true, "covariance": ['
	  . join(', ', (0.125) x 10) . "]}\n"
	  . '{"model": "interpurchase", "k": 2, "r": 3, "alpha": 4, "time_unit_days": 7, '
	  . '"recency_weight": 0.5, "k_median": 2, "k_deviation": 0.25}',
	'a binary dump of 0.1.0 is read');

# what no release has sent
my %refused = (
	'a later version' => [ pack('CCCC', 3, 2, 0, 4), qr/made by a later version/ ],
	'a part that is not known' =>
	  [ pack('CCCC', 2, 2, 0, 4) . pack('d>4', 1, 1, 1, 1) . pack('N4', 9, 1, 0, 0),
		qr/made by a later version/ ],
	'version 0' => [ pack('CCCC', 0, 2, 0, 4), qr/unknown version/ ],
	'a kind that there is not' => [ pack('CCCC', 2, 99, 0, 4), qr/unknown kind of model/ ],
	'too few parameters' => [ pack('CCCC', 2, 2, 0, 4) . pack('d>', 1), qr/too short/ ],
	'another number of parameters' =>
	  [ pack('CCCC', 2, 2, 0, 3) . pack('d>3', 1, 1, 1), qr/not the parameters of its kind/ ],
	'a parameter below zero' =>
	  [ pack('CCCC', 2, 2, 0, 4) . pack('d>4', 1, 1, 1, -1), qr/parameters must be between/ ],
	'parts in another order' =>
	  [ pack('CCCC', 2, 2, 0, 4) . pack('d>4', 1, 1, 1, 1) . pack('NNd>NNd>', 2, 1, 0.5, 1, 1, 7),
		qr/not in order/ ],
	'a part of another length' =>
	  [ pack('CCCC', 2, 2, 0, 4) . pack('d>4', 1, 1, 1, 1) . pack('NNd>2', 1, 2, 7, 7),
		qr/too short or too long/ ],
	'more than any model has' =>
	  [ pack('CCCC', 2, 2, 0, 4) . pack('d>5000', (1) x 5000), qr/too long/ ],
	'no end of a word' => [ pack('CCCC', 2, 2, 0, 4) . 'abc', qr/insufficient data/ ]);
for my $what (sort keys %refused)
{
	my ($message, $expected) = @{ $refused{$what} };
	my $bad = copy_file($message);
	my ($status, $out, $err) =
	  $node->psql('postgres', "COPY received FROM '$bad' (FORMAT binary)");
	like($err, $expected, "refused: $what");
}

# values of today
one(q{CREATE TABLE today AS SELECT g AS number, format(
	'{"model": "bg/nbd", "r": %s, "alpha": 2, "a": 3, "b": 4}', g)::retention_model AS model
	FROM generate_series(1, 100) g});
is( one("SELECT attstorage FROM pg_attribute WHERE attrelid = 'today'::regclass
		AND attname = 'model'"),
	'x',
	'a new column may keep models compressed or out of line');
is(one('SELECT max(pg_column_size(model)) FROM today'), 37, 'a model that was typed in is short');
one("COPY today TO '$folder/today' (FORMAT binary);
	CREATE TABLE back (LIKE today);
	COPY back FROM '$folder/today' (FORMAT binary)");
is(one('SELECT count(*) FROM back JOIN today USING (number, model)'),
	100, 'the binary form comes back as it was');

# rows so long that some of their values go out of line
my $columns = join(', ', map { "model_$_ retention_model" } 1 .. 60);
my $same = join(', ', ('model') x 60);
my $equal = join(' AND ', map { "model_$_ = model" } 1 .. 60);
for my $storage ('external', 'main', 'extended')
{
	one("CREATE TABLE wide_$storage ($columns, number int)");
	one("ALTER TABLE wide_$storage ALTER model_$_ SET STORAGE $storage") for 1 .. 60;
	one("INSERT INTO wide_$storage SELECT $same, number FROM today");
	is(one("SELECT count(*) FROM wide_$storage JOIN today USING (number) WHERE $equal"),
		100, "models are the same where they are stored $storage");
}
cmp_ok(one("SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE relname = 'wide_external'"),
	'>', 0, 'and some of them were out of line');

# what a fit saw
is( one("SELECT fitted_as_of(fit_model('mbg/nbd', history, date '2026-06-30'))
	FROM (SELECT purchase_history(date '2026-01-01' + i * g % 150, 1::numeric) AS history
		FROM generate_series(1, 60) g, generate_series(1, 4) i GROUP BY g) h"),
	'2026-06-30',
	'a fit to histories says up to when it saw them');
is( one(q{SELECT fitted_as_of('{"model": "bg/nbd", "r": 1, "alpha": 2, "a": 3, "b": 4}') IS NULL}),
	't',
	'a model that was typed in has no such date');
my $dated =
	'{"model": "sbg", "alpha": 1, "beta": 2, "time_unit_days": 1, "log_likelihood": -1, '
  . '"observations": 9, "fitted_as_of": "%s", "converged": true, "covariance": [1, 0, 1]}';
for my $date ('2026-12-31', '-4712-01-01', '5874897-12-31', '2000-01-01')
{
	my ($status, $out, $err) =
	  $node->psql('postgres', "SELECT '" . sprintf($dated, $date) . "'::retention_model");
	is($out, sprintf($dated, $date), "it comes back: $date") if $date !~ /^-/;
	like($err, qr/must be a date/, "or is refused: $date") if $date =~ /^-/;
}
for my $bad ('2026-02-30', 'infinity', '2026-1-1', '31.12.2026', '2026-12-31 ', '')
{
	my ($status, $out, $err) =
	  $node->psql('postgres', "SELECT '" . sprintf($dated, $bad) . "'::retention_model");
	like($err, qr/"fitted_as_of" must be a date.*not "\Q$bad\E"/, "no date: \"$bad\"");
}
my ($status, $out, $err) = $node->psql('postgres',
	q{SELECT '{"model": "sbg", "alpha": 1, "beta": 2, "fitted_as_of": "2026-01-01"}'
		::retention_model});
like($err, qr/"log_likelihood" is missing/, 'only a fitted model has a date');

# rows of types that have more columns than the library knows, or fewer
my $history = "purchase_history '{2026-01-01: 10, 2026-01-11: 20, 2026-01-22: 30}'";
my $curve = '(SELECT survival_curve(d, true) FROM (VALUES (1::float8), (2), (4)) v(d))';
my $row = one("SELECT rfm($history, date '2026-02-01')");
my $mean = one("SELECT restricted_mean_survival($curve, 3::float8)");
one('ALTER TYPE rfm ADD ATTRIBUTE remark text');
one('ALTER TYPE survival_point ADD ATTRIBUTE remark text');
is( one("SELECT rfm($history, date '2026-02-01')"),
	$row =~ s/\)$/,)/r, 'another attribute of a row is NULL');
is(one("SELECT count(*), count(remark), sum(churned) FROM unnest($curve)"),
	'3|0|3', 'and of the rows of an array');
is(one("SELECT restricted_mean_survival($curve, 3::float8)"), $mean, 'which are read as before');
one(q{CREATE TYPE first_two AS (frequency float8, recency float8);
	CREATE FUNCTION older(purchase_history, date) RETURNS first_two LANGUAGE C STRICT
	AS '$libdir/retention', 'purchase_history_rfm'});
is( one("SELECT older($history, date '2026-02-01')"),
	$row =~ s/^(\([^,]*,[^,]*),.*/$1)/r, 'columns that an older catalogue has not are left out');

done_testing();
