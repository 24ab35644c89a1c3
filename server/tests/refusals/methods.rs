//! The signature methods: HMAC with a secret, RSA with a key, PLAINTEXT where it is allowed.

use std::fs;

use serde_json::json;

use crate::support::{
    Home, consent, finish,
    signer::{App, CONSUMERS, Call, ECHO, Place, Provider, credentials, send_json},
};

const HMAC: [&str; 3] = ["HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512"];
const RSA: [(&str, &str); 3] = [("RSA-SHA1", "-sha1"), ("RSA-SHA256", "-sha256"), ("RSA-SHA512", "-sha512")];

/// Runs openssl in the home's folder.
#[track_caller]
fn openssl(home: &Home, arguments: &str) -> String {
    let mut command = std::process::Command::new("openssl");
    command.current_dir(home.path()).args(arguments.split(' '));
    let said = finish(command, "");
    assert_eq!(said.code, Some(0), "{arguments}: {said:?}");
    said.stdout
}

/// Makes a key; returns its public half as SPKI, PKCS#1 and certificate.
fn rsa_key(home: &Home) -> [String; 3] {
    openssl(home, "genrsa -out key.pem 2048");
    let certificate = "req -x509 -key key.pem -subj /CN=app.example -days 2";
    ["rsa -in key.pem -pubout", "rsa -in key.pem -RSAPublicKey_out", certificate]
        .map(|arguments| openssl(home, arguments))
}

/// Signs by openssl, as a library in another language would.
fn by_rsa(app: &App, home: &Home, method: (&str, &str)) -> Call {
    signed_by_rsa(app.get(ECHO), home, method)
}

fn signed_by_rsa(call: Call, home: &Home, (method, digest): (&str, &str)) -> Call {
    let call = call.method(method);
    fs::write(home.path().join("base"), call.base_string()).unwrap();
    openssl(home, &format!("dgst {digest} -sign key.pem -out signature base"));
    call.with("oauth_signature", openssl(home, "base64 -A -in signature").trim())
}

#[test]
fn every_hmac_method_is_accepted_by_name_in_exactly_that_case() {
    let provider = Provider::start();
    let app = provider.app_of("HMAC", "grace");
    for method in HMAC {
        app.echo().method(method).send().is(200);
        app.ask("oob").method(method).send().is(200);
        let lower = app.echo().method(&method.to_lowercase());
        lower.is_refused_everywhere(400, "signature_method_rejected");
        app.with_secret("another").echo().method(method).is_refused_everywhere(401, "signature_invalid");
    }
    for (made, claimed) in [(HMAC[0], HMAC[1]), (HMAC[1], HMAC[2]), (HMAC[2], HMAC[0])] {
        let call = app.echo().method(claimed);
        let signature =
            oauth::sign(oauth::SignatureMethod::parse(made).unwrap(), &call.base_string(), &app.secret, "");
        let call = call.with("oauth_signature", &signature.unwrap());
        call.is_refused_everywhere(401, "signature_invalid");
    }
}

#[test]
fn an_rsa_key_is_taken_as_spki_pkcs1_or_certificate_and_hmac_still_works() {
    let provider = Provider::start();
    let home = Home::new();
    let app = provider.app_of("RSA", "grace");
    for pem in rsa_key(&home) {
        provider.edit(&app, &json!({ "rsa_public_key": pem }));
        for method in RSA {
            let echo = by_rsa(&app, &home, method).send().is(200).json();
            assert_eq!(echo["user"], "grace", "{method:?} {pem}");
        }
        app.echo().send().is(200);
    }
    let call = by_rsa(&app, &home, RSA[1]);
    let other_time = call.clone().at(-7);
    other_time.is_refused_everywhere(401, "signature_invalid");
    call.clone().method("RSA-SHA512").is_refused_everywhere(401, "signature_invalid");
    for nonsense in ["bm8=", "not base64!", "="] {
        call.clone().with("oauth_signature", nonsense).is_refused_everywhere(401, "signature_invalid");
    }
    rsa_key(&home);
    by_rsa(&app, &home, RSA[1]).is_refused_everywhere(401, "signature_invalid");
    provider.edit(&app, &json!({ "rsa_public_key": null }));
    by_rsa(&app, &home, RSA[1]).is_refused_everywhere(400, "signature_method_rejected");
}

