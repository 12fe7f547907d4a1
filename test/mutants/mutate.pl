# Reads mutants.txt, and applies its mutations to a copy of the sources.
#
#	perl mutate.pl check DIR			do all apply?  Prints those that do not
#	perl mutate.pl list				number, tests and reason of each, tab between them, a line each
#	perl mutate.pl show DIR NUMBER...	file and line, old and new text
#	perl mutate.pl apply DIR NUMBER	applies one to DIR, and prints the file's name below DIR
#
# Any white space in a text stands for any other, and there may be more of it behind a parenthesis:
# a line may be broken elsewhere, and a mutation still applies.

use strict;
use warnings;
use File::Basename qw(dirname);

my $list = dirname(__FILE__) . '/mutants.txt';

# Paragraphs of lines of a word and its text; a text goes on in lines that begin with white space
sub read_list
{
	my (@mutations, %paragraph, $last);
	my $add = sub {
		return unless %paragraph;
		for my $key (qw(in old new test))
		{
			die "$list:$.: a mutation without \"$key\" ends here\n" unless exists $paragraph{$key};
		}
		push @mutations, {%paragraph};
		%paragraph = ();
	};

	open my $file, '<', $list or die "$list: $!\n";
	while (my $line = <$file>)
	{
		chomp $line;
		next if $line =~ /^#/;
		if ($line !~ /\S/)
		{
			$add->();
		}
		elsif ($line =~ /^\s+(\S.*)/ && %paragraph)
		{
			$paragraph{$last} .= " $1";
		}
		elsif ($line =~ /^(in|after|old|new|test|lives)\b\s*(.*?)\s*$/ && !exists $paragraph{$1})
		{
			$last = $1;
			$paragraph{$last} = $2;
		}
		else
		{
			die "$list:$.: cannot be read: $line\n";
		}
	}
	$add->();
	return @mutations;
}

sub pattern
{
	my ($text) = @_;
	my $pattern = join '\s+', map { quotemeta } split ' ', $text;

	$pattern =~ s/\\\(/\\(\\s*/g;
	# a word is a whole one
	$pattern = "\\b$pattern" if $text =~ /^\w/;
	$pattern = "$pattern\\b" if $text =~ /\w$/;
	return qr/$pattern/;
}

sub contents
{
	my ($name) = @_;

	open my $file, '<', $name or die "$name: $!\n";
	local $/;
	return scalar <$file>;
}

my %contents_of;

# File, place and length of the old text, or the reason why there is none
sub find
{
	my ($directory, $mutation) = @_;
	my $in = "$directory/$mutation->{in}";
	my $old = pattern($mutation->{old});
	my @found;

	return (undef, 'old and new are the same') if $mutation->{old} eq $mutation->{new};
	for my $name (-d $in ? sort(glob "$in/*.c $in/*.sql") : $in)
	{
		return (undef, "there is no $mutation->{in}") unless -e $name;
		my $text = $contents_of{$name} //= contents($name);

		if (exists $mutation->{after})
		{
			my $after = pattern($mutation->{after});

			while ($text =~ /$after/g)
			{
				my $from = $+[0];
				my $rest = substr $text, $from;

				push @found, $rest =~ $old ? [$name, $from + $-[0], $+[0] - $-[0]] : undef;
			}
		}
		else
		{
			push @found, [$name, $-[0], $+[0] - $-[0]] while $text =~ /$old/g;
		}
	}
	my $what = exists $mutation->{after} ? 'the text after which to look' : 'the old text';

	return (undef, "$what is not there") unless @found;
	return (undef, "$what is there " . @found . ' times') if @found > 1;
	return (undef, 'the old text is not behind the other') unless defined $found[0];
	return ($found[0]);
}

my ($command, $directory, @numbers) = @ARGV;
my @mutations = read_list();

$command //= '';
if ($command eq 'list')
{
	for my $number (1 .. @mutations)
	{
		my $mutation = $mutations[ $number - 1 ];

		print join("\t", $number, @$mutation{qw(in test)}, $mutation->{lives} // ''), "\n";
	}
}
elsif ($command eq 'check')
{
	my $failures = 0;

	for my $number (1 .. @mutations)
	{
		my $mutation = $mutations[ $number - 1 ];
		my ($place, $why) = find($directory, $mutation);

		next if defined $place;
		print "mutation $number does not apply: $mutation->{in}: $mutation->{old}: $why\n";
		$failures++;
	}
	exit($failures > 0);
}
elsif ($command eq 'show' || $command eq 'apply')
{
	for my $number (@numbers)
	{
		my $mutation = $mutations[ $number - 1 ];
		my ($place, $why) = find($directory, $mutation);

		die "$mutation->{in}: $mutation->{old}: $why\n" unless defined $place;
		my ($name, $from, $length) = @$place;
		my $text = $contents_of{$name};
		my $short = substr $name, length($directory) + 1;

		if ($command eq 'show')
		{
			my $line = 1 + (substr($text, 0, $from) =~ tr/\n//);

			print "$short:$line: $mutation->{old} => $mutation->{new}\n";
			next;
		}
		substr($text, $from, $length) = $mutation->{new};
		open my $file, '>', $name or die "$name: $!\n";
		print $file $text;
		close $file or die "$name: $!\n";
		print "$short\n";
	}
}
else
{
	die "mutate.pl check, list, show or apply\n";
}
