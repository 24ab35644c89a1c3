//! Whether the file of an open SQLite database was overwritten, as `cp` does with a backup: its name and its number stay. The log
//! still holds what was written last, and folded in it would leave a mix of both.
//!
//! To a database with a write-ahead log only checkpoints write. They keep that mode, and bring page 1 as it was committed, whose
//! change counter never goes back. The backups of `latchkey backup` have the other mode, and a copy of an earlier run mostly a
//! smaller counter. A raw copy of this run, or one that a checkpoint has written over before it was seen, is not told apart.

use std::{
    fs::File,
    mem::ManuallyDrop,
    path::Path,
    sync::{Mutex, PoisonError},
};

use crate::database::head::Database;

/// The content of a database's file that this process has open.
#[derive(Debug)]
pub(crate) struct Content {
    /// Never closed: that would drop the locks that SQLite has on the file.
    file: ManuallyDrop<File>,
    seen: Mutex<Seen>,
}

#[derive(Debug)]
enum Seen {
    /// The change counter.
    Own(u32),
    /// Not ours any more, whatever a checkpoint writes over it.
    Overwritten,
}

impl Content {
    /// The content as it is now; `None` for a database without a write-ahead log.
    pub(crate) fn opened(database: &Path) -> Option<Self> {
        let file = ManuallyDrop::new(File::open(database).ok()?);
        match Database::of(&file) {
            Ok(Database::Made(head)) if head.is_write_ahead => {
                Some(Self { file, seen: Mutex::new(Seen::Own(head.change_counter)) })
            }
            _ => None,
        }
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Whether another program has overwritten it since it was opened.
    pub(crate) fn is_overwritten(&self) -> bool {
        // Locked while it is read: the counters of two readers would come in any order.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let Seen::Own(counter) = &mut *seen else { return true };
        // A checkpoint may write at this moment; what is read twice is there.
        if self.is_own(counter) || self.is_own(counter) {
            return false;
        }
        *seen = Seen::Overwritten;
        true
    }

    fn is_own(&self, counter: &mut u32) -> bool {
        match Database::of(&self.file) {
            Ok(Database::Made(head)) if head.is_write_ahead && head.change_counter >= *counter => {
                *counter = head.change_counter;
                true
            }
            // Cut off, as at the beginning of a copy, or another file's.
            Ok(Database::Empty | Database::Other | Database::Made(_)) => false,
            // Where the file system does not answer, its own errors tell.
            Err(_) => true,
        }
    }
}
