//! Attacks after the verdict, and on the server around it.
//!
//! ## Confused gateways
//!
//! `/verify` judges the request that the gateway *describes*. A client sends the describing headers itself, so that
//! one request is judged and another one passes (RFC 9700 §4.13).
//!
//! **Defence**: two families of headers that disagree, a header sent twice, or a description with gaps are refused,
//! and the log says that the gateway is misconfigured. The guides' configurations are tested with real gateways.
//! `/verify` is on the internal listener only.
//!
//! **Tests**
//! - `server/tests/verify/described.rs`: `descriptions_that_disagree_are_refused_and_the_log_says_why`
//! - `server/tests/verify/described.rs`: `too_few_headers_to_tell_the_url_are_refused_and_the_log_says_why`
//! - `server/tests/verify/described.rs`: `nobody_reaches_verify_by_the_public_listener_nor_the_rest_by_the_internal_one`
//! - `server/tests/verify/json.rs`: `only_post_asks_and_no_header_of_a_client_counts`
//!
//! **Open**: a gateway that describes wrongly, but consistently, is believed. Everything that reaches the internal
//! listener can ask about any request.
//!
//! ## Forged identity headers
//!
//! The client sends `X-Latchkey-User` itself, in any spelling, and the API behind the gateway believes it (RFC 9700
//! §4.13).
//!
//! **Defence**: an answer of `/verify` names only who was verified. The guides' configurations remove what clients
//! send.
//!
//! **Tests**
//! - `server/tests/verify/described.rs`: `forged_identity_headers_come_back_neither_with_yes_nor_with_no`
//! - `server/tests/gateways.rs`: `nginx_lets_the_right_calls_through_and_never_a_name_that_a_client_gives_itself`
//! - `server/tests/gateways.rs`: `caddy_lets_the_right_calls_through_and_never_a_name_that_a_client_gives_itself`
//!
//! **Open**: an API that can be reached past its gateway believes any client. Traefik's configuration is tested only
//! against its documentation.
//!
//! ## A stale yes after disapproval
//!
//! A cache, another node or a request under way still says yes after the administrator said no (RFC 5849 §4.6; RFC
//! 9700 §4.10).
//!
//! **Defence**: a change evicts the consumer from the cache before it is acknowledged; every verification looks again
//! after its nonce was written, at everything committed until then on any node; a cache that cannot follow the feed
//! does not answer.
//!
//! **Tests**
//! - `server/tests/verify/disapproval.rs`: `no_request_sent_after_an_acknowledged_disapproval_is_accepted`
//! - `server/tests/nodes/disapproval.rs`: `no_request_to_one_node_sent_after_a_disapproval_on_another_is_accepted`
//! - `server/tests/endurance/disapprovals.rs`: `what_one_node_disapproves_no_other_accepts_from_the_acknowledgement_on`
//! - `store/tests/keyring.rs`: `it_answers_from_memory_only_while_the_feed_runs`
//!
//! **Open**: a change by the command line counts within 100 ms, not at once.
//!
//! ## Use of what was revoked or removed
//!
//! Tokens of a removed consumer, revoked tokens, a disabled user's tokens, or a key that is registered again (RFC 5849
//! §4.6; RFC 9700 §4.14).
//!
//! **Defence**: each is looked at with every request. A key is never used a second time, whether made here or brought
//! along; removing a consumer and signing everybody out revoke its tokens for good.
//!
//! **Tests**
//! - `server/tests/oauth1/status.rs`: `removing_a_consumer_ends_everything_that_it_had`
//! - `server/tests/oauth1/status.rs`: `signing_everybody_out_revokes_every_token_for_good`
//! - `server/tests/applications.rs`: `the_very_next_request_after_a_revocation_is_refused`
//! - `server/tests/refusals/table.rs`: `a_user_who_was_disabled_after_allowing_is_denied_and_has_to_allow_anew`
//! - `server/tests/oauth1/status.rs`: `a_new_secret_counts_at_once_and_signs_out_whom_it_shall`
//!
//! ## Secrets in logs, answers and the activity
//!
//! What is printed once is copied for ever: a query with `oauth_signature` in a log line, a secret in an error (RFC
//! 5849 §4.5; RFC 9700 §4.9).
//!
//! **Defence**: secrets have types whose `Debug` prints none, which `tools/conventions` checks; log lines have no
//! queries. The test searches all answers, events, log lines at level *trace* and the database for every secret that
//! it used.
//!
//! **Tests**
//! - `server/tests/api/secrets.rs`: `no_answer_no_event_no_activity_and_no_log_has_a_secret`
//! - `server/tests/api/secrets.rs`: `a_first_start_logs_neither_its_link_nor_what_is_typed_behind_it`
//! - `oauth/tests/refusals.rs`: `nothing_prints_a_signature_or_a_secret`
//!
//! **Open**: gateways and proxies have logs of their own. A consumer that signs in the query writes its signature
//! there.
//!
//! ## Leaks through referrers, history and caches
//!
//! A verifier or token in a URL reaches other sites by `Referer`, or stays in a shared cache (RFC 5849 §4.4; RFC 9700
//! §4.2, §4.3).
//!
//! **Defence**: `Referrer-Policy: same-origin` and `Cache-Control: no-store` with every answer but public assets. A
//! verifier is useless without both secrets.
//!
//! **Tests**
//! - `server/tests/pages/headers.rs`: `every_kind_of_answer_carries_the_headers_that_keep_others_out`
//! - `server/tests/oauth1/tokens.rs`: `a_consumer_gets_temporary_credentials_then_token_credentials_and_acts_for_the_user`
//! - `server/tests/oauth1/callbacks.rs`: `the_user_comes_back_to_the_callback_with_its_own_query_in_front`
//!
//! **Open**: the consumer's callback page and the protected API set their own headers.
//!
//! ## Secrets at rest
//!
//! HMAC needs the secrets in the clear, so a stolen database would be a stolen set of keys (RFC 5849 §4.5).
//!
//! **Defence**: consumer and token secrets are sealed with XChaCha20-Poly1305 under a key outside the database, each
//! bound to its row. Verifiers, sessions and links are kept as hashes, passwords with argon2id.
//!
//! **Tests**
//! - `store/tests/consumers.rs`: `a_secret_is_read_back_by_its_key_alone_and_is_not_in_the_database`
//! - `store/tests/consumers.rs`: `a_secret_put_into_another_row_does_not_open`
//! - `store/tests/tokens.rs`: `a_token_is_known_as_it_was_issued_and_its_secret_is_sealed`
//! - `server/tests/api/secrets.rs`: `no_answer_no_event_no_activity_and_no_log_has_a_secret`
//!
//! **Open**: a thief of the database *and* the vault key has all secrets. Keep them, and their backups, apart.
//!
//! ## Flooding the desk with requests for keys
//!
//! Asking for a key needs no account; an attacker asks until administrators overlook what matters, or the disk is full
//! (RFC 5849 §4.10).
//!
//! **Defence**: ten a minute from one address or IPv6 /64, twenty undecided ones, each of a bounded size. Alike ones are
//! one row, undecided ones end after 30 days, and all of an address are removed at once. A page of another site cannot
//! have its visitors ask. Nothing is limited for all together, so no flood keeps others out.
//!
//! **Tests**
//! - `server/tests/oauth1/key_requests/limits.rs`: `an_address_may_ask_ten_times_a_minute_wrong_requests_included`
//! - `server/tests/oauth1/key_requests/limits.rs`: `twenty_of_a_network_may_wait_for_a_decision_and_that_keeps_nobody_else_out`
//! - `server/tests/oauth1/key_requests/limits.rs`: `a_request_ends_by_itself_after_thirty_days_and_the_activity_says_so`
//! - `server/tests/oauth1/key_requests.rs`: `a_page_of_another_site_cannot_have_a_browser_ask`
//! - `server/tests/endurance/key_requests.rs`: `a_flood_of_requests_for_keys_keeps_no_friend_out_and_is_bounded`
//! - `server/tests/oauth1/key_requests/limits.rs`: `an_address_that_nobody_vouches_for_does_not_count`
//!
//! **Open**: an attacker with many addresses fills the table by twenty rows for each of them, for 30 days or until an
//! administrator removes them; `LATCHKEY_KEY_REQUESTS=off` ends it.
//!
//! ## Overload by connections and temporary credentials
//!
//! Slow or idle connections, streams that are never read, and endless first steps of the dance use up memory, sockets
//! and disk (RFC 5849 §4.10).
//!
//! **Defence**: each connection has limits of time and memory, and each network a share of the connections; only approved
//! consumers get temporary credentials, a bounded number each, which are deleted a day after they expired.
//!
//! **Tests**
//! - `server/tests/endurance/slow.rs`: `whoever_is_slow_is_hung_up_on_and_delays_nobody`
//! - `server/tests/endurance/streams.rs`: `event_streams_that_nobody_reads_delay_nobody_and_are_ended`
//! - `server/tests/connections.rs`: `an_address_has_its_share_and_what_is_over_is_closed_at_once`
//! - `store/tests/temporary_credentials/limits.rs`: `they_are_swept_a_day_after_they_expired_whatever_became_of_them`
//! - `store/tests/temporary_credentials/limits.rs`: `a_consumer_has_so_many_open_ones_and_no_more_until_one_expires_or_is_over`
//!
//! **Open**: requests to verify are not limited per address or consumer; that belongs into the gateway.
