//! Where friends find the rest.

use insta::assert_snapshot;

use crate::support::signer::Provider;

const PATHS: [&str; 2] = ["/rootservices", "/.well-known/oslc/rootservices.xml"];

#[track_caller]
fn document(provider: &Provider, path: &str) -> String {
    let answer = provider.visitor().get(path).is(200);
    assert_eq!(answer.header("content-type"), "application/rdf+xml");
    answer.text().to_owned()
}

#[test]
fn root_services_names_every_address_under_the_public_url_without_sign_in() {
    let provider = Provider::start();
    let [first, second] = PATHS.map(|path| document(&provider, path));
    assert_eq!(first, second);
    assert_snapshot!(first.replace(&provider.url, "[public URL]"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <rdf:Description rdf:about="[public URL]/rootservices"
        xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns:dcterms="http://purl.org/dc/terms/"
        xmlns:jfs="http://jazz.net/xmlns/prod/jazz/jfs/1.0/">
      <dcterms:title>Latchkey</dcterms:title>
      <jfs:oauthRealmName>Latchkey</jfs:oauthRealmName>
      <jfs:oauthDomain>[public URL]</jfs:oauthDomain>
      <jfs:oauthRequestConsumerKeyUrl rdf:resource="[public URL]/oauth/requestKey"/>
      <jfs:oauthApprovalModuleUrl rdf:resource="[public URL]/oauth/approveKey"/>
      <jfs:oauthRequestTokenUrl rdf:resource="[public URL]/oauth/requestToken"/>
      <jfs:oauthUserAuthorizationUrl rdf:resource="[public URL]/oauth/authorize"/>
      <jfs:oauthAccessTokenUrl rdf:resource="[public URL]/oauth/accessToken"/>
    </rdf:Description>
    "#);
}

#[test]
fn root_services_leads_to_the_catalogs_of_each_domain_and_names_where_tokens_hold() {
    let catalogs = "rm=https://rm.example/catalog?a=1&b=\"<2>',cm=https://cm.example:9443/ccm/oslc,rm=https://rm.example/more,\
                    am=https://tools.example/am,config=https://rm.example/config";
    let public = "https://tools.example";
    let settings = [("LATCHKEY_PUBLIC_URL", public), ("LATCHKEY_OSLC_CATALOGS", catalogs)];
    let usual = document(&Provider::with(&settings[..1]), PATHS[0]);
    let provider = Provider::with(&settings);
    for path in PATHS {
        let document = document(&provider, path);
        let added: Vec<_> =
            document.lines().filter(|line| !usual.lines().any(|usual| usual == *line)).collect();
        assert_eq!(
            added,
            [
                "  <jfs:oauthDomain>https://rm.example</jfs:oauthDomain>",
                "  <jfs:oauthDomain>https://cm.example:9443</jfs:oauthDomain>",
                "  <oslc_rm:rmServiceProviders xmlns:oslc_rm=\"http://open-services.net/xmlns/rm/1.0/\" \
                 rdf:resource=\"https://rm.example/catalog?a=1&amp;b=%22%3C2%3E%27\"/>",
                "  <oslc_cm:cmServiceProviders xmlns:oslc_cm=\"http://open-services.net/xmlns/cm/1.0/\" \
                 rdf:resource=\"https://cm.example:9443/ccm/oslc\"/>",
                "  <oslc_rm:rmServiceProviders xmlns:oslc_rm=\"http://open-services.net/xmlns/rm/1.0/\" \
                 rdf:resource=\"https://rm.example/more\"/>",
                "  <oslc_am:amServiceProviders xmlns:oslc_am=\"http://open-services.net/ns/am#\" \
                 rdf:resource=\"https://tools.example/am\"/>",
                "  <oslc_config:cmServiceProviders xmlns:oslc_config=\"http://open-services.net/ns/config#\" \
                 rdf:resource=\"https://rm.example/config\"/>",
            ]
        );
        assert!(usual.lines().all(|line| document.lines().any(|other| other == line)), "{document}");
    }
}

#[test]
fn root_services_has_the_prefix_and_escapes_the_realm() {
    let public = "https://tools.example:8443/keys";
    let settings = [("LATCHKEY_PUBLIC_URL", public), ("LATCHKEY_REALM", "A & <B>")];
    let provider = Provider::with(&settings);
    let usual = document(&Provider::with(&[("LATCHKEY_PUBLIC_URL", public)]), PATHS[0]);
    let realm = "<jfs:oauthRealmName>A &amp; &lt;B&gt;</jfs:oauthRealmName>";
    let expected = usual.replace("<jfs:oauthRealmName>Latchkey</jfs:oauthRealmName>", realm);
    assert!(
        expected.contains(realm)
            && expected.contains("\"https://tools.example:8443/keys/oauth/requestToken\"")
    );
    for path in PATHS {
        for prefix in ["", "/keys"] {
            assert_eq!(document(&provider, &format!("{prefix}{path}")), expected);
        }
    }
}

#[test]
fn the_realm_is_in_every_challenge() {
    let provider = Provider::with(&[("LATCHKEY_REALM", "Tools, & (keys); 'x'=y")]);
    let app = provider.pending("Realm");
    let realm = "OAuth realm=\"Tools, & (keys); 'x'=y\"";
    let refused = format!("{realm}, oauth_problem=\"consumer_key_refused\"");
    for answer in [app.ask("oob").send(), app.echo().send(), app.echo().sign().verify()] {
        assert_eq!(answer.header("www-authenticate"), refused);
    }
    let nobody = provider.visitor().get("/api/v1/whoami").is(401);
    assert_eq!(nobody.header("www-authenticate"), realm);
}
