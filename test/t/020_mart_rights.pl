# Whose rights a mart runs with: who may make, refresh, read and drop one, and what nobody gains by
# what they put into their tables.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('mart_rights');
$node->init;
$node->append_conf('postgresql.conf', "timezone = 'UTC'\nclient_min_messages = error");
$node->start;
# what stops this file is said in its output, not only in its log
$SIG{__DIE__} = sub { diag(@_) unless $^S };

my ($out, $err) = ('', '');
# runs SQL as a role; what went wrong is in $err
sub as
{
	my ($role, $sql) = @_;
	($out, $err) = ('', '');
	return $node->psql('postgres', "SET client_min_messages = warning; $sql",
		extra_params => [ '-U', $role ], stdout => \$out, stderr => \$err, on_error_stop => 1);
}
sub ok_as { my ($role, $sql, $name) = @_; is(as($role, $sql), 0, $name) or diag $err; }
sub fails_as
{
	my ($role, $sql, $pattern, $name) = @_;
	isnt(as($role, $sql), 0, "$name: an error");
	like($err, $pattern, $name);
}
sub value { return $node->safe_psql('postgres', $_[0]); }

$node->safe_psql('postgres', q{
	CREATE EXTENSION retention;
	CREATE ROLE shop LOGIN;
	CREATE ROLE analyst LOGIN;
	CREATE ROLE clerk LOGIN;
	CREATE ROLE nobody LOGIN;
	CREATE ROLE team LOGIN;
	CREATE ROLE member LOGIN IN ROLE team;
	GRANT CREATE ON DATABASE postgres TO shop, analyst, team;
	GRANT CREATE ON SCHEMA public TO analyst;
	CREATE SCHEMA shop AUTHORIZATION shop; GRANT USAGE ON SCHEMA shop TO PUBLIC;
	CREATE SCHEMA team AUTHORIZATION team;
	CREATE TABLE shop.secured AS
	SELECT g % 60 AS customer_id,
		timestamptz '2025-01-01' + (g * 37) % 400 * interval '1 day' AS ordered_at,
		(g % 50)::numeric AS amount, (ARRAY['tea', 'coffee', 'gifts'])[1 + g % 3] AS product_range,
		CASE WHEN g % 5 = 0 THEN 'North' ELSE 'South' END AS region, g AS id
	FROM generate_series(1, 900) AS g;
	ALTER TABLE shop.secured OWNER TO shop;
	GRANT SELECT, TRIGGER ON shop.secured TO analyst;
	GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON shop.secured TO clerk});
my $columns = q{'customer_id', 'ordered_at', 'amount', 'product_range', '{region}'};
my $histories_differ = q{
	SELECT count(*)
	FROM %s.customer_history m
		FULL JOIN (
			SELECT customer_id, purchase_history(ordered_at, amount, 'UTC') AS h FROM %s
			WHERE customer_id IS NOT NULL GROUP BY 1) o USING (customer_id)
	WHERE m.history IS DISTINCT FROM o.h};
sub same
{
	my ($mart, $source, $name) = @_;
	is(value(sprintf($histories_differ, $mart, $source)), 0, $name);
}
sub owners
{
	return value(qq{
		SELECT string_agg(DISTINCT owner::text, ', ')
		FROM (
			SELECT nspowner::regrole AS owner FROM pg_namespace WHERE nspname = '$_[0]'
			UNION
			SELECT relowner::regrole FROM pg_class WHERE relnamespace = '$_[0]'::regnamespace) o});
}

# --- who may ---------------------------------------------------------------------------

fails_as('nobody', q{
	SELECT create_retention_mart('shop.secured', 'customer_id', 'ordered_at', schema => 'stolen')},
	qr/permission denied for table secured/, 'who may not read the orders');
fails_as('nobody', q{
	SELECT create_retention_mart('shop.secured', 'customer_id', 'ordered_at', schema => 'stolen',
		changes => 'rebuild')}, qr/permission denied for table secured/,
	'without triggers neither');
$node->safe_psql('postgres', 'GRANT SELECT ON shop.secured TO nobody');
fails_as('nobody', q{
	SELECT create_retention_mart('shop.secured', 'customer_id', 'ordered_at', schema => 'stolen',
		changes => 'rebuild')}, qr/permission denied for database/, 'who may not create a schema');
fails_as('analyst', q{
	SELECT create_retention_mart('shop.secured', 'customer_id', 'ordered_at', schema => 'stolen')},
	qr/must be owner of table "secured".*It belongs to "shop"/s,
	'who does not own the table gets no triggers on it');

# made by its owner, and by a superuser for its owner
ok_as('shop', "SELECT create_retention_mart('shop.secured', $columns, 'own', 'UTC')",
	'the owner of the orders has a mart');
