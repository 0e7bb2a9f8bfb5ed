# Answers questions about SPF, one JSON object a line, with Mail::SPF. DNS
# questions go to the server whose address and port are the arguments.
use strict;
use warnings;
use JSON::PP;
use Mail::SPF;
use Net::DNS::Resolver;

$| = 1;
my ($address, $port) = @ARGV;
my $resolver = Net::DNS::Resolver->new(
    nameservers => [$address], port => $port, recurse => 1, udp_timeout => 5, tcp_timeout => 5,
    retry => 2, searchlist => [], dnsrch => 0, defnames => 0);
my $server = Mail::SPF::Server->new(dns_resolver => $resolver, hostname => 'mx.invalid');
my $json = JSON::PP->new->utf8;

while (my $line = <STDIN>) {
    my $out;
    eval {
        my $q = $json->decode($line);
        my %request = (versions => [1], ip_address => $q->{ip}, helo_identity => $q->{helo});
        # RFC 7208, section 2.4: the null reverse-path is postmaster at HELO.
        my $from = length($q->{from}) ? $q->{from} : 'postmaster@' . $q->{helo};
        my $result = $server->process(Mail::SPF::Request->new(%request, scope => 'mfrom', identity => $from));
        $out = { result => $result->code };
        1;
    } or $out = { error => "$@" };
    print $json->encode($out), "\n";
}
