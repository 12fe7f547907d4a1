# The reader of the demo: columns by name, dates by the file, every bad row reported with its line.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use Test::More;
use IPC::Run;

my $tmp = PostgreSQL::Test::Utils::tempdir();

sub read_orders
{
	my ($text, @options) = @_;
	open(my $out, '>:raw', "$tmp/orders.csv") or die $!;
	print $out $text;
	close $out;
	my ($stdout, $stderr);
	my $ok = IPC::Run::run([ 'perl', "$ENV{RETENTION_ROOT}/sql/demo/read_orders", "$tmp/orders.csv",
			@options ],
		'>', \$stdout, '2>', \$stderr);
	$stderr =~ s/\Q$tmp\E\///g;
	unlike($stderr, qr/uninitialized| at .* line \d+\.$/m, 'no complaint of Perl itself');
	return ($ok, $stdout, $stderr);
}

my ($ok, $out, $err) = read_orders(
	"customer_id,order_date,amount\n1,2026-01-03,29.99\n2,2026-01-04 10:11:12,\n");
is($out, "1\t2026-01-03 00:00:00\t29.99\t\\N\n2\t2026-01-04 10:11:12\t\\N\t\\N\n",
	'the plain case');
like($err, qr/2 orders read, 0 left out/, 'says how many');

($ok, $out, $err) = read_orders("\xEF\xBB\xBFTotal Price;\"Order Date\";Customer;Category\r\n"
	. "\"1.5\";03.04.2026;\"a;\"\"b\"\"\";x\ty\r\n7,25;4.4.2026;c;\r\n");
is($out, "a;\"b\"\t2026-04-03 00:00:00\t1.5\tx\\ty\nc\t2026-04-04 00:00:00\t7.25\t\\N\n",
	'semicolons, quotes, a byte order mark, decimal commas, any order of columns');

($ok, $out, $err) = read_orders("user_id\tcreated_at\trevenue\n"
	. "u1\t2026-01-03T23:59:59.123Z\t1e2\nu2\t20260104\t-5\n");
is($out, "u1\t2026-01-03 23:59:59\t1e2\t\\N\nu2\t2026-01-04 00:00:00\t-5\t\\N\n",
	'tabs, zones, compact dates');

($ok, $out, $err) = read_orders("customer,date\na,01/02/2026\nb,25/12/2025\n");
like($out, qr/^a\t2026-02-01 /, 'a day above 12 in the file decides: day first');
($ok, $out, $err) = read_orders("customer,date\na,01/02/2026\nb,12/25/2025 3:04 pm\n");
like($out, qr/^a\t2026-01-02 .*\nb\t2025-12-25 15:04:00/, 'or month first');
($ok, $out, $err) = read_orders("customer,date\na,01/02/2026\n");
ok(!$ok && $err =~ /nothing in the file decides: say --dates dmy or --dates mdy/,
	'nothing decides: asks, never guesses');
($ok, $out, $err) = read_orders("customer,date\na,01/02/2026\n", '--dates', 'dmy');
like($out, qr/^a\t2026-02-01 /, '--dates decides');
($ok, $out, $err) = read_orders("customer,date\na,13/01/2026\nb,01/13/2026\n");
ok(!$ok && $err =~ /some dates put the day first \(1\), others the month \(1\)/, 'both: asks');

my %bad = (
	'1,2026-02-30,5' => '"2026-02-30" is not a date',
	'1,2025-02-29,5' => '"2025-02-29" is not a date',
	'1,2026-13-01,5' => '"2026-13-01" is not a date',
	'1,2026-01-01 24:00,5' => '"2026-01-01 24:00" is not a date',
	'1,yesterday,5' => '"yesterday" is not a date',
	'1,,5' => 'no time',
	',2026-01-01,5' => 'no customer',
	'1,2026-01-01,five' => 'amount "five" is not a plain number',
	'1,2026-01-01,NaN' => 'amount "NaN" is not a plain number',
	'1,2026-01-01,1e30' => 'amount "1e30" is too large',
	'1,2026-01-01,1,000' => '4 fields, but the header has 3',
	'1,2026-01-01' => '2 fields, but the header has 3',
	'"1"x,2026-01-01,5' => 'text follows a closing quote',
	'"1,2026-01-01,5' => 'a quote is never closed',
	"\xff,2026-01-01,5" => 'the customer is not valid UTF-8');
for my $row (sort keys %bad)
{
	($ok, $out, $err) = read_orders("customer,date,amount\n7,2026-01-01,5\n$row\n8,2026-01-02,6\n");
	like($err, qr/orders\.csv line 3: \Q$bad{$row}\E; row left out\n.*2 orders read, 1 left out/s,
		"reported: $bad{$row}");
	is($out, "7\t2026-01-01 00:00:00\t5\t\\N\n8\t2026-01-02 00:00:00\t6\t\\N\n",
		'and the others are kept');
}
($ok, $out, $err) = read_orders("customer,date\n\"a\nb\",2026-01-01\nc,no\n");
like($err, qr/line 4: "no" is not a date/, 'lines are counted through quotes');

for my $case ([ '', 'is empty' ], [ "a,b\n1,2\n", 'no column for the customer' ],
	[ "customer,b\n1,2\n", 'no column for the time of the order' ],
	[ "customer,date\n", 'nothing to show' ])
{
	($ok, $out, $err) = read_orders($case->[0]);
	ok(!$ok && $err =~ /\Q$case->[1]\E/, "refused: $case->[1]");
}
($ok, $out, $err) = read_orders("customer,date\n" . "x,no\n" x 50);
like($err, qr/\.\.\. and 30 more rows left out/, 'long lists are counted');

done_testing();
