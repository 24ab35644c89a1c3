//! Where the program listens, whether it is ready, and how it stops: names, unix sockets, `health`, the drain time.

use crate::support;

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    os::unix::{
        fs::{FileTypeExt as _, PermissionsExt as _},
        net::{UnixListener, UnixStream},
    },
    path::Path,
};

use support::{Home, PATIENCE, SECRET, Server, signer::until};

/// Asks on a unix socket; returns the whole answer.
pub fn ask(socket: &Path, head: &str, body: &str) -> String {
    let mut stream = UnixStream::connect(socket).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let fields = format!("Host: localhost\r\nConnection: close\r\nContent-Length: {}", body.len());
    stream.write_all(format!("{head}\r\n{fields}\r\n\r\n{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

pub const SOCKETS: [(&str, &str); 2] =
    [("LATCHKEY_LISTEN", "unix:public.sock"), ("LATCHKEY_INTERNAL_LISTEN", "unix:internal.sock")];

#[test]
fn both_listeners_are_on_unix_sockets_for_owner_and_group_which_go_at_the_end() {
    let server = Home::with_users().serve_with(&SOCKETS);
    assert_eq!(server.url, "unix:public.sock");
    assert_eq!(server.line("internal listener on "), "unix:internal.sock");
    let [public, internal] = ["public.sock", "internal.sock"].map(|name| server.home.path().join(name));
    for socket in [&public, &internal] {
        let found = fs::metadata(socket).unwrap();
        assert!(found.file_type().is_socket());
        assert_eq!(found.permissions().mode() & 0o777, 0o660, "{}", socket.display());
    }
    let answer = ask(&public, "GET /sign-in HTTP/1.1", "");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let answer = ask(&internal, "GET /healthz HTTP/1.1", "");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    server.stop();
    assert!(!public.exists() && !internal.exists());
}

#[test]
fn what_a_killed_server_left_is_replaced_and_one_that_answers_stays() {
    let home = Home::with_users().serve_with(&SOCKETS).kill();
    assert!(home.path().join("public.sock").exists());
    let server = home.serve_with(&SOCKETS);
    let said = server.home.serve_in_vain(&SOCKETS[..1]);
    assert_eq!(said.code, Some(2), "{said:?}");
    let words = said.last_words();
    assert!(words.starts_with("LATCHKEY_LISTEN=unix:public.sock cannot be listened on: "), "{words}");
    assert!(words.contains("Another program answers there"), "{words}");
    let answer = ask(&server.home.path().join("public.sock"), "GET /sign-in HTTP/1.1", "");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let file = server.home.path().join("keys.txt");
    fs::write(&file, "keep me").unwrap();
    let said = server.home.serve_in_vain(&[("LATCHKEY_LISTEN", "unix:keys.txt")]);
    assert!(said.last_words().contains("no socket"), "{said:?}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "keep me");
}

#[test]
fn a_socket_may_be_in_the_data_folder_while_another_process_works_on_the_database() {
    let first = Home::sqlite().and_users().serve();
    let second = first.home.clone().serve_with(&[("LATCHKEY_LISTEN", "unix:data/latchkey.sock")]);
    let socket = second.home.data().join("latchkey.sock");
    let answer = ask(&socket, "GET /sign-in HTTP/1.1", "");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    second.stop();
    first.stop();
}

/// The address that a key was asked for from, by a peer on a unix socket who names another.
fn requested_from(server: &Server) -> String {
    let body = format!("{{\"name\":\"Friend\",\"secret\":\"{SECRET}\"}}");
    let head = "POST /oauth/requestKey HTTP/1.1\r\nX-Forwarded-For: 203.0.113.7:51008";
    let answer = ask(&server.home.path().join("public.sock"), head, &body);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let consumers = server.home.json(&["consumer", "list"], "");
    consumers[0]["requested_from"].as_str().unwrap().to_owned()
}

#[test]
fn a_peer_on_a_unix_socket_is_of_this_machine_and_believed_only_where_that_is_trusted() {
    let server = Home::with_users().serve_with(&SOCKETS);
    assert_eq!(requested_from(&server), "127.0.0.1");
    let trusted = [SOCKETS[0], SOCKETS[1], ("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1")];
    let server = Home::with_users().serve_with(&trusted);
    assert_eq!(requested_from(&server), "203.0.113.7");
}

#[test]
fn a_host_name_is_listened_on_at_an_address_that_the_line_names() {
    let server = Home::with_users()
        .serve_with(&[("LATCHKEY_LISTEN", "localhost:0"), ("LATCHKEY_INTERNAL_LISTEN", "localhost:0")]);
    let is_local = |url: &str| url.starts_with("http://127.0.0.1:") || url.starts_with("http://[::1]:");
    assert!(is_local(&server.url), "{}", server.url);
    assert!(is_local(&server.line("internal listener on ")));
    server.visitor().get("/sign-in").is(200);
    let said = server.home.serve_in_vain(&[("LATCHKEY_LISTEN", "nowhere.invalid:0")]);
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.last_words().contains("Give a name that this machine can resolve"), "{said:?}");
}

#[test]
fn health_says_by_its_exit_code_whether_a_server_is_ready() {
    let server = Home::with_users().serve();
    let url = format!("http://{}", server.line("internal listener on http://"));
    let health = |more: &[&str]| server.home.run(&[&["health"][..], more].concat(), "");
    let ready = until("it is ready", || Some(health(&["--url", &url])).filter(|said| said.code == Some(0)));
    assert!(ready.stdout.ends_with(": ready\n") && ready.stderr.is_empty(), "{ready:?}");
    let told = health(&["--json", "--url", &format!("{url}/readyz")]).json();
    assert_eq!((&told["ready"], &told["detail"]), (&true.into(), &"ready".into()), "{told}");
    // Nothing listens there.
    for arguments in [&["--url", "http://127.0.0.1:1"][..], &["--url", "unix:missing.sock"]] {
        let said = health(arguments);
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(said.stdout.contains("cannot be reached"), "{said:?}");
        assert_eq!(health(&[arguments, &["--json"]].concat()).json()["ready"], false);
    }
    for arguments in [
        &["--url", "https://127.0.0.1:3001"][..],
        &["--url", "127.0.0.1:3001"],
        &["--internal-listen", "off"],
        &["--internal-listen", "127.0.0.1:0"],
    ] {
        let said = health(arguments);
        assert_eq!((said.code, &*said.stdout), (Some(2), ""), "{said:?}");
        assert!(said.sentence().contains("--url"), "{said:?}");
    }
    let settings = ["--internal-listen", url.strip_prefix("http://").unwrap()];
    assert_eq!(health(&settings).code, Some(0), "the settings' own server");
    // Another server, or the public listener, may answer 200 to everything.
    let other =
        format!("http://127.0.0.1:{}", answering("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nother\n"));
    for url in [&other, &server.url] {
        let said = health(&["--url", url]);
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(said.stdout.contains("is this its internal listener?"), "{said:?}");
        assert_eq!(said.stdout.lines().count(), 1, "{said:?}");
    }
    server.stop();
}

/// The port of a server that gives one request this answer.
fn answering(answer: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let end = BufReader::new(&stream).lines().map_while(Result::ok).find(String::is_empty);
        assert!(end.is_some(), "a whole head");
        stream.write_all(answer.as_bytes()).unwrap();
    });
    port
}

#[test]
fn health_asks_on_a_unix_socket_and_of_what_does_not_speak_http() {
    let server = Home::with_users().serve_with(&SOCKETS);
    until("it is ready", || {
        let said = server.home.run(&["health", "--internal-listen", "unix:internal.sock"], "");
        (said.code == Some(0)).then_some(())
    });
    let listener = UnixListener::bind(server.home.path().join("other.sock")).unwrap();
    let other = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line).unwrap();
        stream.write_all(b"220 mail.example ESMTP\r\n").unwrap();
        line
    });
    let said = server.home.run(&["health", "--url", "unix:other.sock"], "");
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_eq!(other.join().unwrap(), "GET /readyz HTTP/1.1\r\n");
}

#[test]
fn during_the_drain_time_readyz_is_503_and_everything_is_answered() {
    let server = Home::with_users().serve_with(&[("LATCHKEY_DRAIN", "600")]);
    let url = format!("http://{}", server.line("internal listener on http://"));
    let health = || server.home.run(&["health", "--url", &url], "");
    until("it is ready", || (health().code == Some(0)).then_some(()));
    let ada = server.signed_in("ada");
    let stream = ada.events(None);
    stream.expect("ready");
    server.signal("TERM");
    server.log_until("draining");
    let said = health();
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.stdout.contains("503 the server is about to stop"), "{said:?}");
    // A new connection, and a signed-in user's.
    server.visitor().get("/sign-in").is(200);
    ada.get("/api/v1/whoami").is(200);
    server.signal("TERM");
    server.log_until("stopping at once");
    assert_eq!(server.exit_code(), Some(143));
}

#[test]
fn after_the_drain_time_it_stops_in_good_order() {
    let server = Home::with_users().serve_with(&[("LATCHKEY_DRAIN", "1")]);
    server.signal("TERM");
    server.log_until("stopping: finishing what is under way");
    assert_eq!(server.exit_code(), Some(0));
}