is(owners('own'), 'shop', 'all of which belongs to them');
ok_as('postgres', "SELECT create_retention_mart('shop.secured', $columns, 'made', 'UTC')",
	'a superuser makes one');
is(owners('made'), 'shop', 'for the owner of the orders');
ok_as('postgres', "SELECT refresh_retention_mart('own'), refresh_retention_mart('made')",
	'and refreshes them, as a scheduler does');
is(owners('own') . owners('made'), 'shopshop', 'which changes no owner');
ok_as('shop', "SELECT refresh_retention_mart('made'); SELECT drop_retention_mart('made')",
	'the owner refreshes and drops what was made for them');
fails_as('analyst', "SELECT refresh_retention_mart('own')",
	qr/retention mart "own" belongs to "shop"/, 'others do not refresh it');
fails_as('clerk', "SELECT drop_retention_mart('own')", qr/retention mart "own" belongs to "shop"/,
	'nor drop it');
$node->safe_psql('postgres', q{
	CREATE TABLE team.orders AS SELECT * FROM shop.secured;
	ALTER TABLE team.orders OWNER TO team});
ok_as('member', qq{
	SELECT create_retention_mart('team.orders', $columns, 'ours', 'UTC');
	SELECT refresh_retention_mart('ours')}, 'a member of the owning role makes and refreshes one');
is(owners('ours'), 'team', 'which belongs to the role');
ok_as('member', "SELECT drop_retention_mart('ours')", 'and drops it');

# whoever writes orders needs no rights on the mart
ok_as('clerk', q{
	INSERT INTO shop.secured VALUES (3, '2026-02-07', 7, 'tea', 'North', 1001);
	DELETE FROM shop.secured WHERE customer_id = 4;
	UPDATE shop.secured SET amount = 1 WHERE customer_id = 5},
	'a clerk without rights on the mart writes orders');
fails_as('clerk', 'SELECT * FROM own.change', qr/permission denied for schema own/,
	'and can not look into it');
ok_as('postgres', q{INSERT INTO shop.secured VALUES (3, '2026-02-08', 7, 'tea', 'North', 1002)},
	'so does a superuser');
ok_as('shop', "SELECT refresh_retention_mart('own')", 'whose orders');
same('own', 'shop.secured', 'are in the next refresh');

# the page: by who may read the tables
fails_as('analyst', "SELECT retention_review_html('own')",
	qr/permission denied for retention mart "own"/, 'no page for who may not read the mart');
$node->safe_psql('postgres',
	'GRANT USAGE ON SCHEMA own TO analyst; GRANT SELECT ON ALL TABLES IN SCHEMA own TO analyst');
for my $role ('analyst', 'shop', 'postgres')
{
	ok_as($role, "SELECT length(retention_review_html('own')) > 10000", "a page for $role");
}

# --- who has only been granted to read ----------------------------------------------------------

ok_as('analyst',
	"SELECT create_retention_mart('shop.secured', $columns, 'theirs', 'UTC', 'high_water_mark')",
	'who may read the orders has a mart without triggers');
is(owners('theirs'), 'analyst', 'of their own');
ok_as('analyst', "SELECT refresh_retention_mart('theirs')", 'which they refresh');
same('theirs', 'shop.secured', 'from the orders');
fails_as('postgres', "SELECT refresh_retention_mart('theirs')",
	qr/reads orders of somebody else.*Only "analyst" refreshes it/s, 'a superuser does not');
fails_as('shop', "SELECT refresh_retention_mart('theirs')",
	qr/retention mart "theirs" belongs to "analyst"/, 'nor the owner of the orders');
ok_as('postgres', "SET ROLE analyst; SELECT refresh_retention_mart('theirs')", 'but by SET ROLE');
$node->safe_psql('postgres', q{
	ALTER TABLE shop.secured ENABLE ROW LEVEL SECURITY;
	CREATE POLICY north ON shop.secured TO analyst USING (region = 'North');
	CREATE POLICY everything ON shop.secured TO clerk USING (true)});
fails_as('analyst', "SELECT refresh_retention_mart('theirs')",
	qr/query would be affected by row-level security policy/,
	'no reading where policies of others hide rows');
fails_as('analyst',
	"SELECT create_retention_mart('shop.secured', $columns, 'hidden', 'UTC', 'rebuild')",
	qr/query would be affected by row-level security policy/, 'nor making one');
ok_as('shop', "SELECT refresh_retention_mart('own', read_all => true)",
	'their owner sees all rows');
same('own', 'shop.secured', 'all of them');
$node->safe_psql('postgres', 'ALTER TABLE shop.secured DISABLE ROW LEVEL SECURITY');
ok_as('postgres', "SELECT drop_retention_mart('theirs')", 'a superuser drops it, as its owner');
# a superuser reads nothing of others
$node->safe_psql('postgres', q{
	CREATE TABLE public.customers AS
	SELECT g AS customer_id, g % 3 AS region FROM generate_series(0, 60) AS g;
	GRANT SELECT ON public.customers TO shop, analyst});
