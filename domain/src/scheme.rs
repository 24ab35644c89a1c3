//! Whose a URI scheme is: an application's, which users can be sent back to, or one that a browser or an operating system
//! acts on itself.

/// Far above those in use, of which reverse domain names are the longest.
const LONGEST: usize = 100;

/// Of the web: their addresses have rules of their own.
const WEB: [&str; 2] = ["http", "https"];

/// Run or show what the address itself brings along, or what it wraps.
const CONTENT: [&str; 24] = [
    "about",
    "acrobat",
    "applescript",
    "blob",
    "data",
    "feed",
    "filesystem",
    "hcp",
    "help",
    "its",
    "jar",
    "javascript",
    "jscript",
    "livescript",
    "mhtml",
    "mk",
    "mocha",
    "pcast",
    "res",
    "vbscript",
    "view-source",
    "wyciwyg",
    "x-help-script",
    "x-javascript",
];

/// Open files of this machine or of others.
const FILES: [&str; 35] = [
    "afp",
    "cifs",
    "content",
    "dav",
    "davs",
    "dict",
    "file",
    "ftp",
    "ftps",
    "git",
    "gopher",
    "http+unix",
    "ldap",
    "ldapi",
    "ldaps",
    "magnet",
    "nfs",
    "rdp",
    "rlogin",
    "rsync",
    "rtmp",
    "rtsp",
    "scp",
    "sftp",
    "shttp",
    "smb",
    "ssh",
    "svn",
    "telnet",
    "tftp",
    "tn3270",
    "vnc",
    "wais",
    "ws",
    "wss",
];

/// Write to people, or call them.
const PEOPLE: [&str; 23] = [
    "callto",
    "facetime",
    "facetime-audio",
    "fax",
    "im",
    "imap",
    "imaps",
    "irc",
    "ircs",
    "mailto",
    "mms",
    "mmsto",
    "news",
    "nntp",
    "pop",
    "sip",
    "sips",
    "sms",
    "smsto",
    "snews",
    "tel",
    "telprompt",
    "xmpp",
];

/// Install or start programs that the address names.
const PROGRAMS: [&str; 15] = [
    "android-app",
    "intent",
    "itms",
    "itms-apps",
    "itms-appss",
    "itms-services",
    "jnlp",
    "jnlps",
    "local",
    "market",
    "prefs",
    "search",
    "search-ms",
    "shell",
    "shortcuts",
];

/// Belong to a browser.
const BROWSERS: [&str; 11] = [
    "brave",
    "chrome",
    "devtools",
    "edge",
    "extension",
    "googlechrome",
    "isolated-app",
    "opera",
    "resource",
    "vivaldi",
    "x-web-search",
];

/// Begin the schemes of browsers and operating systems.
const FAMILIES: [&str; 9] =
    ["android-", "apple-", "chrome-", "microsoft-", "moz-", "ms-", "safari-", "webkit-", "x-apple"];

/// Name things, and lead nowhere. The last one is what a forgotten `http://` leaves.
const NAMES: [&str; 11] =
    ["cid", "did", "doi", "info", "mid", "ni", "oid", "tag", "urn", "uuid", "localhost"];

/// Whether a text is a scheme by its grammar (RFC 3986 section 3.1).
pub fn is_scheme(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    text.len() <= LONGEST && text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(is_part)
}

/// Whether a scheme, in any case, can belong to an application: neither the web's nor one that a browser or an operating
/// system acts on itself.
pub fn is_of_application(scheme: &str) -> bool {
    let scheme = scheme.to_ascii_lowercase();
    let taken: [&[&str]; 7] = [&WEB, &CONTENT, &FILES, &PEOPLE, &PROGRAMS, &BROWSERS, &NAMES];
    is_scheme(&scheme)
        && !taken.iter().any(|schemes| schemes.contains(&&*scheme))
        && !FAMILIES.iter().any(|family| scheme.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_that_nothing_else_acts_on_can_belong_to_an_application() {
        for scheme in
            ["myapp", "MyApp", "com.example.app", "x", "web+tool", "vscode", "a-1.b+c", "msal7f", "datas"]
        {
            assert!(is_of_application(scheme), "{scheme}");
        }
        assert!(is_of_application(&"a".repeat(LONGEST)));
    }

    #[test]
    fn what_runs_opens_or_sends_something_else_cannot_in_any_case() {
        for scheme in [
            "javascript",
            "JavaScript",
            "vbscript",
            "data",
            "blob",
            "about",
            "file",
            "FILE",
            "filesystem",
            "view-source",
            "jar",
            "intent",
            "ms-msdt",
            "ms-settings",
            "search-ms",
            "chrome",
            "chrome-extension",
            "moz-extension",
            "mailto",
            "tel",
            "ftp",
            "ssh",
            "ws",
            "itms-services",
            "urn",
            "localhost",
            "http",
            "https",
        ] {
            assert!(!is_of_application(scheme), "{scheme}");
        }
    }

    #[test]
    fn no_character_that_means_something_elsewhere_is_part_of_a_scheme() {
        for character in (0..=0x7f_u8).map(char::from) {
            let is_part = character.is_ascii_alphanumeric() || ['+', '-', '.'].contains(&character);
            assert_eq!(is_of_application(&format!("a{character}b")), is_part, "{character:?}");
            let begins = is_of_application(&format!("{character}pp"));
            assert_eq!(begins, character.is_ascii_alphabetic(), "{character:?}");
        }
        for text in ["", "ä", "my app", "java\tscript", "1app", "*", "'self'", "myapp:"] {
            assert!(!is_scheme(text) && !is_of_application(text), "{text:?}");
        }
        assert!(!is_of_application(&"a".repeat(LONGEST + 1)));
    }

    #[test]
    fn every_scheme_in_the_lists_is_one_in_lower_case() {
        let lists: [&[&str]; 7] = [&WEB, &CONTENT, &FILES, &PEOPLE, &PROGRAMS, &BROWSERS, &NAMES];
        for scheme in lists.concat() {
            assert!(is_scheme(scheme) && scheme.to_ascii_lowercase() == scheme, "{scheme}");
        }
    }
}
