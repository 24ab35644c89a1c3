//! What every kind of measurement needs: databases, and servers on them.

use std::process::Stdio;

use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    options::Options,
    result::Result,
    servers::{
        database::{Database, Engine, Postgres},
        process::Server,
        seed,
    },
};

pub struct Bench<'a> {
    pub options: &'a Options,
    pub runtime: &'a Runtime,
    postgres: Option<Postgres>,
    /// For what does not outlive the run.
    pub folder: TempDir,
}

impl<'a> Bench<'a> {
    pub fn new(options: &'a Options, runtime: &'a Runtime) -> Result<Self> {
        let postgres = options.postgres.as_deref().map(|url| runtime.block_on(Postgres::find(url)));
        Ok(Self { options, runtime, postgres: postgres.transpose()?, folder: tempfile::tempdir()? })
    }

    /// SQLite, and PostgreSQL where there is a server.
    pub fn engines(&self) -> Vec<Engine> {
        let postgres = self.postgres.is_some().then_some(Engine::Postgres);
        [Engine::Sqlite].into_iter().chain(postgres).collect()
    }

    /// How many consumers and tokens are stored, from few to many.
    pub fn sizes(&self) -> Vec<u64> {
        let many = self.options.many;
        [100, 10_000, 100_000].into_iter().filter(|size| *size < many).chain([many]).collect()
    }

    /// A database with `count` consumers and tokens.
    pub fn database(&self, engine: Engine, count: u64) -> Result<Database> {
        let places = &self.options.places;
        match (engine, &self.postgres) {
            (Engine::Sqlite, _) => self.runtime.block_on(seed::file(places, count)),
            (Engine::Postgres, Some(server)) => {
                self.runtime.block_on(seed::on_server(places, server, self.folder.path(), count))
            }
            (Engine::Postgres, None) => Err("there is no PostgreSQL server".into()),
        }
    }

    /// `latchkey serve` on a database.
    pub fn latchkey(&self, database: &Database) -> Result<Server> {
        let words = ["serve", "--listen", "127.0.0.1:0", "--internal-listen", "127.0.0.1:0", "--log", "warn"];
        let mut command = database.command(&self.options.places.latchkey, &words);
        let markers = ["listening on http://", "internal listener on http://"];
        let mut server = Server::start(command.stderr(Stdio::inherit()), &markers)?;
        server.database = database.process();
        Ok(server)
    }
}
