# Perl's Net::OAuth, used as an application uses it: it makes the message, LWP sends it. Takes one step a line on stdin,
# answers a line for each. Its message travels in the header, in the form or in the query, whichever suits the call.
use strict;
use warnings;

use Crypt::OpenSSL::RSA;
use Encode qw(decode_utf8 encode_utf8);
use HTTP::Request;
use JSON::PP;
use LWP::UserAgent;
use Net::OAuth;

$Net::OAuth::PROTOCOL_VERSION = Net::OAuth::PROTOCOL_VERSION_1_0A;
my $FORM  = 'application/x-www-form-urlencoded';
my $agent = LWP::UserAgent->new;
my $count = 0;

# A signed message of this kind.
sub message {
    my ($kind, $step, %more) = @_;
    my $message = Net::OAuth->request($kind)->new(
        consumer_key     => $step->{key},
        consumer_secret  => $step->{secret},
        signature_method => $step->{method},
        timestamp        => time,
        nonce            => $$ . '/' . ++$count . '+' . rand,
        request_method   => $step->{verb} // 'POST',
        request_url      => $step->{url},
        %more
    );
    $message->sign($step->{method} =~ /^RSA/ ? Crypt::OpenSSL::RSA->new_private_key($step->{rsa_private_key}) : ());
    return $message;
}

sub told {
    my $answer = shift;
    my $challenge = $answer->header('WWW-Authenticate');
    return { status => 0 + $answer->code, challenge => $challenge, body => decode_utf8($answer->content) };
}

sub token {
    my ($kind, $message) = @_;
    my $answer = $agent->post($message->request_url, 'Content-Type' => $FORM, Content => $message->to_post_body);
    return told($answer) unless $answer->is_success;
    my $response = Net::OAuth->response($kind)->from_post_body($answer->content);
    my %told     = %{ $response->extra_params };
    $told{oauth_token}              = $response->token;
    $told{oauth_token_secret}       = $response->token_secret;
    $told{oauth_callback_confirmed} = $response->callback_confirmed if $response->can('callback_confirmed');
    return \%told;
}

sub request_token {
    my $step = shift;
    return token('request token', message('request token', $step, callback => $step->{callback}));
}

sub access_token {
    my $step  = shift;
    my %token = (token => $step->{token}, token_secret => $step->{token_secret}, verifier => $step->{verifier});
    return token('access token', message('access token', $step, %token));
}

sub call {
    my $step   = shift;
    my %token  = $step->{token} ? (token => $step->{token}, token_secret => $step->{token_secret}) : ();
    my %params = map { @$_ } @{ $step->{query} // [] }, @{ $step->{form} // [] };
    my $message =
      message($step->{token} ? 'protected resource' : 'consumer', $step, %token, extra_params => \%params);
    my $request = HTTP::Request->new($step->{verb} => $step->{url});
    if ($step->{form}) {
        $request->content_type($FORM);
        $request->content($message->to_post_body);
    } elsif ($step->{json}) {
        $request->uri->query_form(map { map { encode_utf8($_) } @$_ } @{ $step->{query} // [] });
        $request->header(Authorization => $message->to_authorization_header('Latchkey', ', '));
        $request->content_type('application/json');
        $request->content(encode_json($step->{json}));
    } else {
        $request->uri($message->to_url);
    }
    return told($agent->request($request));
}

my %steps = (request_token => \&request_token, access_token => \&access_token, call => \&call);
$| = 1;
while (my $line = <STDIN>) {
    my $step = decode_json($line);
    print encode_json($steps{ $step->{step} }->($step)), "\n";
}
