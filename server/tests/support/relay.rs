//! A relay between the program and a TCP server, which can be as bad as a network.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// How the network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weather {
    Fair,
    /// Each answer comes this much later.
    Slow(Duration),
    /// Nothing comes through, and neither end gets an error.
    Silent,
}

struct Network {
    weather: Weather,
    /// There is no listener: connecting is refused.
    refuses: bool,
    /// Both ends of every connection.
    open: Vec<[TcpStream; 2]>,
    ended: bool,
}

struct Shared {
    server: SocketAddr,
    network: Mutex<Network>,
    changed: Condvar,
}

/// Listens on a port of its own, and passes on what comes to a server and back.
pub struct Relay {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

impl Relay {
    /// A relay to a server, through which everything passes at once.
    pub fn to(server: SocketAddr) -> Self {
        Self::behind(TcpListener::bind("127.0.0.1:0").unwrap(), server)
    }

    /// The same, for those who come to this listener.
    pub fn behind(listener: TcpListener, server: SocketAddr) -> Self {
        let network = Network { weather: Weather::Fair, refuses: false, open: Vec::new(), ended: false };
        let shared = Arc::new(Shared { server, network: Mutex::new(network), changed: Condvar::new() });
        let address = listener.local_addr().unwrap();
        let accepting = thread::spawn({
            let shared = shared.clone();
            move || shared.accept(listener, address)
        });
        Self { address, shared, accepting: Some(accepting) }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything passes again, also what has waited.
    pub fn pass(&self) {
        self.change(|network| (network.weather, network.refuses) = (Weather::Fair, false));
    }

    /// Each answer of the server comes this much later.
    pub fn delay(&self, by: Duration) {
        self.change(|network| network.weather = Weather::Slow(by));
    }

    /// Connections stay open and new ones are accepted, but nothing comes through them any more.
    pub fn go_silent(&self) {
        self.change(|network| network.weather = Weather::Silent);
    }

    /// New connections are refused; those that are open stay.
    pub fn refuse(&self) {
        self.change(|network| network.refuses = true);
        // Connecting wakes the thread that accepts, and fails once the listener is closed.
        while TcpStream::connect(self.address).is_ok() {}
    }

    /// Ends every open connection at both ends.
    pub fn cut(&self) {
        self.change(Network::cut);
    }

    fn change(&self, change: impl FnOnce(&mut Network)) {
        change(&mut self.shared.network.lock().unwrap());
        self.shared.changed.notify_all();
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.change(|network| {
            network.ended = true;
            network.cut();
        });
        // Already gone where it refuses; otherwise this wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
        let _ = self.accepting.take().unwrap().join();
    }
}

impl Network {
    fn cut(&mut self) {
        for end in self.open.drain(..).flatten() {
            // It may be gone already.
            let _ = end.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    /// Accepts connections at its one address, unless it refuses.
    fn accept(self: Arc<Self>, listener: TcpListener, address: SocketAddr) {
        let mut listener = Some(listener);
        loop {
            let network = self.network.lock().unwrap();
            if network.ended {
                return;
            }
            if network.refuses {
                listener = None;
                drop(self.changed.wait_while(network, |network| network.refuses && !network.ended).unwrap());
                continue;
            }
            drop(network);
            let listening = listener.get_or_insert_with(|| TcpListener::bind(address).unwrap());
            let (client, _) = listening.accept().unwrap();
            if !self.network.lock().unwrap().refuses {
                self.connect(client);
            }
        }
    }

    /// Passes on between a client and the server; where there is no server, the client is hung up on.
    fn connect(self: &Arc<Self>, client: TcpStream) {
        let Ok(server) = TcpStream::connect(self.server) else { return };
        let both = || [&client, &server].map(|end| end.try_clone().unwrap());
        self.network.lock().unwrap().open.push(both());
        let [client_too, server_too] = both();
        let (there, back) = (self.clone(), self.clone());
        thread::spawn(move || there.carry(client_too, server, false));
        thread::spawn(move || back.carry(server_too, client, true));
    }

    /// Carries what comes from one end to the other, until either is closed.
    fn carry(&self, mut from: TcpStream, mut to: TcpStream, is_answer: bool) {
        let mut some = [0; 16 * 1024];
        loop {
            let count = match from.read(&mut some) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => break,
            };
            self.wait(is_answer);
            if to.write_all(&some[..count]).is_err() {
                break;
            }
        }
        self.wait(is_answer);
        // Either may be gone already.
        let _ = (from.shutdown(Shutdown::Read), to.shutdown(Shutdown::Write));
    }

    /// Waits as long as the weather says.
    fn wait(&self, is_answer: bool) {
        let begin = Instant::now();
        let mut network = self.network.lock().unwrap();
        loop {
            let left = match network.weather {
                _ if network.ended => return,
                Weather::Silent => None,
                Weather::Slow(by) if is_answer => Some(by.saturating_sub(begin.elapsed())),
                Weather::Fair | Weather::Slow(_) => return,
            };
            network = match left {
                Some(Duration::ZERO) => return,
                Some(left) => self.changed.wait_timeout(network, left).unwrap().0,
                None => self.changed.wait(network).unwrap(),
            };
        }
    }
}
