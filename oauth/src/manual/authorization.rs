//! Attacks on the way from temporary credentials to a token (RFC 5849 §2).
//!
//! ## Session fixation of OAuth 1.0
//!
//! The attacker begins a dance, gets a victim to approve it, and ends it as themselves: what made 1.0 into 1.0a in
//! 2009 (RFC 5849 §2.1, §2.3; RFC 9700 §4.5 for codes).
//!
//! **Defence**: the callback is fixed with the first, signed request, and an exchange needs the verifier that only the
//! browser of the approving user got. Requests of plain 1.0, without callback or verifier, are refused, but from a
//! consumer for which an administrator has switched on **Allow OAuth 1.0**: its users are asked by a page that names
//! where it leads and warns, unless it is trusted and its callback registered.
//!
//! **Tests**
//! - `server/tests/oauth1/oauth_1_0.rs`: `the_switch_is_off_and_without_it_callback_and_verifier_are_required`
//! - `server/tests/oauth1/oauth_1_0.rs`: `the_consent_page_names_where_the_link_leads_and_warns`
//! - `service/tests/oauth_1_0.rs`: `switching_it_off_counts_at_each_step_that_follows`
//! - `server/tests/refusals/table.rs`: `a_request_for_temporary_credentials_is_refused_by_the_tables_word`
//! - `server/tests/refusals/table.rs`: `an_exchange_is_refused_by_the_tables_word`
//! - `server/tests/oauth1/callbacks.rs`: `nothing_that_a_browser_brings_along_changes_where_it_is_sent`
//! - `server/tests/oauth1/consent.rs`: `whoever_decides_is_whom_the_consumer_acts_for`
//!
//! **Open**: the consumer must accept a callback only in the browser session that began the dance. With `oob` a victim
//! can be talked into reading the verifier out. Where OAuth 1.0 is allowed, the attack is as it was.
//!
//! ## Callback manipulation and open redirectors
//!
//! The attacker chooses where the user, and with them the verifier, is sent: by another callback, a similar host, a
//! script URL, or a parameter of the page (RFC 9700 §4.1, §4.11).
//!
//! **Defence**: absolute http and https URLs without user name and fragment only, and those of an application's own
//! scheme where they are registered; registered callbacks are the only ones, compared as whole URLs, also with what was
//! asked for before they were registered. A host is a name or an address, a scheme none that browsers and systems act
//! on, so that none writes into the policy of the consent page. Nothing in the browser's request changes it, and sign-in
//! returns to this server only.
//!
//! **Tests**
//! - `server/tests/oauth1/callbacks.rs`: `what_was_asked_for_before_another_callback_was_registered_leads_nowhere`
//! - `server/tests/oauth1/callbacks.rs`: `what_was_allowed_before_another_callback_was_registered_is_not_exchanged_after`
//! - `app/src/frame/policy.rs`: `no_character_of_a_callback_reaches_the_policy_but_those_of_hosts_and_ports`
//! - `server/tests/oauth1/callbacks.rs`: `every_other_callback_is_rejected`
//! - `server/tests/oauth1/several_callbacks.rs`: `a_callback_that_could_harm_is_registered_by_no_way`
//! - `server/tests/oauth1/several_callbacks.rs`: `each_registered_callback_is_accepted_and_oob_means_the_first`
//! - `server/tests/oauth1/callbacks.rs`: `a_registered_callback_is_the_only_one_however_it_is_spelt`
//! - `server/tests/oauth1/callbacks.rs`: `signing_in_on_the_way_leads_back_to_this_server_alone`
//! - `server/tests/sign_in.rs`: `signing_in_leads_nowhere_but_to_this_server`
//!
//! **Open**: a consumer without a registered callback may name any address, in a request that its secret signs. The
//! consent page shows the host.
//!
//! ## Guessing the verifier
//!
//! With temporary credentials of a victim in hand the attacker tries verifiers (RFC 5849 §4.9).
//!
//! **Defence**: 50 random bits and five attempts, also in parallel; then the temporary credentials are void. An
//! attempt needs the consumer's secret and the temporary secret as well. Before the user decides, no guess is
//! compared.
//!
//! **Tests**
//! - `server/tests/refusals/table.rs`: `five_wrong_verifiers_void_the_temporary_credentials`
//! - `server/tests/oauth1/tokens.rs`: `many_guesses_at_once_are_no_more_than_five`
//! - `server/tests/refusals/table.rs`: `temporary_credentials_that_nobody_allowed_are_refused_whatever_the_verifier`
//!
//! ## Token substitution between consumers
//!
//! A token issued to one consumer is used by another, or temporary credentials where a token belongs (RFC 5849 §3.2;
//! RFC 9700 §4.6).
//!
//! **Defence**: a token counts only for the consumer it was issued to and only at its own step, before any secret is
//! compared. In the database each secret is sealed for its row.
//!
//! **Tests**
//! - `server/tests/refusals/table.rs`: `a_token_that_does_not_hold_is_told_by_the_tables_word_everywhere`
//! - `server/tests/refusals/table.rs`: `an_exchange_is_refused_by_the_tables_word`
//! - `store/tests/temporary_credentials.rs`: `their_secrets_are_sealed_and_open_for_their_own_row_alone`
//!
//! ## Using an authorization twice
//!
//! Temporary credentials are exchanged again, or by two requests at once, for a second token (RFC 5849 §2.3; RFC 9700
//! §4.5).
//!
//! **Defence**: the exchange is one conditional write, on all nodes. They expire after ten minutes. A second exchange with
//! the right verifier revokes the token of the first: one of the two is a thief's. Nothing is exchanged after the user's
//! sessions were ended, or once another callback is registered.
//!
//! **Tests**
//! - `server/tests/oauth1/tokens.rs`: `a_second_exchange_revokes_the_token_of_the_first_and_both_are_in_the_activity_with_an_address`
//! - `service/tests/oauth1.rs`: `who_exchanges_again_with_the_right_verifier_ends_the_token_that_came_first`
//! - `service/tests/oauth1.rs`: `what_was_allowed_before_the_password_changed_gets_no_token_though_tokens_are_kept`
//! - `server/tests/oauth1/tokens.rs`: `of_two_exchanges_at_once_one_gets_the_token`
//! - `server/tests/nodes/shared.rs`: `of_two_exchanges_of_one_permission_on_two_nodes_one_gives_a_token`
//! - `server/tests/refusals/table.rs`: `temporary_credentials_that_have_expired_are_refused`
//!
//! ## CSRF on the consent page
//!
//! Another site makes the victim's browser send the form that allows access (RFC 5849 §4.13; RFC 9700 §4.7).
//!
//! **Defence**: a decision needs a session (`SameSite=Lax`) and a request from this server's own origin, by `Origin`
//! or `Sec-Fetch-Site`. No GET decides.
//!
//! **Tests**
//! - `server/tests/oauth1/consent.rs`: `a_decision_that_another_site_sends_is_refused`
//! - `server/tests/oauth1/consent.rs`: `nobody_is_asked_and_nothing_is_decided_without_a_session`
//! - `server/tests/oauth1/consent.rs`: `a_decision_is_allow_or_deny_and_nothing_in_between`
//! - `server/tests/oauth1/consent.rs`: `a_head_request_decides_nothing_and_uses_nothing_up`
//!
//! **Open**: CSRF against the consumer's own callback, which signs a victim in as the attacker, is the consumer's to
//! stop.
//!
//! ## Clickjacking
//!
//! The consent page lies invisibly in a frame over something that the victim wants to click (RFC 5849 §4.14; RFC 9700
//! §4.16).
//!
//! **Defence**: `frame-ancestors 'none'` with every answer, and `X-Frame-Options: DENY` with pages.
//!
//! **Tests**
//! - `server/tests/oauth1/consent.rs`: `the_page_names_the_consumer_the_user_and_where_they_go_and_cannot_be_framed`
//! - `server/tests/pages/headers.rs`: `every_kind_of_answer_carries_the_headers_that_keep_others_out`
//!
//! ## Phishing and impersonated consumers
//!
//! A page that looks like the sign-in takes the password; a consumer with a familiar name asks for consent (RFC 5849
//! §4.6, §4.7).
//!
//! **Defence**: no consumer asks users anything before an administrator approved it. The page shows name, key and
//! where the user goes next; a name cannot reorder the words around it. An administrator sees beside a request which
//! approved consumer its name looks like: case, width and letters that look alike are folded for that (UTS 39).
//!
//! **Tests**
//! - `server/tests/oauth1/status.rs`: `a_pending_consumer_may_do_nothing`
//! - `server/tests/oauth1/consent.rs`: `a_consumer_that_is_not_approved_any_more_asks_nobody`
//! - `domain/src/consumer_name.rs`: `a_name_cannot_turn_the_direction_of_the_words_around_it`
//! - `store/tests/key_requests.rs`: `a_request_says_which_approved_name_it_looks_like_and_no_other`
//!
//! **Open**: names need not be unique, nor different to the eye; the administrator decides.
//! Nothing here stops a copy of the sign-in page under another address.
//!
//! ## Repeat authorizations without a question
//!
//! A server that approves silently what was approved before lets an attacker with the consumer's secret collect tokens
//! (RFC 5849 §4.15).
//!
//! **Defence**: every dance asks, except for a consumer that an administrator trusts by an act of its own. It has a
//! registered callback, and no other is accepted; the transaction that allows access looks at both again. A stranger's
//! request for a key may wish to be trusted, which approving does not grant.
//!
//! **Tests**
//! - `server/tests/oauth1/consent.rs`: `a_trusted_consumers_users_are_not_asked`
//! - `server/tests/oauth1/consent.rs`: `no_verifier_goes_unasked_to_a_callback_that_is_not_registered`
//! - `server/tests/oauth1/key_requests/wishes.rs`: `approving_grants_no_wish_however_it_is_done`
//! - `store/tests/rights.rs`: `nothing_is_allowed_unasked_unless_the_transaction_sees_the_trust_and_that_callback`
//!
//! **Open**: who controls the registered callback of a trusted consumer gets tokens of all who follow a link to it.
//!
//! ## Administration through a token
//!
//! A consumer that an administrator allowed to sign them in uses the token to approve and trust others (RFC 9700 §2.3:
//! tokens should be restricted to the minimum that is needed).
//!
//! **Defence**: only a consumer that an administrator has marked may administer, and never one that is trusted. The consent
//! page tells an administrator which it is.
//!
//! **Tests**
//! - `server/tests/api/access.rs`: `a_token_administers_only_while_its_consumer_may`
//! - `server/tests/permissions.rs`: `whoever_may_not_is_refused_before_anything_of_the_call_is_read_and_changes_nothing`
//!
//! **Open**: marking a consumer counts for the tokens that it holds already.
//!
//! ## Credentials forwarded by redirects
//!
//! A redirect with status 307 makes the browser send the sign-in form, password included, to the consumer (RFC 9700
//! §4.12).
//!
//! **Defence**: 303 after a form on this server, 302 to the callback, which browsers follow with GET.
//!
//! **Tests**
//! - `server/tests/oauth1/callbacks.rs`: `the_user_comes_back_to_the_callback_with_its_own_query_in_front`
//! - `server/tests/oauth1/callbacks.rs`: `signing_in_on_the_way_leads_back_to_this_server_alone`
