# Perl's LWP::Authen::OAuth, used as an application uses it: what a request carries as parameters stays there (callback and
# verifier in the form), the rest goes into the header. Takes one step a line on stdin, answers a line for each.
use strict;
use warnings;

use Encode qw(decode_utf8);
use HTTP::Request::Common ();
use JSON::PP;
use LWP::Authen::OAuth;
use URI;

sub agent {
    my $step = shift;
    return LWP::Authen::OAuth->new(
        oauth_consumer_key    => $step->{key},
        oauth_consumer_secret => $step->{secret},
        oauth_token           => $step->{token},
        oauth_token_secret    => $step->{token_secret},
    );
}

sub told {
    my $answer = shift;
    my $challenge = $answer->header('WWW-Authenticate');
    return { status => 0 + $answer->code, challenge => $challenge, body => decode_utf8($answer->content) };
}

sub token {
    my $answer = shift;
    return told($answer) unless $answer->is_success;
    my $uri = URI->new('http:');
    $uri->query($answer->content);
    return { $uri->query_form };
}

sub request_token {
    my $step = shift;
    return token(agent($step)->post($step->{url}, [ oauth_callback => $step->{callback} ]));
}

sub access_token {
    my $step = shift;
    return token(agent($step)->post($step->{url}, [ oauth_verifier => $step->{verifier} ]));
}

sub call {
    my $step = shift;
    my $uri  = URI->new($step->{url});
    $uri->query_form(map { @$_ } @{ $step->{query} }) if $step->{query};
    my @form = $step->{form} ? (Content => [ map { @$_ } @{ $step->{form} } ]) : ();
    return told(agent($step)->request(HTTP::Request::Common::request_type_with_data($step->{verb}, $uri, @form)));
}

my %steps = (request_token => \&request_token, access_token => \&access_token, call => \&call);
$| = 1;
while (my $line = <STDIN>) {
    my $step = decode_json($line);
    print encode_json($steps{ $step->{step} }->($step)), "\n";
}
