# Final functions that know nothing of their call: a cluster calls them on states that its nodes
# have made, without an expression behind the call.  The protocol's function call does the same.
use strict;
use warnings;
use IO::Socket::UNIX;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('bare_call');
$node->init;
$node->append_conf('postgresql.conf', "timezone = 'UTC'");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION retention');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1',
		'-d', $node->connstr('postgres'), '-f', "$ENV{RETENTION_ROOT}/test/states/states.sql" ],
	'states of aggregates');
is($node->safe_psql('postgres', 'SELECT * FROM without_example'), '',
	'every aggregate has an example');

my $socket = IO::Socket::UNIX->new(Peer => $node->host . '/.s.PGSQL.' . $node->port)
	or die "cannot connect: $!";

sub send_message
{
	my ($type, $body) = @_;
	syswrite($socket, $type . pack('N', length($body) + 4) . $body);
}

sub read_bytes
{
	my ($count) = @_;
	my $bytes = '';
	while (length($bytes) < $count)
	{
		sysread($socket, $bytes, $count - length($bytes), length($bytes))
			or die 'the server is gone';
	}
	return $bytes;
}

# The next message of one of these types; an error dies
sub await_message
{
	my ($types) = @_;
	for (;;)
	{
		my ($type, $length) = unpack('a N', read_bytes(5));
		my $body = read_bytes($length - 4);
		return $body if index($types, $type) >= 0;
		return "ERROR $body" if $type eq 'E' && $types eq 'V';
		die $body if $type eq 'E';
	}
}

my $user = $node->safe_psql('postgres', 'SELECT current_user');
send_message('',
	pack('N', 196608)
	. "user\0$user\0database\0postgres\0options\0-c client_min_messages=error\0\0");
await_message('Z');

# Calls a function with one argument, both as text
sub bare_call
{
	my ($function, $argument) = @_;
	send_message('F', pack('N n n n N/a n', $function, 1, 0, 1, $argument, 0));
	my $answer = await_message('V');
	await_message('Z');
	return $answer if $answer =~ /^ERROR /;
	my $length = unpack('N', $answer);
	return $length == 0xffffffff ? undef : substr($answer, 4);
}

for my $example (split /\n/, $node->safe_psql('postgres', q{
	SELECT format('%s|%s|%s|%s', aggfinalfn::oid, aggregate, query_of(example, 'aggregate'),
	              raw_query_of(example, 'aggregate'))
	FROM example JOIN pg_aggregate ON aggfnoid::oid = aggregate::oid
	WHERE aggfinalfn <> 0 ORDER BY number}))
{
	my ($final, $aggregate, $query, $raw_query) = split /\|/, $example;
	my $expected = $node->safe_psql('postgres', "SET client_min_messages = error; $query");
	isnt($expected, '', "$aggregate gives something");
	is(bare_call($final, $node->safe_psql('postgres', $raw_query)), $expected,
		"the same from its final function alone");
}
close $socket;
$node->stop;
done_testing();
