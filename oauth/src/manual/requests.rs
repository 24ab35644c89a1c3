//! Attacks on how a request is read.
//!
//! ## Parameter pollution
//!
//! A protocol parameter is sent twice, in one place or in two, and each side reads another one: `oauth_token` in the
//! header is verified, `oauth_token` in the query is acted on (RFC 5849 §3.2, §3.5).
//!
//! **Defence**: a repeated `oauth_` parameter is rejected, in one place or in two, also with the same value and also if
//! its name is unknown. They may be spread over header, query and form, as clients do that sign them all. A second
//! Authorization header is rejected whatever its scheme. What is verified comes back as
//! [`SignedRequest`](crate::SignedRequest), so that no later code parses the request again.
//!
//! **Tests**
//! - `oauth/tests/parameters.rs`: `protocol_parameters_come_once`
//! - `oauth/tests/parameters.rs`: `a_protocol_parameter_in_two_places_is_rejected`
//! - `oauth/tests/names_and_values.rs`: `names_of_the_protocol_have_no_case_in_the_header_and_one_elsewhere`
//! - `oauth/tests/parameters.rs`: `two_authorization_fields_are_rejected_whatever_they_are`
//! - `server/tests/refusals/parameters.rs`: `a_parameter_of_the_protocol_is_sent_once_wherever_it_stands`
//!
//! **Open**: other parameters may repeat (§3.4.1.3.2), and an API behind a gateway chooses which one counts.
//!
//! ## Double and lenient decoding
//!
//! `%2541` decoded twice is another text than the signed one. Overlong UTF-8, surrogates and half escapes are read in
//! different ways by different parsers (RFC 5849 §3.4.1.3.1, §3.6).
//!
//! **Defence**: each name and value is decoded exactly once, to octets, strictly: two hex digits after each `%`, `+` as a
//! space only in query and form. What this server itself reads as text, the values of `oauth_` parameters, has to be
//! UTF-8. Anything else is rejected, not repaired; all other octets are signed as they are, whatever text they are.
//!
//! **Tests**
//! - `oauth/src/encoding.rs`: `a_text_is_decoded_once`
//! - `oauth/src/encoding.rs`: `octets_that_are_no_utf_8_are_decoded_like_any_other`
//! - `oauth/tests/names_and_values.rs`: `only_values_of_the_protocol_have_to_be_utf_8`
//! - `oauth/src/encoding.rs`: `halves_of_escapes_and_foreign_digits_are_refused`
//! - `server/tests/refusals/parameters.rs`: `each_parameter_is_decoded_once`
//! - `server/tests/refusals/parameters.rs`: `what_is_not_percent_encoded_is_rejected`
//!
//! ## Base string confusion by delimiters
//!
//! Two different requests with one base string share a signature. The base string joins its parts with `&` and `=`, so
//! an implementation that encodes too little lets a value pass for further parameters (RFC 5849 §3.4.1.1, §4.12).
//!
//! **Defence**: every part is encoded before it is joined, names and values twice. Random requests are compared with a
//! second implementation, which follows the RFC literally.
//!
//! **Tests**
//! - `oauth/tests/attacks.rs`: `no_value_passes_for_further_parameters_and_no_parameters_for_a_value`
//! - `oauth/tests/attacks.rs`: `a_part_of_the_uri_does_not_pass_for_parameters_or_the_method`
//! - `oauth/tests/properties.rs`: `another_byte_anywhere_is_noticed_unless_it_means_the_same`
//! - `oauth/tests/properties.rs`: `another_byte_in_a_name_or_value_is_always_noticed`
//! - `oauth/tests/published_examples.rs`: `rfc_5849_parameters_are_normalised`
//!
//! ## Base string confusion by scheme, host, port, case and path
//!
//! A request signed for one address is sent to another one that has the same base string URI, or whose `Host` header
//! says so (RFC 5849 §3.4.1.2; RFC 9700 §4.13).
//!
//! **Defence**: only scheme and host are lower-cased and only the scheme's own port is dropped; the path is signed
//! byte for byte, without normalization. On the public listener the address comes from the setting
//! `LATCHKEY_PUBLIC_URL`; `Host`, `Forwarded` and `X-Forwarded-…` are not used.
//!
//! **Tests**
//! - `oauth/src/base_string_uri.rs`: `only_the_schemes_own_port_is_dropped`
//! - `oauth/src/base_string_uri.rs`: `scheme_and_host_become_lower_case_and_nothing_else`
//! - `oauth/src/base_string_uri.rs`: `a_path_stays_byte_for_byte`
//! - `server/tests/refusals/addresses.rs`: `a_request_signed_for_another_host_scheme_port_or_path_is_refused`
//! - `server/tests/verify/unclear.rs`: `a_description_whose_parts_reach_into_each_other_is_refused_and_the_log_names_the_part`
//! - `server/tests/refusals/addresses.rs`: `host_and_forwarded_headers_count_for_nothing_at_the_public_listener`
//!
//! **Open**: an API that resolves `/a/../b` itself acts on another path than the signed one; it has to refuse such
//! paths.
//!
//! ## Changing what the signature does not cover
//!
//! RFC 5849 §4.12: the signature covers method, address and parameters. It does not cover other headers, the realm, a
//! body that is not a form, whether a parameter was in the query or the form, or the order of parameters with one
//! name.
//!
//! **Defence**: none in the protocol; the limits are documented and tested, so that no caller relies on more. Whether a
//! body is a form must not be a matter of opinion: more than one Content-Type, or one that is not a single media type, is
//! refused, and so is a described URL with a fragment.
//!
//! **Tests**
//! - `server/tests/verify/unclear.rs`: `a_body_that_may_be_a_form_or_not_is_refused_and_the_log_says_why`
//! - `server/tests/verify/unclear.rs`: `an_unsigned_form_never_passes_however_its_type_is_written`
//! - `server/tests/gateways/unclear.rs`: `nginx_lets_no_unsigned_form_through_however_it_is_called`
//! - `oauth/tests/attacks.rs`: `where_a_parameter_stands_and_how_it_is_spelt_is_not_signed`
//! - `server/tests/verify/described.rs`: `any_other_body_is_no_part_of_what_is_signed_however_large`
//! - `server/tests/refusals/parameters.rs`: `a_form_is_signed_and_another_body_is_not`
//!
//! **Open**: an attacker between the parties can change a JSON body unnoticed. Use https between all parties.
//!
//! ## Signature stripping
//!
//! The attacker removes the signature, or spoils it, so that the request passes as one that needs none, or falls back
//! to a weaker proof such as a session cookie (RFC 5849 §3.2).
//!
//! **Defence**: `/verify` has no answer for unsigned requests but a refusal. On the API a request that claims to be
//! signed is judged by its signature alone, even if it has a valid session too. An Authorization header that is meant
//! for OAuth claims so however it is malformed.
//!
//! **Tests**
//! - `oauth/tests/parameters.rs`: `only_an_oauth_field_or_a_protocol_parameter_makes_a_request_signed`
//! - `oauth/src/header.rs`: `a_field_meant_for_oauth_that_does_not_begin_as_one_is_malformed`
//! - `server/tests/api/callers.rs`: `a_request_with_a_session_and_a_signature_is_the_consumers`
//! - `server/tests/refusals/parameters.rs`: `another_scheme_is_no_signature_but_may_stand_beside_one`
//! - `server/tests/gateways.rs`: `nginx_refuses_all_others_and_a_disapproved_consumer_at_once`
//!
//! ## Injection into answers
//!
//! Names that the attacker chose end up in headers, forms and pages of the server (RFC 9700 §4.17): a line break in a
//! consumer's name becomes a header, a quote ends the realm.
//!
//! **Defence**: the challenge escapes the realm and holds no text of the client; names in headers and forms are
//! percent-encoded; pages escape them.
//!
//! **Tests**
//! - `oauth/tests/problems.rs`: `no_realm_breaks_out_of_the_challenge`
//! - `oauth/tests/problems.rs`: `names_that_the_client_chose_are_encoded`
//! - `server/tests/verify/described.rs`: `names_are_percent_encoded_in_headers_but_for_unreserved_characters`
//! - `server/tests/oauth1/consent.rs`: `the_page_names_the_consumer_the_user_and_where_they_go_and_cannot_be_framed`
//!
//! ## Requests that are expensive to read
//!
//! Thousands of parameters, huge bodies, headers and tokens, or bytes that crash the parser (RFC 5849 §4.10).
//!
//! **Defence**: at most 10,000 parameters, 64 KiB of body (256 KiB of a described form at `/verify`), 255 bytes of nonce;
//! the parser allocates in proportion to the request and does not panic, which is fuzzed (`oauth/fuzz`).
//!
//! **Tests**
//! - `oauth/tests/parameters.rs`: `ten_thousand_parameters_are_taken_and_one_more_is_not`
//! - `oauth/tests/properties.rs`: `no_bytes_make_the_reader_panic`
//! - `server/tests/refusals/size.rs`: `oversized_headers_and_urls_are_refused_and_the_program_goes_on`
//! - `server/tests/refusals/size.rs`: `a_long_token_key_signature_or_verifier_is_wrong_like_a_short_one`
