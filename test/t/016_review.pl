# The page of a retention mart: right for every mart, well-formed, read in a browser on a phone
# and a screen, light and dark.
use strict;
use warnings;
use File::Copy;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('review');
# in any locale
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "timezone = 'UTC'\nclient_min_messages = error");
$node->start;
$SIG{__DIE__} = sub { diag(@_) unless $^S };
my $root = $ENV{RETENTION_ROOT};
my $folder = PostgreSQL::Test::Utils::tempdir();

# --- shops -------------------------------------------------------------------------

$node->safe_psql('postgres', 'CREATE EXTENSION retention');
$node->command_ok(
	[
		qw(psql -X -q -v ON_ERROR_STOP=1 -d), $node->connstr('postgres'),
		'-f', "$root/sql/demo/sample_shop.sql"
	],
	'the sample shop');
$node->safe_psql('postgres', q{
	SELECT create_retention_mart('shop.orders', 'customer_id', 'ordered_at', 'amount',
		'product_range', '{region,channel}', 'sample', customers => 'shop.customers');
	INSERT INTO sample.campaign
	SELECT 'Letter of February', customer_id, sent_on, treated FROM shop.campaign;
	SELECT refresh_retention_mart('sample');

	-- names that would like to be more than names, one of them very long
	CREATE TABLE hostile AS
	SELECT (ARRAY['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>',
			'O''Neill & Söhne', E'two\nlines\t\x01', 'a' || repeat('b', 300),
			U&'right\202Eto left', '<!--', ']]>', '&amp;', '{mart}', '%s', '$1', '',
			'雪 ☃ 🙂'])[1 + g % 14] || CASE WHEN g % 14 = 12 THEN '' ELSE ' ' || g % 90 END
			AS "<b>who</b>",
		timestamp '2024-01-01' + (hashint4(g) & 2147483647) % 700 * interval '1 day' *
			(0.4 + (g % 10) / 16.0) AS ordered_at,
		(hashint4(g + 1) & 8191) * 1000000000.0 AS amount,
		(ARRAY['</table>', '<script>alert(2)</script>', 'x" onload="alert(3)'])[1 + (g / 7) % 3]
			AS product_range,
		CASE WHEN g % 14 < 3 THEN '<svg onload=alert(4)>' ELSE '&' END AS "<i>region</i>"
	FROM generate_series(1, 6000) g;
	SELECT create_retention_mart('hostile', '<b>who</b>', 'ordered_at', 'amount',
		'product_range', '{<i>region</i>}', '<mart>"&''x{mart}');
	INSERT INTO "<mart>""&'x{mart}".campaign
	SELECT '<script>alert(5)</script>', customer_id, date '2025-03-01',
		(hashtext(customer_id) & 1) = 0
	FROM "<mart>""&'x{mart}".customer_history;
	SELECT refresh_retention_mart('<mart>"&''x{mart}');

	-- shops that are hardly any
	CREATE TABLE one_order AS SELECT 1 AS customer_id, date '2025-01-15' AS ordered_at;
	CREATE TABLE one_month AS
	SELECT g % 20 AS customer_id, date '2025-01-01' + g % 31 AS ordered_at
	FROM generate_series(1, 60) g;
	CREATE TABLE two_years AS
	SELECT g % 300 AS customer_id,
		date '2024-01-01' + (hashint4(g) & 2147483647) % 730 AS ordered_at,
		CASE WHEN g % 9 = 0 THEN 'North' ELSE 'South' END AS region
	FROM generate_series(1, 2500) g;
	CREATE TABLE refunds AS
	SELECT g % 30 AS customer_id,
		date '2024-01-01' + (hashint4(g) & 2147483647) % 400 AS ordered_at,
		CASE WHEN g % 3 = 0 THEN -100 ELSE 0.05 END AS amount
	FROM generate_series(1, 900) g;
	CREATE TABLE never_again AS
	SELECT g AS customer_id, date '2024-01-01' + g % 400 AS ordered_at, 20 AS amount
	FROM generate_series(1, 900) g;
	SELECT create_retention_mart('never_again', 'customer_id', 'ordered_at', 'amount',
			schema => 'never_again'),
		create_retention_mart('one_order', 'customer_id', 'ordered_at', schema => 'one_order'),
		create_retention_mart('one_month', 'customer_id', 'ordered_at', schema => 'one_month'),
		create_retention_mart('two_years', 'customer_id', 'ordered_at',
			attributes => '{region}', schema => 'two_years'),
		create_retention_mart('refunds', 'customer_id', 'ordered_at', 'amount',
			schema => 'refunds')});

