//! What an administrator does about many requests for a key at once: those of one network.

use std::net::IpAddr;

use domain::{Consumer, Network};

use crate::{consumers::list::Consumers, error::ServiceError};

impl Consumers<'_> {
    /// How many undecided requests came from an address, or from its /64 if it is an IPv6 address.
    pub async fn count_requests_from(self, address: IpAddr) -> Result<u64, ServiceError> {
        Ok(self.service.store.key_requests().count_from(Network::of(address)).await?)
    }

    /// Removes every undecided request that came from an address, or from its /64 if it is an IPv6 address; returns them
    /// as they were. All of them or none, but for those that cannot be read.
    pub async fn remove_requests_from(self, address: IpAddr) -> Result<Vec<Consumer>, ServiceError> {
        let by = self.admin.by(self.service.clock.now());
        Ok(self.service.store.key_requests().remove_from(Network::of(address), by).await?)
    }
}
