//! The head of a SQLite database file (<https://www.sqlite.org/fileformat2.html#the_database_header>).

use std::{fs::File, io, os::unix::fs::FileExt as _};

const BYTES: usize = 100;
const MAGIC: &[u8] = b"SQLite format 3\0";
/// The bytes 18 and 19 of a database that has a write-ahead log. A copy made by `VACUUM INTO` has two ones.
const WRITE_AHEAD: [u8; 2] = [2, 2];

/// What a database file begins with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Database {
    /// No file, or one without a byte.
    Empty,
    /// Something else than a SQLite database.
    Other,
    Made(Head),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) is_write_ahead: bool,
    pub(crate) page_size: u32,
    /// How often page 1 was written, roughly: it never goes back.
    pub(crate) change_counter: u32,
    pub(crate) pages: u32,
    pub(crate) file_pages: u64,
}

impl Database {
    pub(crate) fn of(file: &File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        if length == 0 {
            return Ok(Self::Empty);
        }
        let mut head = [0; BYTES];
        match file.read_exact_at(&mut head, 0) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(Self::Other),
            read => read?,
        }
        if !head.starts_with(MAGIC) {
            return Ok(Self::Other);
        }
        let page_size = match u16::from_be_bytes([head[16], head[17]]) {
            1 => 65536,
            size => u32::from(size),
        };
        Ok(Self::Made(Head {
            is_write_ahead: head[18..20] == WRITE_AHEAD,
            page_size,
            change_counter: word(&head, 24),
            pages: word(&head, 28),
            file_pages: length / u64::from(page_size.max(1)),
        }))
    }
}

/// The big-endian number at this offset.
pub(crate) fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
