//! A cable between this machine and a network of its own, which can be pulled: packets are lost, without an error.

use std::{
    fs::File,
    net::{Ipv4Addr, TcpListener},
    os::fd::AsFd as _,
    process::Command,
    thread,
};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// The name of the far end, in its own namespace.
const FAR: &str = "far";

pub struct Cable {
    namespace: String,
    far: Ipv4Addr,
}

impl Cable {
    /// Lays one, or says why that cannot be done here.
    pub fn lay() -> Result<Self, String> {
        let process = std::process::id();
        // Of a block that is there for measuring (RFC 2544), four addresses for each process.
        let addresses = u32::from(Ipv4Addr::new(198, 18, 0, 0)) + 4 * (process % 0x4000);
        let [near, far] = [1, 2].map(|number| Ipv4Addr::from(addresses + number));
        let [namespace, near_end] = ["latchkey-", "lk"].map(|name| format!("{name}{process}"));
        ip(&format!("netns add {namespace}"))?;
        // From here on it is taken up again, whatever happens.
        let cable = Self { namespace, far };
        let namespace = &cable.namespace;
        ip(&format!("link add {near_end} type veth peer name {FAR} netns {namespace}"))?;
        ip(&format!("addr add {near}/30 dev {near_end}"))?;
        ip(&format!("link set {near_end} up"))?;
        ip(&format!("-n {namespace} addr add {far}/30 dev {FAR}"))?;
        cable.set("up")?;
        Ok(cable)
    }

    /// Listens at the far end.
    pub fn listen(&self) -> TcpListener {
        let namespace = File::open(format!("/run/netns/{}", self.namespace)).unwrap();
        let far = self.far;
        // A thread is in one network for good, so this takes one of its own. What it opens stays in that network.
        let listening = thread::spawn(move || {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            TcpListener::bind((far, 0)).unwrap()
        });
        listening.join().unwrap()
    }

    /// Pulls it, until the returned guard is dropped.
    pub fn pull(&self) -> Pulled<'_> {
        self.set("down").unwrap();
        Pulled(self)
    }

    fn set(&self, state: &str) -> Result<(), String> {
        ip(&format!("-n {} link set {FAR} {state}", self.namespace))
    }
}

pub struct Pulled<'a>(&'a Cable);

impl Drop for Pulled<'_> {
    fn drop(&mut self) {
        self.0.set("up").unwrap();
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        // Both ends go with it.
        let _ = ip(&format!("netns del {}", self.namespace));
    }
}

fn ip(arguments: &str) -> Result<(), String> {
    match Command::new("ip").args(arguments.split(' ')).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Err(format!("there is no program ip: {error}")),
    }
}