#[test]
fn an_rsa_key_is_taken_however_it_was_pasted_and_kept_as_spki() {
    let provider = Provider::start();
    let home = Home::new();
    let app = provider.app("Pasted");
    let [spki, pkcs1, certificate] = rsa_key(&home);
    let bare = |pem: &str| pem.lines().filter(|line| !line.starts_with('-')).collect::<String>();
    let on_one_line = spki.trim().replace('\n', " ");
    let chain = format!("{certificate}{certificate}");
    let escaped = spki.replace('\n', "\\n");
    let texts = [bare(&spki), bare(&pkcs1), bare(&certificate), on_one_line, chain, escaped];
    for text in texts.into_iter().chain([spki.replace('\n', "  \r\n   "), format!("\u{feff}{pkcs1}")]) {
        provider.edit(&app, &json!({ "rsa_public_key": null }));
        let kept = provider.edit(&app, &json!({ "rsa_public_key": text }));
        assert_eq!(kept["rsa_public_key"], spki.trim(), "{text}");
        by_rsa(&app, &home, RSA[1]).send().is(200);
    }
}

#[test]
fn a_consumer_that_signs_with_rsa_needs_no_shared_secret() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let home = Home::new();
    let [spki, _, certificate] = rsa_key(&home);
    fs::write(provider.home.path().join("app.pem"), certificate).unwrap();
    let by_command = ["consumer", "register", "By command", "--rsa-public-key", "app.pem"];
    let by_command = provider.home.json(&by_command, "");
    let body = json!({ "name": "By call", "rsa_public_key": spki });
    let request = provider.ada().request(http::Method::POST, CONSUMERS);
    let by_call = send_json(request, &body).is(201).json();
    for consumer in [by_command, by_call] {
        assert_eq!(
            (&consumer["has_secret"], &consumer["rsa_public_key"]),
            (&json!(false), &json!(spki.trim()))
        );
        let app = App { key: consumer["key"].as_str().unwrap().to_owned(), ..provider.pending("Template") };
        provider.decide("approve", &app);
        let temporary = credentials(&signed_by_rsa(app.ask("oob"), &home, RSA[1]).send().is(200));
        let page = consent::decide(&grace, &provider.url, &temporary.0, "allow");
        let verifier = consent::verifier(&page, &temporary.0, "oob");
        let exchange = signed_by_rsa(app.exchange(&temporary, &verifier), &home, RSA[1]);
        let app = App { token: Some(credentials(&exchange.send().is(200))), ..app };
        assert_eq!(by_rsa(&app, &home, RSA[2]).send().is(200).json()["user"], "grace");
        for method in HMAC {
            app.echo().method(method).is_refused_everywhere(400, "signature_method_rejected");
            app.with_secret("").echo().method(method).is_refused_everywhere(400, "signature_method_rejected");
        }
        let told = app.echo().send().refused_at_api(400, "signature_method_rejected");
        let advice = told["oauth_problem_advice"].as_str().unwrap();
        assert!(advice.contains("; use RSA-SHA1, RSA-SHA256, RSA-SHA512. "), "{advice}");
        let path = format!("{CONSUMERS}/{}", app.key);
        let request = provider.ada().request(http::Method::PATCH, &path).header("if-match", "*");
        let refused = send_json(request, &json!({ "rsa_public_key": null })).problem(422);
        assert_eq!(refused["errors"][0]["field"], "rsa_public_key");
        provider.edit(&app, &json!({ "secret": "a secret of its own", "rsa_public_key": null }));
        assert_eq!(app.with_secret("a secret of its own").echo().send().is(200).json()["user"], "grace");
    }
}