my %page;
for my $mart ('sample', q{<mart>"&'x{mart}}, qw(one_order one_month two_years refunds never_again))
{
	(my $literal = $mart) =~ s/'/''/g;
	(my $file = $mart) =~ s/\W+/_/g;
	$page{$mart} = "$folder/$file.html";
	$node->command_ok(
		[
			qw(psql -X -At -d), $node->connstr('postgres'), '-o', $page{$mart}, '-c',
			"SELECT retention_review_html('$literal', 'Review of <$literal>', "
			  . "currency => '€ & more')"
		],
		"a page of $mart");
	my $html = slurp_file($page{$mart});
	like($html, qr{^<!DOCTYPE html>\n<html lang="en".*</html>\s*\z}s,
		"$mart: from beginning to end");
	unlike($html, qr{<script|<img|<[^>]*\son\w+=|https?://(?!www\.w3\.org/1999/xhtml)}i,
		"$mart: no scripts, nothing from elsewhere");
	unlike($html, qr{NaN|Infinity|\bNULL\b}, "$mart: no number that is none");
	unlike($html, qr{[\x00-\x08\x0b-\x1f]}, "$mart: no control characters");
	SKIP:
	{
		skip 'this server has no XML', 1
		  if $node->psql('postgres', q{SELECT xml_is_well_formed_document('<a/>')}) != 0;
		my $closed = $node->safe_psql('postgres',
			'SELECT xml_is_well_formed_document('
			  . "retention_review_html('$literal', currency => '<'))");
		is($closed, 't', "$mart: every element is closed");
	}
}

# --- what it says is what the mart says -------------------------------------------------

my $html = slurp_file($page{sample});
my $figure = sub {
	my $number = $node->safe_psql('postgres', "SELECT $_[0]");
	$number =~ s/(?<=\d)(?=(\d{3})+$)/,/g;
	return $number;
};
my $last_month = 'FROM sample.monthly_review ORDER BY month DESC LIMIT 1';
my %says = (
	lost => $figure->("lost $last_month"),
	'value lost' => $figure->("round(value_lost) $last_month"),
	'value to save' => $figure->('round(sum(value_to_save)) FROM sample.contact_list'),
	customers => $figure->("customers $last_month"),
	expected => $figure->('round(sum(expected)) FROM sample.purchase_forecast'),
	came => $figure->('sum(actual) FROM sample.purchase_forecast'),
	'limits of what came' =>
	  join(' to ', map { $figure->("$_ FROM sample.purchase_forecast WHERE period = 6") }
		  qw(total_lower total_upper)),
	'what will come' => $figure->('round(expected) FROM sample.purchase_outlook WHERE days = 30') .
	  ' purchases within 30 days (80&#160;% limits ' .
	  join(' to ', map { $figure->("$_ FROM sample.purchase_outlook WHERE days = 30") }
		  qw(lower upper)));
like($html, qr{(?<![\d,])\Q$says{$_}\E(?![\d,])}, "the page has $_, $says{$_}") for sort keys %says;
like($html, qr{<p class="figure">region North</p>}, 'and why');
like(
	$html,
	qr{Yes:\ \d+\ came\ back</p><p><b>Letter\ of\ February</b>:\ of\ 252\ customers\ contacted
		\ 35&\#160;%\ bought\ within\ 60\ days,\ of\ 298\ others\ 9&\#160;%:
		\ 19\ to\ 33\ of\ 100\ more}sx,
	'and whether the last idea worked');
my @bars = $html =~
  m{<g><title>(\w+ \d+): (\d+) stayed, (\d+) came back, (\d+) new, (-?\d+) lost</title>}g;
my $months = $node->safe_psql(
	'postgres', q{
	SELECT string_agg(format('%s|%s|%s|%s|%s', to_char(month, 'Mon YYYY'), retained, resurrected,
		l.new, r.lost), '|' ORDER BY month)
	FROM (SELECT * FROM sample.lifecycle ORDER BY month DESC LIMIT 24) l
		JOIN sample.monthly_review r USING (month)});
is(join('|', @bars), $months, 'the bars are the months of the lifecycle');
my @cells = $html =~ m{<g><title>(\w+ \d+), month (\d+): (\d+) of (\d+)</title>}g;
my $cohorts = $node->safe_psql(
	'postgres', q{
	SELECT string_agg(format('%s|%s|%s|%s', to_char(cohort, 'Mon YYYY'), period, active, eligible),
		'|' ORDER BY cohort, period)
	FROM sample.cohorts
	WHERE period BETWEEN 1 AND 12 AND cohort IN (
		SELECT DISTINCT cohort FROM sample.cohorts WHERE period = 1
		ORDER BY cohort DESC LIMIT 18)});
is(join('|', @cells), $cohorts, 'the cells are those of the cohorts');
# the heights of the bars are to scale: what stayed, in units of the picture, against the numbers
my ($bar_picture) = $html =~ m{(<svg[^>]*aria-labelledby="lifecycle-title.*?</svg>)}s;
my @heights = $bar_picture =~ m{<rect class="stay"[^>]* height="([\d.]+)"}g;
my @stayed = map { $bars[ 5 * $_ + 1 ] } 0 .. $#heights;
my @wrong =
  grep { abs($heights[$_] - $stayed[$_] * $heights[0] / $stayed[0]) > 0.2 } 0 .. $#heights;
is(scalar(@wrong), 0, 'bars are as high as their numbers');
my ($curve) = $html =~ m{<path class="line" d="M52 12(L[^"]*)"}s;
my @steps = $curve =~ m{L([\d.]+) ([\d.]+)H}g;
my ($last_x, $last_y) = @steps[ -2, -1 ];
my $near = $node->safe_psql('postgres',
	"SELECT abs(1 - survival - ($last_y - 12) / 200.0) < 0.001 "
	  . 'FROM sample.survival ORDER BY days DESC LIMIT 1');
is($near, 't', 'the survival curve ends where the mart says');
like($html, qr{<p class="figure">\Q$says{'value lost'}\E&#160;€ &amp; more</p>},
	'amounts have their currency');
my ($list) = $html =~ m{<caption>Contact list</caption>(.*?)</table>}s;
my @listed = $list =~ m{<tr><th scope="row">(\d+)</th>}g;
my $most = $node->safe_psql(
	'postgres', q{
	SELECT string_agg(customer_id::text, ' ' ORDER BY value_to_save DESC, customer_id)
	FROM (SELECT * FROM sample.contact_list ORDER BY value_to_save DESC, customer_id LIMIT 20) l});
is("@listed", $most, 'the twenty with whom a contact saves most');
like($node->safe_psql('postgres', q{SELECT retention_review_html('sample', list_rows => 0)}),
	qr{Nobody is due, overdue or at risk this week}, 'or none');

# the season: bars as high as the months, their limits, and why it is used
my ($season) = $html =~ m{(<svg[^>]*aria-labelledby="season-title.*?</svg>)}s;
my @year = ($season // '') =~
  m{height="([\d.]+)"><title>\w+: (\d\.\d\d), limits (\d\.\d\d) to (\d\.\d\d)</title>}g;
is( join(' ', map { @year[ 4 * $_ + 1 .. 4 * $_ + 3 ] } 0 .. $#year / 4),
	$node->safe_psql(
		'postgres', q{
		SELECT string_agg(concat_ws(' ', round(factor::numeric, 2), round(lower::numeric, 2),
			round(upper::numeric, 2)), ' ' ORDER BY month) FROM sample.season WHERE chosen}),
	'the months of the season, with their limits');
my @too_high =
  grep { abs($year[ 4 * $_ ] / $year[0] - $year[ 4 * $_ + 1 ] / $year[1]) > 0.02 } 0 .. $#year / 4;
is(scalar(@too_high), 0, 'bars as high as they are');
like($html, qr{The models know that\. It told better who of 4,884 customers would buy}, 'and why');
like($html, qr{the season is in it, a campaign is not\.}, 'the outlook says that it is in it');
unlike($html, qr{All at once}, 'nothing befell all customers');
my $young = slurp_file($page{one_month});
like(
	$young,
	qr{The models know no season\. A log of less than a year tells nothing of a season\.},
	'where the log is short it says why there is no season');
unlike($young, qr{season-title}, 'and has no picture');

# a strike: a sign, and what is to be typed in, which takes it away
$node->safe_psql(
	'postgres', q{
	CREATE TABLE strike AS
	SELECT c AS customer_id, day::date AS ordered_at
	FROM generate_series(1, 400) c,
		generate_series(date '2025-01-01' + c % 20, '2026-06-24', '1 day') day
	WHERE (hashtext(c || ' ' || day::date) & 2147483647) % 20 = 0
		AND NOT (day BETWEEN '2026-02-01' AND '2026-03-15'
			AND (hashtext(c || '+' || day::date) & 2147483647) % 5 > 0);
	SELECT create_retention_mart('strike', 'customer_id', 'ordered_at', schema => '"&{mart}''s')});
my $sign = $node->safe_psql('postgres', q{SELECT retention_review_html('"&{mart}''s')});
my $said =
  'In the 30 days until \d+ \w+ 2026 customers bought \d\d&#160;% less than was to be expected';
like($sign, qr{<section class="whole sign"[^>]*><p><b>$said\.</b> All at once},
	'a sign of a strike');
like($sign, qr{(?<!<b>)$said\. *</p>}, 'beside the forecast, too');
my ($statement) = $sign =~ m{<code>(UPDATE [^<]*)</code>};
my %signs = (quot => '"', amp => '&', '#39' => "'");
($statement //= '') =~ s/&(quot|amp|#39);/$signs{$1}/g;
like(
	$statement,
	qr/^UPDATE """&\{mart\}'s"\.settings SET events = events \|\| '\[\{/,
	'what to type in');
$statement =~ s/"from": "[\d-]+"/"from": "2026-02-01"/;
$statement =~ s/"until": "[\d-]+"/"until": "2026-03-15"/;
$statement =~ s/"factor": [\d.]+/"factor": 0.2/;
$node->safe_psql('postgres', $statement . q{ SELECT refresh_retention_mart('"&{mart}''s')});
my $told = $node->safe_psql('postgres', q{SELECT retention_review_html('"&{mart}''s')});
unlike($told, qr{All at once}, 'told, it is no sign');
like($told, qr{the events in the settings are in it, a season is not\.}, 'but in the outlook');
like($told, qr{<th scope="row">2026-02-01</th><td>2026-03-15</td><td>0\.20</td>}, 'and a figure');

my $never = slurp_file($page{never_again});
like($never, qr{<rect class="h0"}, 'where nobody comes back the cells are pale');
unlike($never, qr{<rect class="h[1-5]"}, 'all of them');
my $without = slurp_file($page{two_years});
like($without, qr{<th scope="col">Purchases to save</th>},
	'without amounts the list counts purchases');
unlike($without, qr{<th scope="col">(Value|Worth|Spent)}, 'and no table speaks of money');
like($without, qr{Amounts are not known}, 'as it says');
my $ranks = $node->safe_psql(
	'postgres', q{
	SELECT (SELECT count(*) FROM (
			SELECT value_to_save, lag(value_to_save) OVER (ORDER BY rank) AS before
			FROM sample.contact_list) l
			WHERE value_to_save > before) +
		(SELECT count(*) FROM (
			SELECT purchases_to_save, lag(purchases_to_save) OVER (ORDER BY rank) AS before
			FROM two_years.contact_list) l
			WHERE purchases_to_save > before)});
is($ranks, '0', 'the ranks follow what a contact saves');

# --- whoever asks ------------------------------------------------------------------------

my $md5 = $node->safe_psql('postgres', q{SELECT md5(retention_review_html('sample'))});
my $settings = q{SET DateStyle = German; SET IntervalStyle = iso_8601; SET TimeZone = 'Asia/Tokyo';
	SET extra_float_digits = -10; SET bytea_output = escape; SET search_path = '';};
is($node->safe_psql('postgres', "$settings SELECT md5(public.retention_review_html('sample'))"),
	$md5, 'no setting of the session changes it');
my $plan = q{SET enable_hashagg = off; SET enable_hashjoin = off; SET enable_nestloop = off;
	SET jit = off;};
is($node->safe_psql('postgres', "$plan SELECT md5(retention_review_html('sample'))"),
	$md5, 'nor the plan');
is( $node->safe_psql(
		'postgres', q{BEGIN READ ONLY; SELECT md5(retention_review_html('sample')); COMMIT}),
	$md5,
	'it writes nothing');
$node->safe_psql(
	'postgres', q{
	CREATE ROLE reader LOGIN;
	CREATE ROLE stranger LOGIN;
	GRANT USAGE ON SCHEMA sample TO reader, stranger;
	GRANT SELECT ON ALL TABLES IN SCHEMA sample TO reader;
	REVOKE SELECT ON sample.contact_list FROM stranger});
is( $node->safe_psql(
		'postgres', q{SELECT md5(retention_review_html('sample'))},
		extra_params => [ '-U', 'reader' ]),
	$md5,
	'who may read the mart gets the page');
my ($out, $err) = ('', '');
$node->psql(
	'postgres', q{SELECT retention_review_html('sample')},
	stdout => \$out,
	stderr => \$err,
	extra_params => [ '-U', 'stranger' ]);
like($err, qr/permission denied for retention mart "sample"/, 'who may not gets nothing');
# one state: a refresh that commits while the page is made is not seen by half of it
SKIP:
{
	my $reader =
	  eval { require PostgreSQL::Test::BackgroundPsql; $node->background_psql('postgres') };
	skip 'this server has no background sessions for tests', 2 unless $reader;
	my $blocker = $node->background_psql('postgres');
	$blocker->query_safe(q{BEGIN; LOCK TABLE sample.campaign_results IN ACCESS EXCLUSIVE MODE});
	$reader->query_until(qr/begun/,
		"\\echo begun\nSELECT 'page ' || md5(retention_review_html('sample'));\n");
	$node->poll_query_until(
		'postgres', q{
		SELECT count(*) = 1 FROM pg_stat_activity
		WHERE wait_event_type = 'Lock' AND query LIKE '%page%' AND pid <> pg_backend_pid()});
	$blocker->query_safe(
		q{
		UPDATE sample.campaign_results SET campaign = 'changed';
		UPDATE sample.monthly_review SET lost = 12345;
		COMMIT});
	$blocker->quit;
	like($reader->query_safe('SELECT 1'), qr/page $md5/, 'all of it is read in one state');
	isnt($reader->query_safe(q{SELECT md5(retention_review_html('sample'))}),
		$md5, 'the next one has the new state');
	$reader->quit;
}

# the same shop in the default database, for what must not make a difference
my $shop = sub {
	my ($mart) = @_;
	return qq{
		CREATE TABLE orders AS
		SELECT g % 30 AS customer_id,
			date '2024-01-01' + (hashint4(g) & 2147483647) % 500 AS ordered_at, 10 + g % 7 AS amount
		FROM generate_series(1, 700) g;
		SELECT create_retention_mart('orders', 'customer_id', 'ordered_at', 'amount',
			schema => '$mart')};
};
my $page_of = sub {
	my ($database, $mart, $extension) = @_;
	my $page = qq{"$extension".retention_review_html('$mart')};
	return $node->safe_psql($database, "SELECT md5(regexp_replace($page, 'Refreshed [^<]*', ''))");
};
$node->safe_psql('postgres', $shop->('m'));
$md5 = $page_of->('postgres', 'm', 'public');

# in every encoding of a database, the page is the same
for my $encoding (qw(LATIN1 EUC_JP SQL_ASCII))
{
	$node->safe_psql('postgres',
		"CREATE DATABASE \"in_$encoding\" ENCODING '$encoding' LOCALE 'C' TEMPLATE template0");
	$node->safe_psql("in_$encoding", 'CREATE EXTENSION retention; ' . $shop->('m'));
	is($page_of->("in_$encoding", 'm', 'public'), $md5, "in $encoding, too");
}

# names of schemas that look like the places where they are filled in
$node->safe_psql('postgres', 'CREATE DATABASE placeholders');
for my $names ([ '{extension}', '{mart}' ], [ '{mart}', '{extension}' ], [ '{mart}', '{mart}%1$s' ])
{
	my ($extension, $mart) = @$names;
	$node->safe_psql(
		'placeholders', qq{
		CREATE SCHEMA "$extension";
		CREATE EXTENSION retention SCHEMA "$extension";
		SET search_path = public, "$extension";
		} . $shop->($mart));
	is($page_of->('placeholders', $mart, $extension),
		$md5, "of mart $mart by an extension in $extension");
	$node->safe_psql(
		'placeholders', qq{
		DROP SCHEMA "$mart" CASCADE;
		DROP TABLE orders CASCADE;
		DROP EXTENSION retention;
		DROP SCHEMA "$extension"});
}

# --- in a browser ------------------------------------------------------------------------------

my ($chromium) =
  grep { -x $_ }
  map { ("$_/chromium", "$_/chromium-browser", "$_/google-chrome") } split /:/, $ENV{PATH};
SKIP:
{
	skip 'no Chromium here', 1 unless $chromium;
	my $browser = "$folder/browser";
	mkdir $browser;
	copy("$root/test/clients/page.html", "$browser/page.html");
	my $render = sub {
		my ($file, $dark, @more) = @_;
		my $profile = PostgreSQL::Test::Utils::tempdir();
		my ($dom, $log) = ('', '');
		IPC::Run::run(
			[
				$chromium, qw(--headless --no-sandbox --disable-gpu --disable-dev-shm-usage
				  --disable-background-networking --disable-component-update --disable-sync
				  --no-first-run --allow-file-access-from-files --enable-logging=stderr
				  --virtual-time-budget=20000),
				($dark ? '--blink-settings=preferredColorScheme=0' : ()),
				"--user-data-dir=$profile", @more, '--dump-dom', "file://$file"
			],
			'>', \$dom, '2>', \$log, IPC::Run::timeout(120));
		my ($findings) = $dom =~ m{<pre id="findings">findings:\n(.*?)\nend}s;
		return ($findings, join("\n", grep { /CONSOLE/ } split /\n/, $log), $dom);
	};
	append_to_file("$browser/empty.html", '<p>it starts</p>');
	my (undef, undef, $empty) = eval { $render->("$browser/empty.html", 0) };
	skip 'Chromium does not start here', 1 unless ($empty // '') =~ /it starts/;
	# does the check find anything at all?
	my $broken = slurp_file($page{sample});
	$broken =~ s{</main>}{<p style="width: 3000px; color: #bbb; background: #fff">wide</p>
		</main><img src="http://127.0.0.1:9/x.png"/>};
	$broken =~ s{<caption>Contact list</caption>}{};
	append_to_file("$browser/review.html", $broken);
	my ($findings, $console) = $render->("$browser/page.html", 0);
	like($findings, qr/360: the page is \d+ wide/, 'the check sees what is too wide');
	like($findings, qr/contrast 1\.\d: P wide/, 'what is too pale');
	like($findings, qr/a table without a caption/, 'what has no name');
	like($findings, qr/something from elsewhere: IMG/, 'and what comes from elsewhere');
	like($console, qr/Content Security Policy/, 'which the page forbids');
	for my $mart (sort keys %page)
	{
		copy($page{$mart}, "$browser/review.html");
		for my $dark (0, 1)
		{
			($findings, $console) = $render->("$browser/page.html", $dark);
			my $scheme = $dark ? 'dark' : 'light';
			like(
				$findings // 'nothing',
				qr/^360:\ (\d+)\ pictures,\ (\d+)\ tables,\ $scheme\n
					1200:\ \1\ pictures,\ \2\ tables,\ $scheme$/x,
				"$mart, $scheme: nothing to find fault with on 360 and 1200 units");
			is($console, '', "$mart, $scheme: nothing on the console");
		}
	}
	copy($page{sample}, "$browser/review.html");
	my $picture = "$browser/picture.png";
	(undef, $console) =
	  $render->("$browser/review.html", 0, '--window-size=1200,2600', "--screenshot=$picture");
	is($console, '', 'by itself, too, nothing on the console');
	cmp_ok(-s $picture // 0, '>', 50000, 'a picture of it');
}

$node->stop;
done_testing();
