//! Whether a write-ahead log belongs to the database that it lies beside: SQLite folds in whatever is there, also into a
//! backup that was copied over the database.
//!
//! Neither file names the other, so this compares what both hold (<https://www.sqlite.org/fileformat2.html#walformat>),
//! and doubts a log only for what cannot be so in a pair that SQLite left behind, however it was cut off.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufReader, Read},
    os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _},
    path::Path,
};

use rustix::fs::OFlags;

use crate::{
    database::{
        files::Files,
        head::{Database, Head, word},
    },
    error::StoreError,
};

const LOG_HEAD: usize = 32;
const FRAME_HEAD: usize = 24;
/// The log's two magic numbers tell the byte order of its checksums.
const LITTLE_ENDIAN_SUMS: u32 = 0x377f_0682;
const BIG_ENDIAN_SUMS: u32 = 0x377f_0683;

/// Refuses a database beside a log of another one, before SQLite opens it.
pub(crate) fn refuse_foreign(files: &Files) -> Result<(), StoreError> {
    refuse(files, beside(files)?)
}

/// The same of a database that this process works on, and keeps a descriptor of.
pub(crate) fn refuse_foreign_to(files: &Files, database: &File) -> Result<(), StoreError> {
    refuse(files, compare(files, || Database::of(database))?)
}

fn refuse(files: &Files, beside: Beside) -> Result<(), StoreError> {
    match beside {
        Beside::Nothing | Beside::Own => Ok(()),
        Beside::Foreign => Err(foreign(files)),
    }
}

/// The error that says so.
pub(crate) fn foreign(files: &Files) -> StoreError {
    StoreError::ForeignLog {
        database: files.database().display().to_string(),
        log: files.log().display().to_string(),
    }
}

/// What lies beside a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// No log, or one without a committed transaction.
    Nothing,
    /// Its own log.
    Own,
    /// The log of another database, or of this one at another time.
    Foreign,
}

/// Compares database and log. No connection to the database may be open in this process: closing a file drops the locks
/// that SQLite has on it.
pub(crate) fn beside(files: &Files) -> Result<Beside, StoreError> {
    let read = || match if_there(open(files.database()))? {
        Some(file) => Database::of(&file),
        None => Ok(Database::Empty),
    };
    compare(files, read)
}

fn compare(files: &Files, database: impl Fn() -> io::Result<Database>) -> Result<Beside, StoreError> {
    let failed = |source: io::Error| files.cannot_open(&source);
    let heads = || -> io::Result<_> { Ok((database()?, log_head(files)?)) };
    loop {
        let before = heads().map_err(failed)?;
        let Some(committed) = Committed::read(files).map_err(failed)? else { return Ok(Beside::Nothing) };
        let belongs = match &before.0 {
            Database::Empty => false,
            Database::Other => return Err(StoreError::Damaged(files.database().display().to_string())),
            Database::Made(head) => head.can_have(&committed),
        };
        if belongs {
            return Ok(Beside::Own);
        }
        // Another process may have written in between; what was read at different times cannot be compared.
        if heads().map_err(failed)? == before {
            return Ok(Beside::Foreign);
        }
    }
}

impl Head {
    fn can_have(&self, log: &Committed) -> bool {
        let is_of_this_time = match log.change_counters {
            // Page 1 is as it was before the log began, or as a checkpoint found it in the log.
            Some((first, last)) => (first.saturating_sub(1)..=last).contains(&self.change_counter),
            // Without page 1 in the log, the number of pages has not changed.
            None => log.pages == self.pages || u64::from(log.pages) == self.file_pages,
        };
        self.is_write_ahead && self.page_size == log.page_size && is_of_this_time
    }
}

/// What the committed transactions in a log tell.
#[derive(Debug, PartialEq, Eq)]
struct Committed {
    page_size: u32,
    /// The number of pages after the last one.
    pages: u32,
    /// The change counters of the first and the last page 1.
    change_counters: Option<(u32, u32)>,
}

impl Committed {
    fn read(files: &Files) -> io::Result<Option<Self>> {
        match if_there(open(&files.log()))? {
            Some(log) => Self::parse(&mut BufReader::with_capacity(1 << 16, log)),
            None => Ok(None),
        }
    }

    /// Reads frames as SQLite recovers them: up to the first that is of an earlier round or not whole.
    fn parse(log: &mut impl Read) -> io::Result<Option<Self>> {
        let mut head = [0; LOG_HEAD];
        if !fills(log, &mut head)? {
            return Ok(None);
        }
        let number = match word(&head, 0) {
            LITTLE_ENDIAN_SUMS => u32::from_le_bytes,
            BIG_ENDIAN_SUMS => u32::from_be_bytes,
            _ => return Ok(None),
        };
        let page_size = word(&head, 8);
        let mut sums = checksums((0, 0), &head[..24], number);
        let is_page_size = page_size.is_power_of_two() && (512..=65536).contains(&page_size);
        if !is_page_size || sums != (word(&head, 24), word(&head, 28)) {
            return Ok(None);
        }
        let mut frame = vec![0; FRAME_HEAD + page_size as usize];
        let (mut committed, mut change_counters) = (None, None::<(u32, u32)>);
        while fills(log, &mut frame)? {
            let (frame_head, page) = frame.split_at(FRAME_HEAD);
            sums = checksums(checksums(sums, &frame_head[..8], number), page, number);
            let is_whole = sums == (word(frame_head, 16), word(frame_head, 20));
            if frame_head[8..16] != head[16..24] || !is_whole {
                break;
            }
            if word(frame_head, 0) == 1 {
                let counter = word(page, 24);
                change_counters = Some((change_counters.map_or(counter, |(first, _)| first), counter));
            }
            let pages = word(frame_head, 4);
            if pages > 0 {
                committed = Some(Self { page_size, pages, change_counters });
            }
        }
        Ok(committed)
    }
}

fn log_head(files: &Files) -> io::Result<Option<[u8; LOG_HEAD]>> {
    let Some(mut log) = if_there(open(&files.log()))? else { return Ok(None) };
    let mut head = [0; LOG_HEAD];
    Ok(fills(&mut log, &mut head)?.then_some(head))
}

fn checksums((mut one, mut two): (u32, u32), bytes: &[u8], number: fn([u8; 4]) -> u32) -> (u32, u32) {
    for [a, b, c, d, e, f, g, h] in bytes.as_chunks::<8>().0 {
        one = one.wrapping_add(number([*a, *b, *c, *d])).wrapping_add(two);
        two = two.wrapping_add(number([*e, *f, *g, *h])).wrapping_add(one);
    }
    (one, two)
}

/// Whether there were bytes enough.
fn fills(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match source.read_exact(buffer) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        read => read.map(|()| true),
    }
}

/// Opens a file. A named pipe is refused: a process would wait for ever for one that writes there.
fn open(path: &Path) -> io::Result<File> {
    let file =
        OpenOptions::new().read(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed()).open(path)?;
    if file.metadata()?.file_type().is_fifo() {
        return Err(io::Error::other("it is a named pipe, and not a file"));
    }
    Ok(file)
}

fn if_there(file: io::Result<File>) -> io::Result<Option<File>> {
    match file {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}