fails_as('postgres', q{
	SELECT create_retention_mart('shop.secured', 'customer_id', 'ordered_at',
		attributes => '{region}', customers => 'public.customers', changes => 'rebuild',
		schema => 'mixed')},
	qr/made of tables of one owner.*"secured" belongs to "shop", "customers" to "postgres"/s,
	'tables of two owners, by a superuser');
fails_as('shop', q{
	SELECT create_retention_mart('shop.secured', 'customer_id', 'ordered_at',
		attributes => '{region}', customers => 'public.customers', schema => 'mixed')},
	qr/"secured" belongs to "shop", "customers" to "postgres"/, 'and with triggers');
ok_as('shop', q{
	SELECT create_retention_mart('shop.secured', 'customer_id', 'ordered_at',
		attributes => '{region}', customers => 'public.customers', changes => 'rebuild',
		schema => 'mixed', zone => 'UTC');
	SELECT refresh_retention_mart('mixed');
	SELECT drop_retention_mart('mixed')}, 'who may read both has one without triggers');

# the owner's own policies
$node->safe_psql('postgres', q{
	CREATE TABLE shop.policed AS SELECT * FROM shop.secured;
	ALTER TABLE shop.policed OWNER TO shop;
	ALTER TABLE shop.policed ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
	CREATE POLICY north ON shop.policed USING (region = 'North')});
for my $role ('shop', 'postgres')
{
	fails_as($role,
		q{SELECT create_retention_mart('shop.policed', 'customer_id', 'ordered_at', schema => 'p')},
		qr/triggers see rows of "policed" that row-level security hides from "shop"/,
		"no triggers where policies hide rows, by $role");
}
$node->safe_psql('postgres', q{ALTER TABLE shop.policed NO FORCE ROW LEVEL SECURITY});
ok_as('shop', q{
	SELECT create_retention_mart('shop.policed', 'customer_id', 'ordered_at', 'amount',
		schema => 'p', zone => 'UTC')}, 'without policies there are');
$node->safe_psql('postgres', q{
	ALTER TABLE shop.policed FORCE ROW LEVEL SECURITY;
	INSERT INTO shop.policed VALUES (3, '2025-12-28', 7, 'tea', 'South', 79),
		(3, '2025-12-27', 7, 'tea', 'North', 80)});
for my $role ('shop', 'postgres')
{
	ok_as($role, "SET row_security = off; SELECT refresh_retention_mart('p')",
		"policies that come later, by $role");
	same('p', "(SELECT * FROM shop.policed WHERE region = 'North') n",
		'hold from the next refresh on');
}
ok_as('shop', "SELECT drop_retention_mart('p')", 'dropped');

# --- what owners put into their tables gains them nothing -----------------------------------------

# Each attack makes its author a superuser as soon as somebody who is one runs it, and says as whom
# it ran: by a sequence, which no rollback takes back.  What the planner is to run is said to be
# immutable, and calls what is not.
my @roles = qw(shop clerk analyst postgres);
my $sequences = join '',
	map { "CREATE SEQUENCE ran_as_$_; GRANT ALL ON SEQUENCE ran_as_$_ TO PUBLIC;" } @roles;
$node->safe_psql('postgres', $sequences . q{
	CREATE FUNCTION attack_now() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
	BEGIN
		PERFORM nextval('public.ran_as_' || current_user);
		ALTER ROLE shop SUPERUSER;
		RETURN true;
	EXCEPTION WHEN OTHERS THEN
		RETURN true;
	END$$;
	CREATE FUNCTION attack() RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
		$$BEGIN RETURN public.attack_now(); END$$});
sub forget
{
	$node->safe_psql('postgres', join('', map { "ALTER SEQUENCE ran_as_$_ RESTART;" } @roles));
}
sub ran_as { return join(' ', grep { value("SELECT is_called FROM ran_as_$_") eq 't' } @roles); }
$node->safe_psql('postgres', q{
	SET ROLE shop;
	CREATE TYPE shop.evil AS (v text);
	CREATE FUNCTION shop.evil_text(shop.evil) RETURNS text LANGUAGE plpgsql AS
		$$BEGIN PERFORM public.attack(); RETURN ($1).v; END$$;
	CREATE FUNCTION shop.evil_numeric(shop.evil) RETURNS numeric LANGUAGE plpgsql AS
		$$BEGIN PERFORM public.attack(); RETURN ($1).v::numeric; END$$;
	CREATE FUNCTION shop.evil_time(shop.evil) RETURNS timestamptz LANGUAGE plpgsql AS
		$$BEGIN PERFORM public.attack(); RETURN ($1).v::timestamptz; END$$;
	CREATE CAST (shop.evil AS text) WITH FUNCTION shop.evil_text(shop.evil);
	CREATE CAST (shop.evil AS numeric) WITH FUNCTION shop.evil_numeric(shop.evil) AS IMPLICIT;
	CREATE CAST (shop.evil AS timestamptz) WITH FUNCTION shop.evil_time(shop.evil) AS IMPLICIT;
	CREATE DOMAIN shop.checked AS text CHECK (public.attack() AND VALUE <> 'x')});