#[test]
fn a_key_file_may_be_der_and_must_not_be_empty() {
    let home = Home::made();
    let [spki, _, _] = rsa_key(&home);
    openssl(&home, "rsa -in key.pem -pubout -outform DER -out key.der");
    openssl(&home, "req -x509 -key key.pem -subj /CN=app.example -days 2 -outform DER -out app.cer");
    openssl(&home, "rsa -in key.pem -outform DER -out private.der");
    fs::write(home.path().join("empty.pem"), "\n").unwrap();
    let register = |file| ["consumer", "register", "By file", "--rsa-public-key", file];
    for file in ["key.der", "app.cer"] {
        assert_eq!(home.json(&register(file), "")["rsa_public_key"], spki.trim(), "{file}");
    }
    for (file, words) in
        [("private.der", "This is a private key."), ("empty.pem", "The key file empty.pem is empty.")]
    {
        let said = home.run(&register(file), "");
        assert!(said.code == Some(2) && said.stderr.contains(words), "{file}: {said:?}");
    }
}

#[test]
fn keys_that_are_short_or_no_rsa_are_not_taken() {
    let provider = Provider::start();
    let app = provider.app("Keys");
    let home = Home::new();
    openssl(&home, "genrsa -out short.pem 1024");
    openssl(&home, "ecparam -name prime256v1 -genkey -noout -out ec.pem");
    openssl(&home, "genrsa -out key.pem 2048");
    let private = fs::read_to_string(home.path().join("key.pem")).unwrap();
    let short = openssl(&home, "rsa -in short.pem -pubout");
    let ec = openssl(&home, "ec -in ec.pem -pubout");
    for pem in [short, ec, private, "nonsense".to_owned()] {
        let path = format!("/api/v1/consumers/{}", app.key);
        let request = provider.ada().request(http::Method::PATCH, &path).header("if-match", "*");
        let answer = send_json(request, &json!({ "rsa_public_key": pem }));
        assert_eq!(answer.problem(422)["errors"][0]["field"], "rsa_public_key");
    }
}

#[test]
fn plaintext_is_refused_over_http_even_where_it_is_allowed() {
    for allow in ["false", "true"] {
        let provider = Provider::with(&[("LATCHKEY_ALLOW_PLAINTEXT", allow)]);
        let app = provider.app("Plain");
        app.echo().method("PLAINTEXT").is_refused_everywhere(400, "signature_method_rejected");
        app.ask("oob").method("PLAINTEXT").send().refused(400, "signature_method_rejected");
    }
}

#[test]
fn plaintext_is_refused_over_https_unless_it_is_allowed() {
    let provider = Provider::with(&[("LATCHKEY_PUBLIC_URL", "https://tools.example")]);
    let app = provider.app("Plain");
    app.echo().method("PLAINTEXT").is_refused_everywhere(400, "signature_method_rejected");
}

#[test]
fn plaintext_goes_by_the_scheme_of_the_request_itself() {
    let refused = |call: &Call| {
        call.sign().verify().refused_at_verify("signature_method_rejected");
        call.sign().verify_json().refused_at_json("signature_method_rejected");
    };
    for public in ["https://tools.example", "http://tools.example"] {
        let settings = [("LATCHKEY_PUBLIC_URL", public), ("LATCHKEY_ALLOW_PLAINTEXT", "true")];
        let provider = Provider::with(&settings);
        let app = provider.app("Plain");
        let plain = |url: &str| app.get(url).method("PLAINTEXT");
        for url in ["http://tool.example/items", "HTTP://tool.example/items", "http://https/items"] {
            refused(&plain(url));
        }
        let told = plain("http://tool.example/items").sign().verify_json().json();
        let https = ", PLAINTEXT outside of the query where the request's URL is https. ";
        assert!(told["advice"].as_str().unwrap().contains(https), "{told}");
        plain("https://tool.example/items").sign().verify().is(200);
        let tool = plain("https://tool.example/items").sign().verify_json();
        assert_eq!(tool.json()["active"], true, "{tool:?}");
        if public.starts_with("https") {
            plain(ECHO).send().is(200);
        } else {
            plain(ECHO).is_refused_everywhere(400, "signature_method_rejected");
        }
    }
}

