//! A log that cannot be written: nothing ends or waits for it, lost lines are counted, and told once it can be written again.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::Instant,
};

use crate::endurance::{
    run::Run,
    support::{
        Home, PATIENCE, lines,
        signer::{App, Provider, until},
    },
};

/// Everything that the program does is a line.
const TRACE: (&str, &str) = ("LATCHKEY_LOG", "trace");
const LOST: &str = "lines of this log could not be written and are lost";

/// How many lines are lost by now, as the metrics say.
fn lost(provider: &Provider) -> u64 {
    metric(provider, "latchkey_lost_log_lines_total")
}

#[track_caller]
fn metric(provider: &Provider, name: &str) -> u64 {
    let metrics = provider.inside("/metrics").is(200);
    let mut values = metrics.text().lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    values.next().unwrap_or_else(|| panic!("{name}: {}", metrics.text())).parse().unwrap()
}

/// Signed requests are accepted, changes are made and told, and the program calls itself ready.
fn everything_works(provider: &Provider, app: &App) {
    let stream = provider.ada().events(None);
    stream.expect("ready");
    provider.ada().register("Next");
    while stream.next().name != "consumer" {}
    app.get("https://tool.example/items").sign().verify().is(200);
    app.echo().send().is(200);
    provider.visitor().post("/sign-in", &[("username", "eve"), ("password", "guessed")]).is(401);
    until("it is ready", || (provider.inside("/readyz").status == 200).then_some(()));
}

#[test]
fn a_log_on_a_full_disk_or_without_a_reader_ends_nothing() {
    let mut run = Run::begin("the log cannot be written");
    for (what, script) in [
        ("a full disk", "exec \"$@\" 2>/dev/full"),
        ("a dead reader", "exec \"$@\" 2> >(exec true)"),
        ("a limit of the file's size", "truncate -s 64M log; ulimit -f 65536; exec \"$@\" 2>>log"),
    ] {
        let provider = Provider::by(&["bash", "-c", script, "bash"], Home::with_users(), &[TRACE]);
        let app = provider.app_of("Calling", "grace");
        everything_works(&provider, &app);
        provider.signal("HUP");
        until("lines are lost", || (lost(&provider) > 0).then_some(()));
        everything_works(&provider, &app);
        for task in ["feed", "uses", "key_requests", "certificate", "log"] {
            let name = format!("latchkey_task_restarts_total{{task=\"{task}\"}}");
            assert_eq!(metric(&provider, &name), 0, "{what}: {task}");
        }
        run.figure(&format!("lines lost to {what}"), lost(&provider));
        // It ends with 0.
        provider.server.stop();
    }
    run.end();
}

#[test]
fn a_reader_that_sleeps_delays_nobody_for_long_and_is_told_what_it_has_missed() {
    let mut run = Run::begin("the log's reader sleeps");
    let home = Home::with_users();
    let pipe = home.path().join("log");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Open for both, so that nobody waits for an end to be opened; it reads nothing.
    let sleeper = OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
    let provider = Provider::by(&["sh", "-c", "exec \"$@\" 2>log", "sh"], home, &[TRACE]);
    let app = provider.app_of("Calling", "grace");
    until("the pipe is full", || {
        provider.visitor().get("/sign-in").is(200);
        (lost(&provider) > 0).then_some(())
    });
    everything_works(&provider, &app);

    // Now it is read.
    let log = lines(File::open(&pipe).unwrap());
    let mut told = count(&next_told(&log).expect("it is told while the server serves"));
    everything_works(&provider, &app);
    let lost = lost(&provider);
    provider.server.stop();
    drop(sleeper);
    // Lines that were lost while the first of these was written have one of their own.
    while let Some(line) = next_told(&log) {
        told += count(&line);
    }
    assert!(told > 0);
    assert_eq!(told, lost, "each lost line is told once");
    run.figure("lines lost and told", told);
    run.end();
}

/// The next line that tells of lost ones; `None` at the end of the log.
fn next_told(log: &Receiver<String>) -> Option<String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match log.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) if line.contains(LOST) => return Some(line),
            Ok(_) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => panic!("neither a line that tells of lost ones nor the end"),
        }
    }
}

/// How many lines it tells of.
fn count(line: &str) -> u64 {
    assert!(line.contains("ERROR"), "{line}");
    let (_, count) = line.rsplit_once("lines=").unwrap_or_else(|| panic!("{line}"));
    count.parse().unwrap_or_else(|error| panic!("{error}: {line}"))
}

#[test]
fn a_server_that_cannot_say_where_it_listens_serves_and_stops_in_good_order() {
    let home = Home::with_users();
    let mut command = home.command(&["serve"]);
    command.env("LATCHKEY_LISTEN", "127.0.0.1:0").env("LATCHKEY_INTERNAL_LISTEN", "off");
    command.stdin(Stdio::null()).stdout(OpenOptions::new().write(true).open("/dev/full").unwrap());
    let mut server = command.stderr(Stdio::piped()).spawn().unwrap();
    // The reader is gone once it has found the line, which is one more reason not to end.
    let log = BufReader::new(server.stderr.take().unwrap());
    let is_told = log.lines().map_while(Result::ok).any(|line| line.contains("stdout cannot be written"));
    let stopped = Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    let status = server.wait().unwrap();
    assert!(is_told && stopped.success(), "{status}");
    assert_eq!(status.code(), Some(0), "{status}");
}
