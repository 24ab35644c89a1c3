//! Attacks that forge a signature or find out a secret.
//!
//! ## Method downgrade
//!
//! The attacker changes `oauth_signature_method` to a weaker method, or leaves the choice to a default (RFC 5849 §3.1;
//! RFC 9700 §4.8 for PKCE).
//!
//! **Defence**: there is no default. The method is itself a signed parameter, its name is matched exactly, and a
//! signature of one method is not valid for another.
//!
//! **Tests**
//! - `oauth/tests/signatures.rs`: `one_methods_signature_is_wrong_for_every_other`
//! - `oauth/tests/refusals.rs`: `methods_are_known_by_their_exact_names`
//! - `server/tests/refusals/methods.rs`: `every_hmac_method_is_accepted_by_name_in_exactly_that_case`
//! - `server/tests/refusals/methods.rs`: `a_method_that_is_switched_off_is_rejected_at_every_step_with_those_that_are_not`
//!
//! A server can switch methods off for all of its consumers, at every step.
//!
//! **Open**: a single consumer cannot be restricted to one method. An attacker with its HMAC secret can also use
//! HMAC-SHA1, unless that is switched off.
//!
//! ## PLAINTEXT
//!
//! The signature is the secrets themselves (RFC 5849 §3.4.4, §4.2): one request in the clear gives them away, and
//! without a nonce every request can be replayed.
//!
//! **Defence**: refused, unless a setting allows it and the request itself is https: ours by the public URL, a tool's
//! by what its gateway describes. Never in a query, which logs and histories keep. Its nonce, if there is one, counts.
//! The parsed request does not print it.
//!
//! **Tests**
//! - `server/tests/refusals/methods.rs`: `plaintext_is_refused_over_http_even_where_it_is_allowed`
//! - `server/tests/refusals/methods.rs`: `plaintext_is_refused_over_https_unless_it_is_allowed`
//! - `server/tests/refusals/methods.rs`: `plaintext_goes_by_the_scheme_of_the_request_itself`
//! - `server/tests/refusals/methods.rs`: `plaintext_is_taken_from_header_and_form_but_never_from_a_query`
//! - `server/tests/refusals/methods.rs`: `plaintext_over_https_needs_neither_nonce_nor_timestamp`
//! - `oauth/tests/refusals.rs`: `nothing_prints_a_signature_or_a_secret`
//!
//! **Open**: without a nonce TLS is the only protection against replay.
//!
//! ## Collisions and length extension of SHA-1
//!
//! RFC 5849 §4.11. Collisions of SHA-1 are practical, and `hash(secret ‖ text)` can be extended without the secret.
//!
//! **Defence**: HMAC depends on neither; the methods are checked against openssl. HMAC-SHA256, HMAC-SHA512, RSA-SHA256
//! and RSA-SHA512 stand beside the two of the RFC.
//!
//! **Tests**
//! - `oauth/tests/signatures.rs`: `openssls_hmacs_are_right`
//! - `oauth/tests/signatures.rs`: `openssls_rsa_signatures_are_right_and_need_no_secret`
//!
//! **Open**: RSA-SHA1 (§4.1) is only as strong as SHA-1 against collisions: an attacker who can make the consumer sign
//! a prepared request may get a signature for another one. Switch it off with `LATCHKEY_SIGNATURE_METHODS`.
//!
//! ## Key confusion between RSA and HMAC
//!
//! The attacker signs with HMAC and takes the consumer's *public* key as the secret. A server with one notion of "the
//! key" believes it (known from JWT; compare RFC 5849 §3.4.3).
//!
//! **Defence**: secret and public key are different fields of [`Secrets`](crate::Secrets); HMAC never sees the key,
//! and RSA never sees a secret.
//!
//! **Tests**
//! - `oauth/tests/signatures.rs`: `a_consumer_with_an_rsa_key_may_still_use_hmac_but_not_the_key_as_a_secret`
//! - `oauth/tests/signatures.rs`: `rsa_without_a_key_is_rejected_and_with_another_invalid`
//! - `server/tests/refusals/order.rs`: `rsa_without_a_key_is_found_at_the_signature`
//!
//! ## Weak RSA keys
//!
//! Short moduli can be factored; an exponent of 1, an even number or a key of another algorithm verifies nothing, or
//! everything (RFC 5849 §4.1).
//!
//! **Defence**: 2048 to 8192 bits, odd modulus, odd exponent of 3 or more, checked when the key is registered. A
//! private key is refused with the advice to replace it.
//!
//! **Tests**
//! - `oauth/src/rsa_key.rs`: `a_modulus_has_2048_to_8192_bits`
//! - `oauth/src/rsa_key.rs`: `numbers_that_nothing_can_be_verified_with_are_refused`
//! - `oauth/src/rsa_key.rs`: `a_private_key_is_refused_by_its_label_alone`
//! - `server/tests/refusals/methods.rs`: `keys_that_are_short_or_no_rsa_are_not_taken`
//!
//! **Open**: keys that only look random (ROCA, Debian's of 2008, shared factors) are not recognised. Of a certificate
//! only the key counts, not its dates or issuer.
//!
//! ## Forged padding with exponent 3
//!
//! Bleichenbacher 2006: with a small exponent a cube root imitates the start of the padded digest, and a verifier that
//! ignores what follows accepts it, without any private key (RFC 5849 §3.4.3).
//!
//! **Defence**: ring compares the whole block. The forged signature in the test deceives a lenient verifier.
//!
//! **Tests**
//! - `oauth/tests/attacks.rs`: `a_signature_forged_as_a_cube_root_is_invalid`
//!
//! ## Malleable signatures
//!
//! Base64 that is decoded leniently gives one signature many spellings, which defeats whatever compares or stores them
//! (RFC 5849 §3.4).
//!
//! **Defence**: only canonical base64 of exactly the right length is a signature, but for line breaks and blanks, which RFC
//! 2045 §6.8 has decoders ignore. Replay detection does not depend on it: it keeps nonces, not signatures.
//!
//! **Tests**
//! - `oauth/tests/signatures.rs`: `only_canonical_base64_of_the_right_length_is_a_signature`
//! - `oauth/tests/signatures.rs`: `a_signature_with_line_breaks_is_the_same_one`
//! - `oauth/tests/properties.rs`: `another_byte_in_the_signature_is_always_noticed`
//!
//! ## Timing of the comparison
//!
//! A comparison that stops at the first wrong byte reveals how much of a guess was right (RFC 5849 §3.2).
//!
//! **Defence**: HMACs, PLAINTEXT and verifiers are compared in constant time (`subtle`, `hmac`); RSA has no secret to
//! leak.
//!
//! **Tests**
//! - `server/tests/refusals/flat_time.rs`: `an_unknown_key_an_unknown_token_and_a_wrong_signature_take_the_same_time`
//!
//! **Open**: the test compares whole refusals over HTTP. That single bytes make no difference is the claim of the
//! libraries, which is not measured here.
//!
//! ## Probing for keys and tokens
//!
//! Answers or response times reveal whether a consumer key or token exists (RFC 5849 §3.2, §4.9).
//!
//! **Defence**: for an unknown key or token a stand-in secret is verified, so the time is the same. A status is
//! reported only to a request with a valid signature. Keys made here are random UUIDs; a key
//! that was brought along may be guessed, and is no secret. Tokens are 128 random bits.
//!
//! **Tests**
//! - `server/tests/refusals/flat_time.rs`: `an_unknown_key_an_unknown_token_and_a_wrong_signature_take_the_same_time`
//! - `server/tests/refusals/order.rs`: `a_wrong_signature_hears_nothing_about_the_consumers_status`
//! - `server/tests/oauth1/tokens.rs`: `credentials_are_long_and_never_the_same`
//!
//! **Open**: the problem codes distinguish an unknown key or token from a wrong signature, as the problem reporting
//! extension wants it. Keys are public identifiers, not secrets.
//!
//! ## Guessing a secret offline
//!
//! One signed request is enough to test guesses of the consumer secret without asking the server (RFC 5849 §4.9).
//! Secrets that people invent fall.
//!
//! **Defence**: token secrets are 256 random bits and part of the key, so only requests without a token are exposed. A
//! consumer secret has at least 8 characters.
//!
//! **Tests**
//! - `oauth/tests/signatures.rs`: `either_secret_wrong_is_invalid_and_they_do_not_run_together`
//! - `server/tests/oauth1/tokens.rs`: `credentials_are_long_and_never_the_same`
//! - `domain/src/consumer_secret.rs`: `secrets_hold_8_to_256_characters_and_are_not_trimmed`
//!
//! **Open**: eight characters are few. Use generated secrets, and https, which hides the requests to test against.
