//! Certificates that openssl makes, and a client that trusts one of them alone.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    net::TcpStream,
    process::Command,
    sync::Arc,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};

use super::{Home, PATIENCE, finish};

/// A certificate and its key.
pub struct Pair {
    pub cert: String,
    pub key: String,
}

/// Makes a certificate for this machine, for a day.
#[track_caller]
pub fn make(home: &Home, name: &str) -> Pair {
    let configuration = format!(
        "[req]\nprompt = no\ndistinguished_name = name\nx509_extensions = leaf\n[name]\nCN = {name}\n\
         [leaf]\nbasicConstraints = critical,CA:FALSE\nsubjectAltName = IP:127.0.0.1,DNS:localhost\n"
    );
    fs::write(home.path().join("openssl.cnf"), configuration).unwrap();
    let request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -config openssl.cnf -keyout made.key -out made.pem";
    let mut command = Command::new("openssl");
    command.current_dir(home.path()).args(request.split(' '));
    let said = finish(command, "");
    assert_eq!(said.code, Some(0), "{said:?}");
    let read = |file: &str| fs::read_to_string(home.path().join(file)).unwrap();
    Pair { cert: read("made.pem"), key: read("made.key") }
}

/// Makes a certificate that holds between two times, written as `20260101000000Z`.
#[track_caller]
pub fn make_for(home: &Home, begin: &str, end: &str) -> Pair {
    let pair = make(home, "dated");
    let configuration = "[ca]\ndefault_ca = own\n[own]\ndatabase = made.index\nnew_certs_dir = .\nrand_serial = yes\n\
         default_md = sha256\npolicy = any\nunique_subject = no\n[any]\ncommonName = supplied\n\
         [leaf]\nbasicConstraints = critical,CA:FALSE\nsubjectAltName = IP:127.0.0.1,DNS:localhost\n";
    fs::write(home.path().join("ca.cnf"), configuration).unwrap();
    fs::write(home.path().join("made.index"), "").unwrap();
    let request = "req -new -key made.key -subj /CN=dated -config openssl.cnf -out made.csr";
    let dated = format!(
        "ca -batch -notext -selfsign -config ca.cnf -extensions leaf -startdate {begin} -enddate {end} -keyfile made.key \
         -in made.csr -out made.pem"
    );
    for step in [request, &dated] {
        let mut command = Command::new("openssl");
        command.current_dir(home.path()).args(step.split(' '));
        let said = finish(command, "");
        assert_eq!(said.code, Some(0), "{said:?}");
    }
    let cert = fs::read_to_string(home.path().join("made.pem")).unwrap();
    Pair { cert, ..pair }
}

/// An HTTPS connection that is kept.
pub struct Secure(StreamOwned<ClientConnection, TcpStream>);

impl Secure {
    /// Connects, and trusts this certificate alone.
    pub fn open(url: &str, trusted: &Pair) -> io::Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(trusted.cert.as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream = TcpStream::connect(url.strip_prefix("https://").unwrap())?;
        stream.set_read_timeout(Some(PATIENCE))?;
        while connection.is_handshaking() {
            connection.complete_io(&mut stream)?;
        }
        Ok(Self(StreamOwned::new(connection, stream)))
    }

    /// Asks for a page's head; returns its status line.
    pub fn ask(&mut self) -> String {
        self.0.write_all(b"HEAD /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        String::from_utf8(head).unwrap().lines().next().unwrap().to_owned()
    }
}
