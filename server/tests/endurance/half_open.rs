//! A page's machine that is gone without a word: the program does not keep its event stream for ever.

use std::{
    process::{Command, Output, Stdio},
    time::Instant,
};

use crate::endurance::{
    run::{Run, milliseconds},
    support::{Home, PASSWORD, Server, signer::until},
};

/// Where the page's machine is, as seen by the program.
const PAGE: &str = "127.0.0.77";

/// Runs a program in the server's network.
fn beside(server: &Server, program: &[&str]) -> Command {
    let mut command = Command::new("nsenter");
    command
        .args(["--target", &server.id().to_string(), "--net"])
        .args(program)
        .current_dir(server.home.path());
    command
}

fn done(mut command: Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    output
}

fn subscribers(server: &Server, internal: &str) -> String {
    let metrics = done(beside(server, &["curl", "--silent", &format!("{internal}/metrics")]));
    let metrics = String::from_utf8(metrics.stdout).unwrap();
    let count = metrics.lines().find_map(|line| line.strip_prefix("latchkey_event_subscribers "));
    count.unwrap().to_owned()
}

#[test]
fn the_stream_of_a_page_that_is_gone_without_a_word_is_ended() {
    let mut run = Run::begin("a page's machine gone without a word");
    let own_network = ["unshare", "--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh"];
    let try_it = Command::new("unshare").args(["--net", "true"]).output();
    if !try_it.is_ok_and(|output| output.status.success()) {
        return run.skip("a network of its own cannot be made here");
    }
    let home = Home::sqlite();
    home.add_user("ada", true);
    let server = home.serve_by(&own_network, &[]);
    let internal = format!("http://{}", server.line("internal listener on http://"));
    let form = format!("username=ada&password={PASSWORD}");
    let sign_in = format!("{}/sign-in", server.url);
    done(beside(
        &server,
        &["curl", "--silent", "--fail", "--cookie-jar", "cookies", "--data", &form, &sign_in],
    ));
    let events = format!("{}/events", server.url);
    let listen = ["curl", "--silent", "--no-buffer", "--cookie", "cookies", "--interface", PAGE, &events];
    let mut page = beside(&server, &listen).stdout(Stdio::null()).spawn().unwrap();
    until("the page listens", || (subscribers(&server, &internal) == "1").then_some(()));
    // From here on nothing reaches the page's machine, and neither end gets an error.
    done(beside(&server, &["ip", "route", "add", "blackhole", PAGE, "table", "local"]));
    server.home.register("Something to tell");
    let begin = Instant::now();
    until("its stream is ended", || (subscribers(&server, &internal) == "0").then_some(()));
    run.figure("its stream was ended after", milliseconds(begin.elapsed()));
    page.kill().unwrap();
    page.wait().unwrap();
    run.end();
}
