# Histories survive pg_dump and binary COPY; damaged binary input is refused.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('dump');
$node->init;
$node->start;
my $tmp = PostgreSQL::Test::Utils::tempdir();

$node->safe_psql('postgres', q{
	CREATE EXTENSION retention;
	CREATE TABLE orders AS
	SELECT g % 500 AS customer_id, date '2020-01-01' + (g * 7919) % 2000 AS ordered_on,
	       CASE WHEN g % 11 = 0 THEN NULL WHEN g % 13 = 0 THEN -1 ELSE 1 END
	       * ((g * 104729) % 1000000)::numeric
	       / CASE WHEN g % 500 < 100 THEN 10000 ELSE 100 END AS amount
	FROM generate_series(1, 20000) g;
	CREATE TABLE customer AS
	SELECT customer_id, purchase_history(ordered_on, amount) AS h FROM orders GROUP BY 1;
	ALTER TABLE customer ADD spend numeric GENERATED ALWAYS AS (total_spend(h)) STORED;
	CREATE INDEX ON customer (last_purchase(h));
	CREATE INDEX ON customer USING hash (h);
	CREATE MATERIALIZED VIEW scores AS
	SELECT customer_id, r.* FROM customer, rfm(h, '2026-06-30') r;
	CREATE VIEW live AS
	SELECT customer_id, purchase_history(ordered_on, amount) AS h FROM orders GROUP BY 1;
	CREATE TABLE extremes (h purchase_history);
	INSERT INTO extremes VALUES
		('{4714-11-24 BC: 922337203685477.5807, 5874897-12-31: -922337203685477.5808 in '
		 '2147483647}'),
		('{2026-01-01: ? in 3, 2026-01-02: -5.0001 in 1 (1 unknown)}'), (NULL);
});
my $fingerprint = q{
	SELECT md5(string_agg(customer_id || ' ' || h::text || ' '
	                      || encode(purchase_history_send(h), 'hex'),
	                      E'\n'
	                      ORDER BY customer_id)),
	       (SELECT md5(string_agg(s::text, E'\n' ORDER BY customer_id)) FROM scores s),
	       (SELECT count(*) FROM live JOIN customer c USING (customer_id) WHERE live.h = c.h),
	       (SELECT string_agg(e::text, E'\n' ORDER BY e::text) FROM extremes e)
	FROM customer};
my $before = $node->safe_psql('postgres', $fingerprint);

for my $format ('plain', 'custom')
{
	$node->safe_psql('postgres', "CREATE DATABASE back_$format");
	$node->command_ok([ 'pg_dump', '-F', $format, '-f', "$tmp/$format.dump", '-d',
			$node->connstr('postgres') ],
		"$format dump");
	if ($format eq 'plain')
	{
		$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$tmp/plain.dump",
				'-d', $node->connstr('back_plain') ],
			'plain restore');
	}
	else
	{
		$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('back_custom'),
				"$tmp/custom.dump" ],
			'custom restore');
	}
	is($node->safe_psql("back_$format", $fingerprint), $before,
		"$format: the same histories, scores and views");
}

# binary COPY out and in
$node->safe_psql('postgres', qq{
	COPY customer (customer_id, h) TO '$tmp/customer.bin' (FORMAT binary);
	CREATE TABLE copied (customer_id int, h purchase_history);
	COPY copied FROM '$tmp/customer.bin' (FORMAT binary)});
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM customer c JOIN copied d USING (customer_id) WHERE c.h = d.h}),
	'500', 'binary COPY round trip');

# one row of binary COPY with bytes of our own
sub copy_bytes
{
	my ($bytes) = @_;
	open(my $out, '>:raw', "$tmp/one.bin") or die $!;
	print $out "PGCOPY\n\377\r\n\0", pack('NN', 0, 0), pack('n', 1), pack('N', length $bytes),
		$bytes, pack('n', 0xffff);
	close $out;
	my ($status, $stdout, $stderr) = $node->psql('postgres',
		"\\set VERBOSITY verbose\nTRUNCATE extremes;
		COPY extremes FROM '$tmp/one.bin' (FORMAT binary); SELECT h FROM extremes");
	return $status == 0 ? $stdout : $stderr;
}
my $good = pack('H*', '10eca802b7173b08a846');
is(copy_bytes($good), '{2026-01-03: 29.99, 2026-02-01: 45.00 in 2}',
	'bytes from elsewhere are read');
my %bad = (
	'' => 'no format byte',
	'20eca802b717' => 'unknown format version',
	'18eca802b717' => 'unknown format flag',
	'14eca802b717' => 'unknown format flag',
	'10' => 'no purchase day',
	'10eca802' => 'record is cut short or out of range',
	'10eca802b717ff' => 'record is cut short or out of range',
	'10eca802b7173b08a8468000' => 'record is cut short or out of range',
	'10eca802b7970000b717' => 'record is not in its shortest form',
	'10eca802b7170000' => 'days are not in ascending order',
	'11eca80264' => 'format flags do not fit the days',
	'12eca802' => undef,
	'10eda802060108' => 'impossible day');
for my $hex (sort keys %bad)
{
	my $result = copy_bytes(pack('H*', $hex));
	if (defined $bad{$hex})
	{
		like($result,
			qr/22P03: invalid binary form of type purchase_history at byte \d+: \Q$bad{$hex}\E/,
			"refused: 0x$hex");
	}
	else { is($result, '{2026-01-03: ?}', "accepted: 0x$hex"); }
}

# every single bit flipped: read as something valid, or refused, and the server lives
my $wrong = 0;
for my $bit (0 .. 8 * length($good) - 1)
{
	my $bytes = $good;
	vec($bytes, $bit, 1) ^= 1;
	my $result = copy_bytes($bytes);
	$wrong++ unless $result =~ /22P03/ || $result =~ /^\{.*\}$/;
}
is($wrong, 0, 'every flipped bit is refused with 22P03 or is another history');

$node->stop;
done_testing();
