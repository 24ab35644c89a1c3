//! Server-sent events as they arrive.

use std::{
    io::{BufRead as _, BufReader, Read},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Instant,
};

use serde_json::Value;

use super::PATIENCE;

/// The event that comes at a fixed interval.
const BEAT: &str = "beat";

/// One event, and when it arrived.
#[derive(Clone, Debug)]
pub struct Event {
    pub name: String,
    pub id: String,
    pub data: String,
    pub at: Instant,
}

impl Event {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// An open event stream.
pub struct Stream {
    events: Receiver<Event>,
}

impl Stream {
    /// Reads events on a thread of their own until the stream ends.
    pub fn read(body: impl Read + Send + 'static) -> Self {
        let (send, events) = channel();
        thread::spawn(move || {
            let (mut name, mut id, mut data) = (String::new(), String::new(), String::new());
            for line in BufReader::new(body).lines().map_while(Result::ok) {
                let (field, value) = line.split_once(':').unwrap_or((&line, ""));
                let value = value.strip_prefix(' ').unwrap_or(value);
                match field {
                    "event" => value.clone_into(&mut name),
                    "id" => value.clone_into(&mut id),
                    "data" => data.push_str(value),
                    "" if line.is_empty() && !name.is_empty() => {
                        let event = Event {
                            name: std::mem::take(&mut name),
                            id: id.clone(),
                            data: std::mem::take(&mut data),
                            at: Instant::now(),
                        };
                        if send.send(event).is_err() {
                            break;
                        }
                    }
                    _ => {}
                }
            }
        });
        Self { events }
    }

    /// The next event but for a beat, which may come at any time.
    #[track_caller]
    pub fn next(&self) -> Event {
        loop {
            let event = self.events.recv_timeout(PATIENCE).expect("an event comes");
            if event.name != BEAT {
                return event;
            }
        }
    }

    /// The next beat, where nothing else happens.
    #[track_caller]
    pub fn beat(&self) -> Event {
        let event = self.events.recv_timeout(PATIENCE).expect("a beat comes");
        assert_eq!(event.name, BEAT, "{event:?}");
        event
    }

    /// The next event but for a beat, if it has arrived.
    pub fn waiting(&self) -> Option<Event> {
        self.events.try_iter().find(|event| event.name != BEAT)
    }

    /// The next event, which has to be of this name.
    #[track_caller]
    pub fn expect(&self, name: &str) -> Event {
        let event = self.next();
        assert_eq!(event.name, name, "{event:?}");
        event
    }

    /// Waits for the end of the stream, and returns the events before it but for beats.
    #[track_caller]
    pub fn rest(self) -> Vec<Event> {
        let until = Instant::now() + PATIENCE;
        let mut events = Vec::new();
        loop {
            match self.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(event) if event.name == BEAT => {}
                Ok(event) => events.push(event),
                Err(RecvTimeoutError::Disconnected) => return events,
                Err(RecvTimeoutError::Timeout) => panic!("the stream does not end: {events:?}"),
            }
        }
    }
}
