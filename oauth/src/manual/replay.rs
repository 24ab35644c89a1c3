//! Attacks that send a request again.
//!
//! ## Replay
//!
//! A captured request is valid: the attacker sends it once more, to this or another listener or node, or many copies
//! at once (RFC 5849 §3.3; RFC 9700 §4.10).
//!
//! **Defence**: a nonce counts once for its consumer, token and second. It is on the disk before the answer leaves,
//! and all nodes and listeners share one list.
//!
//! **Tests**
//! - `server/tests/refusals/time.rs`: `a_replay_is_refused_at_once_and_by_whichever_door_it_comes`
//! - `server/tests/refusals/time.rs`: `of_many_copies_at_once_one_is_accepted`
//! - `server/tests/nodes/shared.rs`: `of_one_request_sent_to_two_nodes_at_once_one_is_accepted`
//! - `server/tests/endurance/replays.rs`: `a_request_sent_again_is_never_accepted_and_leaves_nothing_behind`
//!
//! ## Replay after a crash
//!
//! The server dies between answer and write, or loses its memory, and forgets what it accepted (RFC 5849 §3.3).
//!
//! **Defence**: the write is synced before the answer, also under load, where many nonces share one write.
//!
//! **Tests**
//! - `server/tests/refusals/time.rs`: `a_replay_is_refused_after_a_restart`
//! - `server/tests/refusals/time.rs`: `a_replay_is_refused_after_kill_9`
//! - `store/tests/nonces.rs`: `a_used_nonce_stays_used_after_a_crash`
//!
//! ## Replay of what was forgotten
//!
//! Nonces cannot be kept for ever. The attacker waits until one was deleted, or until the clock was set back, or a
//! larger skew was configured, or an older backup was restored (RFC 5849 §3.3).
//!
//! **Defence**: the server remembers up to which second it deleted nonces and refuses that time whatever the clock
//! says now. A restored database refuses everything that may have been accepted since the backup.
//!
//! **Tests**
//! - `store/tests/nonces.rs`: `a_nonce_that_was_forgotten_is_not_accepted_again`
//! - `store/tests/nonces.rs`: `a_nonce_that_another_process_forgot_is_not_accepted_again`
//! - `server/tests/endurance/clock.rs`: `a_clock_that_is_a_minute_off_refuses_nobody_and_accepts_nothing_twice`
//! - `server/tests/backup.rs`: `a_server_that_starts_from_it_knows_everything_and_accepts_nothing_twice`
//!
//! ## Timestamps that lie
//!
//! A timestamp far in the future would be valid for ever; an overflow or a sign makes one that is never too old (RFC
//! 5849 §3.3).
//!
//! **Defence**: decimal digits only, within the accepted skew in both directions; a number that overflows is too late.
//!
//! **Tests**
//! - `oauth/tests/refusals.rs`: `a_timestamp_is_decimal_digits`
//! - `oauth/tests/refusals.rs`: `a_timestamp_is_taken_up_to_the_skew_either_way`
//! - `server/tests/refusals/time.rs`: `a_clock_may_be_five_minutes_off_either_way`
//! - `server/tests/refusals/parameters.rs`: `a_timestamp_is_a_decimal_number`
//!
//! ## Burning a nonce of another consumer
//!
//! The attacker sends a victim's nonce first, so that the real request is refused (RFC 5849 §3.3).
//!
//! **Defence**: only a request that is right in everything else uses up its nonce, and each consumer and token has
//! nonces of its own.
//!
//! **Tests**
//! - `server/tests/refusals/order.rs`: `a_request_that_was_refused_for_another_reason_has_not_used_up_its_nonce`
//! - `server/tests/refusals/order.rs`: `each_token_and_each_consumer_has_nonces_of_its_own`
//!
//! **Open**: an attacker who captures a request and sends it first takes its place. TLS prevents that.
//!
//! ## Filling the nonce storage
//!
//! Each nonce takes space; unauthenticated requests could fill the disk or force the server to forget (RFC 5849
//! §4.10).
//!
//! **Defence**: nothing is written for a request without a valid signature. A nonce takes the same few bytes whatever
//! its length, and is deleted with its second.
//!
//! **Tests**
//! - `server/tests/endurance/replays.rs`: `a_wrong_signature_is_never_accepted_and_leaves_nothing_behind`
//! - `store/tests/nonces.rs`: `old_nonces_take_no_room_and_what_is_forgotten_is_told_and_stays_so`
//! - `server/tests/endurance/full_disk.rs`: `a_full_disk_is_told_everywhere_and_forgotten_once_there_is_space`
//!
//! **Open**: an approved consumer is not limited in how many valid requests it sends.