#[test]
fn plaintext_is_taken_from_header_and_form_but_never_from_a_query() {
    let settings = [("LATCHKEY_PUBLIC_URL", "https://tools.example"), ("LATCHKEY_ALLOW_PLAINTEXT", "true")];
    let provider = Provider::with(&settings);
    let app = provider.app("Plain");
    let at = |place: Place| app.call("POST", ECHO).method("PLAINTEXT").place(place);
    for place in [Place::Header, Place::Form] {
        at(place).send().is(200);
        at(place).sign().verify().is(200);
    }
    at(Place::Query).is_refused_everywhere(400, "signature_method_rejected");
    let asked = app.ask("oob").method("PLAINTEXT");
    let told = asked.clone().place(Place::Query).send().refused(400, "signature_method_rejected");
    assert!(told["oauth_problem_advice"].contains("PLAINTEXT outside of the query"), "{told:?}");
    asked.place(Place::Form).send().is(200);
    // The other methods send no secret.
    app.call("POST", ECHO).place(Place::Query).send().is(200);
}

#[test]
fn a_method_that_is_switched_off_is_rejected_at_every_step_with_those_that_are_not() {
    let provider = Provider::with(&[("LATCHKEY_SIGNATURE_METHODS", "HMAC-SHA256,RSA-SHA256")]);
    let app = provider.app("Modern");
    let advised =
        |told: &str| told.contains("; use HMAC-SHA256, RSA-SHA256. ") && !told.contains("PLAINTEXT");
    for method in ["HMAC-SHA1", "HMAC-SHA512", "RSA-SHA1", "RSA-SHA512", "PLAINTEXT", "HMAC-MD5"] {
        let told = app.ask("oob").method(method).send().refused(400, "signature_method_rejected");
        assert!(advised(&told["oauth_problem_advice"]), "{method}: {told:?}");
        let told = app.echo().method(method).send().refused_at_api(400, "signature_method_rejected");
        assert!(advised(told["oauth_problem_advice"].as_str().unwrap()), "{method}: {told}");
        app.echo().method(method).is_refused_everywhere(400, "signature_method_rejected");
    }
    let temporary = credentials(&app.ask("oob").method("HMAC-SHA256").send().is(200));
    let page = consent::decide(&provider.signed_in("grace"), &provider.url, &temporary.0, "allow");
    let verifier = consent::verifier(&page, &temporary.0, "oob");
    let exchange = |method: &str| app.exchange(&temporary, &verifier).method(method);
    exchange("HMAC-SHA1").send().refused(400, "signature_method_rejected");
    let token = credentials(&exchange("HMAC-SHA256").send().is(200));
    let app = App { token: Some(token), ..app };
    assert_eq!(app.echo().method("HMAC-SHA256").send().is(200).json()["user"], "grace");
    app.echo().is_refused_everywhere(400, "signature_method_rejected");
    // Without a public key this one is found at the signature, and told the same.
    let told = app.echo().method("RSA-SHA256").send().refused_at_api(400, "signature_method_rejected");
    assert!(advised(told["oauth_problem_advice"].as_str().unwrap()), "{told}");
}

#[test]
fn plaintext_over_https_needs_neither_nonce_nor_timestamp() {
    let settings = [("LATCHKEY_PUBLIC_URL", "https://tools.example"), ("LATCHKEY_ALLOW_PLAINTEXT", "true")];
    let provider = Provider::with(&settings);
    let app = provider.app("Plain");
    let bare = app.echo().method("PLAINTEXT").without("oauth_nonce").without("oauth_timestamp");
    for _ in 0..2 {
        bare.send().is(200);
        bare.sign().verify().is(200);
    }
    app.ask("oob").method("PLAINTEXT").without("oauth_nonce").without("oauth_timestamp").send().is(200);
    let once = app.echo().method("PLAINTEXT");
    once.send().is(200);
    once.is_refused_everywhere(401, "nonce_used");
    app.echo().method("PLAINTEXT").at(-4000).is_refused_everywhere(401, "timestamp_refused");
    bare.clone().with("oauth_signature", "wrong&").is_refused_everywhere(401, "signature_invalid");
    bare.with("oauth_signature", &format!("{}&extra", app.secret))
        .is_refused_everywhere(401, "signature_invalid");
    app.echo().without("oauth_nonce").is_refused_everywhere(400, "parameter_absent");
}