my $shop_table = q{(
	customer_id text, ordered_at timestamptz, amount numeric, product_range text, region text,
	id serial)};
my $orders = q{
	SELECT ('c' || g % 60), timestamptz '2025-01-01' + (g * 37) % 400 * interval '1 day',
		(g % 50)::numeric, 'r' || g % 3, 'n' || g % 2
	FROM generate_series(1, 120) AS g};
sub column_becomes
{
	my ($column, $type, $using) = @_;
	return "ALTER TABLE w.o ALTER $column TYPE $type USING $using;";
}
# what the owner does to the orders, or to the mart, that is there
my @attacks = (
	[ 'a cast of the key',
		column_becomes('customer_id', 'shop.evil', 'row(customer_id)::shop.evil') ],
	[ 'a cast of the range',
		column_becomes('product_range', 'shop.evil', 'row(product_range)::shop.evil') ],
	[ 'a cast of the attribute', column_becomes('region', 'shop.evil', 'row(region)::shop.evil') ],
	[ 'a cast of the amount',
		column_becomes('amount', 'shop.evil', 'row(amount::text)::shop.evil') ],
	[ 'an implicit cast of the time',
		column_becomes('ordered_at', 'shop.evil', 'row(ordered_at::text)::shop.evil') ],
	[ 'a domain as the key',
		column_becomes('customer_id', 'shop.checked', 'customer_id::shop.checked') ],
	[ 'an index on an expression', q{
		CREATE FUNCTION w.of_row(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
			$$BEGIN PERFORM public.attack(); RETURN $1; END$$;
		CREATE INDEX ON w.o (w.of_row(customer_id))} ],
	[ 'an index predicate', q{CREATE INDEX ON w.o (id) WHERE public.attack()} ],
	[ 'a check that the planner folds', q{ALTER TABLE w.o ADD CHECK (public.attack())} ],
	[ 'a policy', q{
		CREATE POLICY evil ON w.o USING (public.attack());
		ALTER TABLE w.o ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY} ],
	[ 'a generated column', q{
		ALTER TABLE w.o ADD made text
			GENERATED ALWAYS AS (CASE WHEN public.attack() THEN 'x' END) STORED} ],
	[ 'a trigger on a table of the mart', q{
		CREATE FUNCTION w.tr() RETURNS trigger LANGUAGE plpgsql AS
			$$BEGIN PERFORM public.attack(); RETURN NEW; END$$;
		CREATE TRIGGER t BEFORE INSERT ON m.change FOR EACH ROW EXECUTE FUNCTION w.tr();
		CREATE TRIGGER t BEFORE INSERT OR UPDATE ON m.settings FOR EACH ROW EXECUTE FUNCTION w.tr();
		CREATE TRIGGER t BEFORE INSERT ON m.customer_history FOR EACH ROW EXECUTE FUNCTION w.tr();
		CREATE TRIGGER t BEFORE INSERT ON m.lifecycle FOR EACH ROW EXECUTE FUNCTION w.tr()} ],
	[ 'a deferred trigger', q{
		CREATE FUNCTION w.late() RETURNS trigger LANGUAGE plpgsql AS
			$$BEGIN PERFORM public.attack(); RETURN NEW; END$$;
		CREATE CONSTRAINT TRIGGER late AFTER INSERT OR UPDATE ON m.change
			DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION w.late();
		CREATE CONSTRAINT TRIGGER late AFTER INSERT OR UPDATE ON m.settings
			DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION w.late()} ],
	[ 'a default of a table of the mart',
		q{ALTER TABLE m.change ADD more boolean DEFAULT public.attack()} ],
	[ 'a policy on the mart', q{
		CREATE POLICY evil ON m.customer_scorecard USING (public.attack());
		ALTER TABLE m.customer_scorecard ENABLE ROW LEVEL SECURITY;
		CREATE POLICY evil ON m.settings USING (public.attack());
		ALTER TABLE m.settings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY} ],
	[ 'a view instead of the settings', q{
		ALTER TABLE m.settings RENAME TO hidden;
		CREATE VIEW m.settings AS SELECT * FROM m.hidden WHERE public.attack()} ],
	[ 'a view instead of what is read', q{
		ALTER TABLE m.lifecycle RENAME TO hidden;
		CREATE VIEW m.lifecycle AS SELECT * FROM m.hidden WHERE public.attack()} ],
	[ 'events of a type of their own', q{
		CREATE TYPE w.evil AS ENUM ('[]');
		CREATE FUNCTION w.evil_json(w.evil) RETURNS json LANGUAGE plpgsql AS
			$$BEGIN PERFORM public.attack(); RETURN $1::text; END$$;
		CREATE CAST (w.evil AS json) WITH FUNCTION w.evil_json(w.evil);
		ALTER TABLE m.settings DROP events, ADD events w.evil NOT NULL DEFAULT '[]'} ],
	[ 'a season of a type of their own', q{
		CREATE FUNCTION w.evil_of(public.retention_season) RETURNS shop.evil LANGUAGE plpgsql AS
			$$BEGIN PERFORM public.attack(); RETURN row('{}')::shop.evil; END$$;
		CREATE CAST (public.retention_season AS shop.evil)
			WITH FUNCTION w.evil_of(public.retention_season) AS ASSIGNMENT;
		ALTER TABLE m.season_fit DROP used, ADD used shop.evil DEFAULT row('{}')::shop.evil} ],
	[ 'the orders as a view', q{
		ALTER TABLE w.o RENAME TO p;
		CREATE VIEW w.o AS SELECT * FROM w.p WHERE public.attack()} ],
	[ 'a role that is taken up', q{
		CREATE FUNCTION w.up() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			RESET ROLE;
			RESET SESSION AUTHORIZATION;
			PERFORM public.attack();
			RETURN NEW;
		EXCEPTION WHEN OTHERS THEN
			PERFORM public.attack();
			RETURN NEW;
		END$$;
		CREATE TRIGGER t BEFORE INSERT ON m.change FOR EACH ROW EXECUTE FUNCTION w.up()} ],
);
for my $changes ('trigger', 'high_water_mark')
{
	for my $attack (@attacks)
	{
		my ($name, $sql) = @$attack;
		$node->safe_psql('postgres', qq{
			DROP SCHEMA IF EXISTS m, w CASCADE; CREATE SCHEMA w AUTHORIZATION shop;
			CREATE TABLE w.o $shop_table;
			ALTER TABLE w.o OWNER TO shop;
			INSERT INTO w.o $orders;
			GRANT USAGE ON SCHEMA w TO clerk;
			GRANT ALL ON w.o TO clerk;
			GRANT USAGE ON SEQUENCE w.o_id_seq TO clerk;
			SELECT create_retention_mart('w.o', $columns, 'm', 'UTC', '$changes')});
		ok_as('shop', $sql, "$changes: $name");
		forget();
		# What a superuser does then, by themselves or on a schedule; some of it fails.  Who writes
		# into such a table runs what PostgreSQL itself runs as the writer, its checks, say: nothing
		# for a superuser to do.
		my @writers = $name =~ /index|check|domain|policy|generated|view/
			? ('clerk') : ('clerk', 'postgres');
		as($_, q{
			INSERT INTO w.o (customer_id, ordered_at, amount) SELECT NULL, NULL, NULL WHERE false;
			DELETE FROM w.o WHERE id = 17}) for @writers;
		as('postgres', q{SELECT refresh_retention_mart('m')});
		as('postgres', q{SELECT refresh_retention_mart('m', read_all => true)});
		as('postgres', q{SELECT length(retention_review_html('m'))});
		as('postgres', q{SELECT drop_retention_mart('m')});
		is(value(q{SELECT rolsuper FROM pg_roles WHERE rolname = 'shop'}), 'f',
			"$changes: $name makes nobody a superuser");
		my $as = ran_as();
		unlike($as, qr/analyst|postgres/, 'nor runs as somebody else');
		# what PostgreSQL runs when rows are written is not run by a refresh; a deferred trigger is
		# not run at all
		like($as, qr/shop/, 'though it ran')
			if $changes eq 'trigger'
			&& $name !~ /view|domain|expression|check|generated|deferred/;
	}
}

# --- a superuser makes a mart of what somebody has prepared ---------------------------------------

for my $attack (grep { $_->[1] !~ /\bm\./ } @attacks)
{
	my ($name, $sql) = @$attack;
	$node->safe_psql('postgres', qq{
		DROP SCHEMA IF EXISTS m, w CASCADE; CREATE SCHEMA w AUTHORIZATION shop;
		CREATE TABLE w.o $shop_table; ALTER TABLE w.o OWNER TO shop; INSERT INTO w.o $orders});
	$node->safe_psql('postgres', "SET ROLE shop; $sql");
	forget();
	my $changes = $name =~ /policy|view/ ? 'rebuild' : 'trigger';
	as('postgres', "SELECT create_retention_mart('w.o', $columns, 'm', 'UTC', '$changes')");
	unlike(ran_as(), qr/clerk|analyst|postgres/, "create: $name runs as nobody else");
	is(value(q{SELECT rolsuper FROM pg_roles WHERE rolname = 'shop'}), 'f',
		'and makes nobody a superuser');
}

# --- what is told in the settings is data ---------------------------------------------------------

# An analyst may tell events, and no more: whatever they write is read as a season of the owner's
# mart, and said to be none where it is none
$node->safe_psql('postgres', qq{
	DROP SCHEMA IF EXISTS m, w CASCADE; CREATE SCHEMA w AUTHORIZATION shop;
	CREATE TABLE w.o $shop_table;
	ALTER TABLE w.o OWNER TO shop;
	INSERT INTO w.o $orders;
	SELECT create_retention_mart('w.o', $columns, 'm', 'UTC');
	SELECT refresh_retention_mart('m');
	GRANT USAGE ON SCHEMA m TO analyst, clerk;
	GRANT SELECT ON ALL TABLES IN SCHEMA m TO analyst, clerk;
	GRANT UPDATE (events) ON m.settings TO analyst});
my $told = q{'[{"from": "2025-03-01", "until": "2025-03-31", "factor": 0.5}]'};
fails_as('clerk', "UPDATE m.settings SET events = $told", qr/permission denied for table settings/,
	'who may only read a mart tells it no events');
fails_as('nobody', "UPDATE m.settings SET events = $told", qr/permission denied for schema m/,
	'nor who may not');
for my $column (grep { $_ ne 'events' } split /\n/, value(q{
	SELECT attname FROM pg_attribute
	WHERE attrelid = 'm.settings'::regclass AND attnum > 0 AND NOT attisdropped}))
{
	isnt(as('analyst', "UPDATE m.settings SET $column = $column"), 0,
		"who may tell events changes no $column");
}
fails_as('analyst', 'UPDATE m.season_fit SET chosen = true',
	qr/permission denied for table season_fit/, 'nor what season the mart goes by');
ok_as('analyst', "UPDATE m.settings SET events = $told", 'but tells events');
ok_as('postgres', "SELECT refresh_retention_mart('m')", 'which a refresh goes by');
is(value(q{SELECT used::text::jsonb -> 'events' = events FROM m.settings, m.season_fit}), 't',
	'as they are');
# as texts in which the quotes, the placeholders and the dollars of somebody else's SQL would end
my @planted = (
	q{'; SELECT public.attack_now(); --}, q{\\'; SELECT public.attack_now(); --},
	q{"]'::public.retention_season), (SELECT public.attack_now()), ('},
	'$$; SELECT public.attack_now(); $$', '{events} {mart} {as_of}', '%I %L %s',
	'<script>alert(1)</script>');
my $event = q{'from', '2025-03-01', 'until', '2025-03-31', 'factor'};
forget();
for my $text (@planted)
{
	my $planted = "\$planted\$$text\$planted\$::text";
	for my $as (
		$planted, "jsonb_build_object($planted, 1)", "jsonb_build_object($event, $planted)",
		"jsonb_build_object($event, 2, 'from', $planted)")
	{
		ok_as('analyst', "UPDATE m.settings SET events = jsonb_build_array($as)",
			"planted: $text");
		fails_as('postgres', q{SELECT refresh_retention_mart('m')},
			qr/ERROR:  invalid input for type retention_season/, 'is no event');
		unlike(value(q{SELECT retention_review_html('m')}), qr/attack_now|alert|%L|\{events/,
			'and not on the page');
	}
}
is(ran_as(), '', 'nothing of it runs');
is(value(q{SELECT rolsuper FROM pg_roles WHERE rolname = 'shop'}), 'f',
	'nor makes anybody a superuser');
fails_as('analyst', q{UPDATE m.settings SET events = '{"from": 1}'},
	qr/violates check constraint/, 'what is no list is not stored');
ok_as('analyst', q{UPDATE m.settings SET events = '[]'}, 'taken back');
ok_as('postgres', "SELECT refresh_retention_mart('m'); SELECT drop_retention_mart('m')",
	'refreshed and dropped');

# --- owners that no longer agree ------------------------------------------------------------------

$node->safe_psql('postgres', qq{
	DROP SCHEMA IF EXISTS m, w CASCADE;
	CREATE SCHEMA w AUTHORIZATION shop;
	GRANT USAGE ON SCHEMA w TO clerk;
	CREATE TABLE w.o (customer_id text, ordered_at timestamptz, amount numeric, product_range text,
		region text, id serial) PARTITION BY RANGE (id);
	CREATE TABLE w.o1 PARTITION OF w.o FOR VALUES FROM (0) TO (1000);
	ALTER TABLE w.o OWNER TO shop; ALTER TABLE w.o1 OWNER TO shop;
	INSERT INTO w.o (customer_id, ordered_at, amount, product_range, region) $orders;
	SELECT create_retention_mart('w.o', $columns, 'm', 'UTC');
	GRANT INSERT, SELECT ON w.o TO clerk;
	CREATE TABLE w.o2 (LIKE w.o);
	GRANT ALL ON w.o2 TO analyst;
	ALTER TABLE w.o ATTACH PARTITION w.o2 FOR VALUES FROM (1000) TO (2000)});
fails_as('postgres', "SELECT refresh_retention_mart('m')",
	qr/no longer belong to one owner.*"o" belongs to "shop", "o2" to "postgres"/s,
	'a partition of another owner');
$node->safe_psql('postgres', 'ALTER TABLE w.o2 OWNER TO shop');
ok_as('postgres', "SELECT refresh_retention_mart('m')", 'given to the owner');
$node->safe_psql('postgres', 'ALTER TABLE w.o2 OWNER TO analyst');
ok_as('clerk', "INSERT INTO w.o VALUES ('c1', '2026-02-02', 5, 'r1', 'n1', 1500)",
	'orders are stored whoever owns what');
ok_as('postgres', "INSERT INTO w.o2 VALUES ('c1', '2026-02-03', 5, 'r1', 'n1', 1501)",
	'in the partition, too');
like($err, qr/retention mart "m" and table "o2" no longer belong to one owner/, 'with a warning');
is(value('SELECT count(*) FROM m.change WHERE truncated'), 1, 'that all is to be read again');
$node->safe_psql('postgres', 'ALTER TABLE w.o2 OWNER TO shop');
ok_as('shop', "SELECT refresh_retention_mart('m')", 'when owners agree again');
same('m', 'w.o', 'nothing is lost');
$node->safe_psql('postgres', 'ALTER TABLE w.o OWNER TO analyst');
ok_as('postgres', "INSERT INTO w.o VALUES ('c1', '2026-02-04', 5, 'r1', 'n1', 1502)",
	'a table that was given away');
like($err, qr/no longer belong to one owner/, 'with a warning');
fails_as('shop', "SELECT refresh_retention_mart('m')", qr/no longer belong to one owner/,
	'no refresh by the owner of the mart');
fails_as('postgres', "SELECT refresh_retention_mart('m')", qr/no longer belong to one owner/,
	'nor by a superuser');
$node->safe_psql('postgres',
	'ALTER TABLE w.o OWNER TO shop; ALTER TABLE m.lifecycle OWNER TO analyst');
fails_as('postgres', "SELECT refresh_retention_mart('m')",
	qr/"lifecycle" of retention mart "m" belongs to "analyst", the mart to "shop"/,
	'a table of the mart that was given away');
fails_as('postgres', "SELECT retention_review_html('m')",
	qr/"lifecycle" of retention mart "m" belongs to "analyst", the mart to "shop"/,
	'is not on the page either');
$node->safe_psql('postgres',
	'ALTER TABLE m.lifecycle OWNER TO shop; ALTER SCHEMA m OWNER TO analyst');
fails_as('postgres', "SELECT refresh_retention_mart('m')",
	qr/"m" is no retention mart of one owner/, 'a schema that was given away');
ok_as('postgres', "INSERT INTO w.o VALUES ('c1', '2026-02-05', 5, 'r1', 'n1', 1503)",
	'orders all the same');
like($err, qr/the retention mart "m" is gone, or not of one owner/, 'with a warning');
$node->safe_psql('postgres', 'ALTER SCHEMA m OWNER TO shop');
ok_as('postgres', "SELECT refresh_retention_mart('m', read_all => true)", 'and back');
same('m', 'w.o', 'all is there');
# the mart and all of its tables with their owner
$node->safe_psql('postgres', q{SELECT drop_retention_mart('m')});
is(value(q{
	SELECT count(*) FROM pg_trigger
	WHERE tgname LIKE 'retention_mart%'
		AND tgrelid IN ('w.o'::regclass, 'w.o1'::regclass, 'w.o2'::regclass)}), 0,
	'a mart that is dropped leaves no triggers');

# somebody else's schema that looks like a mart
ok_as('analyst', q{
	CREATE SCHEMA trap;
	CREATE TABLE trap.t (x int);
	CREATE VIEW trap.settings AS SELECT attack() AS schema_name;
	CREATE TABLE trap.change (x int);
	GRANT USAGE ON SCHEMA trap TO PUBLIC;
	GRANT SELECT ON ALL TABLES IN SCHEMA trap TO PUBLIC}, 'a trap');
forget();
for my $call ("retention_review_html('trap')", "refresh_retention_mart('trap')",
	"drop_retention_mart('trap')")
{
	fails_as('postgres', "SELECT $call", qr/"trap" is no retention mart of one owner/, $call);
}
is(ran_as(), '', 'runs nothing');

# --- triggers of somebody else's ------------------------------------------------------------------

ok_as('analyst', q{
	CREATE TABLE fake (customer_id int, ordered_at timestamptz, amount numeric);
	CREATE TRIGGER t AFTER INSERT ON fake REFERENCING NEW TABLE AS new_rows
		FOR EACH STATEMENT EXECUTE FUNCTION retention_mart_capture('own');
	INSERT INTO fake VALUES (1, now(), 1000000)}, 'a trigger on another table');
like($err, qr/retention mart "own" is not made from table "fake"/, 'is a warning');
is(value('SELECT count(*) FROM own.change'), 0, 'and writes nothing');
# a mart that is gone does not stop the orders
$node->safe_psql('postgres', 'DROP SCHEMA own CASCADE');
ok_as('clerk', q{INSERT INTO shop.secured VALUES (3, '2025-12-31', 7, 'tea', 'North', 1)},
	'orders are stored when the mart is gone');
like($err, qr/the retention mart "own" is gone/, 'with a warning');

# --- whatever is wrong with the mart, the orders are stored, and the next refresh reads all of them

$node->safe_psql('postgres', q{
	SELECT create_retention_mart('shop.secured', 'customer_id', 'ordered_at', 'amount',
		schema => 'own', zone => 'UTC')});
ok_as('clerk', q{INSERT INTO shop.secured VALUES (3, 'infinity', 7, 'tea', 'North', 77)},
	'an order that is no purchase is stored');
my $not_written = 'retention mart "own" could not write down what changed';
like($err, qr/$not_written: purchase date "infinity" is not finite/, 'with a warning');
fails_as('shop', q{SELECT refresh_retention_mart('own')},
	qr/purchase date "infinity" is not finite/, 'the refresh says what is wrong');
$node->safe_psql('postgres',
	'DELETE FROM shop.secured WHERE id = 77; ALTER TABLE shop.secured RENAME amount TO total');
ok_as('clerk', q{INSERT INTO shop.secured VALUES (3, '2025-12-29', 7, 'tea', 'North', 78)},
	'a column with another name does not stop the orders');
like($err, qr/column o\.amount does not exist/, 'with a warning, too');
fails_as('shop', q{SELECT refresh_retention_mart('own')}, qr/column o\.amount does not exist/,
	'and an error of the refresh');
$node->safe_psql('postgres', q{
	ALTER TABLE shop.secured RENAME total TO amount;
	ALTER TABLE shop.secured RENAME ordered_at TO at});
ok_as('clerk', q{INSERT INTO shop.secured VALUES (3, '2025-12-29', 7, 'tea', 'North', 78)},
	'nor does the time with another name');
$node->safe_psql('postgres',
	q{ALTER TABLE shop.secured RENAME at TO ordered_at; SELECT refresh_retention_mart('own')});
same('own', 'shop.secured', 'then all is there');
# orders that changed while the triggers were disabled: a mart can be told to read all of them
$node->safe_psql('postgres', q{
	ALTER TABLE shop.secured DISABLE TRIGGER USER;
	INSERT INTO shop.secured VALUES (3, '2025-12-26', 7, 'tea', 'North', 81);
	DELETE FROM shop.secured WHERE customer_id = 6;
	ALTER TABLE shop.secured ENABLE TRIGGER USER;
	SELECT refresh_retention_mart('own')});
isnt(value(q{SELECT count(*) FROM own.customer_history WHERE customer_id = 6}), 0,
	'changes without triggers are not seen');
$node->safe_psql('postgres', q{SELECT refresh_retention_mart('own', read_all => true)});
same('own', 'shop.secured', 'until all orders are read again');
# between the decision what to read and the reading somebody may empty the source: then nothing is
# taken
$node->safe_psql('postgres', q{
	INSERT INTO own.change (truncated) VALUES (true);
	INSERT INTO shop.secured VALUES (3, '2025-12-25', 7, 'tea', 'North', 82)});
my $statement = value(q{
	SELECT statement
	FROM retention_mart_steps(
		(SELECT to_jsonb(s) || '{"phase": "read changes"}' FROM own.settings s))});
$node->safe_psql('postgres', $statement);
is(value(q{SELECT count(*) FROM own.change}), 2, 'what was written down is still there');
ok_as('shop', q{SELECT refresh_retention_mart('own'); SELECT drop_retention_mart('own')},
	'refreshed and dropped');
is(value(q{SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'retention_mart%'}), 0,
	'no trigger is left');
# orders that are gone
$node->safe_psql('postgres', q{
	CREATE TABLE shop.gone AS SELECT * FROM shop.secured;
	ALTER TABLE shop.gone OWNER TO shop;
	SELECT create_retention_mart('shop.gone', 'customer_id', 'ordered_at', schema => 'g',
		changes => 'rebuild');
	DROP TABLE shop.gone});
fails_as('shop', q{SELECT refresh_retention_mart('g')},
	qr/the table that retention mart "g" is made from is gone/, 'orders that are gone');
ok_as('shop', q{SELECT drop_retention_mart('g')}, 'such a mart can be dropped');

$node->stop;
done_testing();
