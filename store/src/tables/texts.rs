//! The texts that searches look through, each folded beside its consumer (`domain::search`): how they are written, and how
//! an index finds those that contain another.
//!
//! SQLite indexes every three characters. So does PostgreSQL where the extension `pg_trgm` may be used (`upkeep/trigrams.rs`), but
//! of letters and digits alone, so each single character is indexed as well.

use domain::{
    Consumer,
    search::{fold, search_text},
};
use sea_orm::{
    Condition, ConnectionTrait, DatabaseTransaction, DbBackend, ExprTrait as _,
    sea_query::{
        Expr, Func, LikeExpr, Query, SelectStatement,
        extension::{postgres::PgBinOper, sqlite::SqliteBinOper},
    },
};

use crate::{database::values::can_be_kept, error::StoreError};

pub(crate) const TABLE: &str = "consumer_texts";
const TRIGRAMS: &str = "consumer_trigrams";
const TERMS: &str = "consumer_trigram_terms";

/// The longest text that is looked for, in characters: longer ones are nobody's name, and databases reject patterns of any
/// length.
const LONGEST: usize = 1_000;

/// How many trigrams of a text the index is asked for; the rest is compared.
const MOST_TRIGRAMS: usize = 32;

/// How many trigrams may begin with one or two characters until comparing every text is as quick.
const MOST_TERMS: u64 = 200;

/// How many texts may have the trigrams, or the characters, until comparing every text is as quick as reading these one by
/// one.
const MOST_FOUND: u64 = 20_000;

/// Writes the folded name and texts of a consumer whose row was written in the same transaction. Triggers have written them
/// already, but fold no character beyond ASCII.
pub(crate) async fn write(transaction: &DatabaseTransaction, consumer: &Consumer) -> Result<(), StoreError> {
    let (name, text) = (fold(consumer.name.as_str()), search_text(consumer));
    let folded_name = Query::update()
        .table("consumers")
        .value("folded_name", &*name)
        .and_where(Expr::col("key").eq(consumer.key.as_str()))
        .and_where(Expr::col("folded_name").ne(&*name))
        .to_owned();
    transaction.execute(&folded_name).await?;
    let texts = Query::update()
        .table(TABLE)
        .values([("text", (&*text).into()), ("is_folded", true.into())])
        .and_where(Expr::col("key").eq(consumer.key.as_str()))
        .and_where(Expr::col("text").ne(&*text).or(Expr::col("is_folded").not()))
        .to_owned();
    transaction.execute(&texts).await?;
    Ok(())
}

/// A text that is looked for.
#[derive(Clone, Debug)]
pub(super) struct Sought {
    backend: DbBackend,
    /// `None` where no row can have it.
    folded: Option<String>,
}

impl Sought {
    /// A text as somebody typed it.
    pub(super) fn new(connection: &impl ConnectionTrait, text: &str) -> Self {
        let folded = (text.chars().count() <= LONGEST && can_be_kept(text)).then(|| fold(text));
        Self { backend: connection.get_database_backend(), folded }
    }

    /// Whether the consumer of an outer select has it: for few rows, each of which is compared.
    pub(super) fn has_consumer(&self) -> Expr {
        let Some(folded) = &self.folded else { return Expr::val(false) };
        let texts = Query::select()
            .expr(Expr::val(1))
            .from(TABLE)
            .and_where(Expr::col((TABLE, "key")).equals(("consumers", "key")))
            .and_where(contains(self.backend, folded))
            .take();
        Expr::exists(texts)
    }

    /// The keys of all consumers that have it.
    pub(super) async fn keys(
        &self,
        connection: &impl ConnectionTrait,
    ) -> Result<SelectStatement, StoreError> {
        let condition = self.condition(connection).await?;
        Ok(Query::select().column("key").from(TABLE).cond_where(condition).take())
    }

    /// Which rows of the table have it, by an index where that is quicker. To know which it is takes some milliseconds, so it is
    /// not asked where a few rows are all that is needed.
    pub(super) async fn condition(&self, connection: &impl ConnectionTrait) -> Result<Condition, StoreError> {
        let nothing = Condition::all().add(Expr::val(false));
        let Some(folded) = &self.folded else { return Ok(nothing) };
        if self.backend == DbBackend::Postgres {
            let like = Condition::all().add(like(folded));
            if has_word(folded) || are_many(connection, with_characters(folded)).await? {
                return Ok(like);
            }
            return Ok(like.add(has_characters(folded)));
        }
        let compared = Condition::all().add(contains(self.backend, folded));
        Ok(match trigrams(connection, folded).await? {
            Trigrams::Those(these) if these.is_empty() => nothing,
            Trigrams::Those(these) => compared.add(Expr::col("number").in_subquery(numbers(&these))),
            Trigrams::TooMany => compared,
        })
    }
}

/// The exact condition; no index helps it.
fn contains(backend: DbBackend, folded: &str) -> Expr {
    let position = if backend == DbBackend::Postgres { "strpos" } else { "instr" };
    Expr::expr(Func::cust(position).args([Expr::col((TABLE, "text")), Expr::val(folded)])).gt(0)
}

/// The exact condition that `pg_trgm`'s index helps.
fn like(folded: &str) -> Expr {
    let escaped = folded.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    Expr::col((TABLE, "text")).like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
}

/// Whether `pg_trgm` has a trigram of it, whatever the locale.
fn has_word(folded: &str) -> bool {
    folded.as_bytes().windows(3).any(|three| three.iter().all(u8::is_ascii_alphanumeric))
}

fn with_characters(folded: &str) -> SelectStatement {
    Query::select().column("key").from(TABLE).and_where(has_characters(folded)).take()
}

/// A condition that the index of single characters helps (PostgreSQL). Comparing a row by it takes ten times as long as `like`.
fn has_characters(folded: &str) -> Expr {
    let characters = Func::cust("string_to_array").args([Expr::val(folded), Expr::cust("NULL")]);
    // As the index has it.
    Expr::cust("string_to_array(consumer_texts.text, NULL)")
        .binary(PgBinOper::Contains, Expr::expr(characters))
}

/// What to ask SQLite's index for.
enum Trigrams {
    /// This expression; empty where no text has one of them.
    Those(String),
    /// Too many for the index to help.
    TooMany,
}

async fn trigrams(connection: &impl ConnectionTrait, folded: &str) -> Result<Trigrams, StoreError> {
    let characters: Vec<char> = folded.chars().collect();
    let expression = match &*characters {
        [] => return Ok(Trigrams::TooMany),
        // Nearly every key that was generated has it, and its trigrams are most of the index.
        [one] if one.is_ascii_hexdigit() || *one == '-' => return Ok(Trigrams::TooMany),
        [_] | [_, _] => {
            let terms = beginning_with(connection, folded).await?;
            if terms.len() as u64 > MOST_TERMS {
                return Ok(Trigrams::TooMany);
            }
            terms.iter().map(|term| quoted(term)).collect::<Vec<_>>().join(" OR ")
        }
        // Not every one of them: each third, and the last, have all characters.
        more => {
            let last = more[more.len() - 3..].iter().collect();
            let thirds = more.chunks_exact(3).map(|three| three.iter().collect::<String>());
            let thirds = thirds.take(MOST_TRIGRAMS).chain([last]);
            thirds.map(|term| quoted(&term)).collect::<Vec<_>>().join(" AND ")
        }
    };
    if !expression.is_empty() && are_many(connection, numbers(&expression)).await? {
        return Ok(Trigrams::TooMany);
    }
    Ok(Trigrams::Those(expression))
}

/// The trigrams that begin with one or two characters, and `MOST_TERMS` and one at most. Each character of a
/// text begins one, since two line ends follow the last.
async fn beginning_with(connection: &impl ConnectionTrait, folded: &str) -> Result<Vec<String>, StoreError> {
    let terms = Query::select()
        .column("term")
        .from(TERMS)
        .and_where(Expr::col("term").gte(folded))
        .and_where(Expr::col("term").lte(format!("{folded}{}", char::MAX)))
        .limit(MOST_TERMS + 1)
        .take();
    let rows = connection.query_all(&terms).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}

/// A term of an expression of FTS5.
fn quoted(term: &str) -> String {
    format!("\"{}\"", term.replace('"', "\"\""))
}

fn numbers(expression: &str) -> SelectStatement {
    let matches = Expr::col(TRIGRAMS).binary(SqliteBinOper::Match, expression);
    Query::select().column("rowid").from(TRIGRAMS).and_where(matches).take()
}

async fn are_many(connection: &impl ConnectionTrait, mut rows: SelectStatement) -> Result<bool, StoreError> {
    rows.limit(MOST_FOUND + 1);
    let count = Query::select().expr(Expr::cust("COUNT(*)")).from_subquery(rows, "found").take();
    let row = connection.query_one(&count).await?.ok_or(StoreError::Unreadable("no answer"))?;
    Ok(row.try_get_by_index::<i64>(0)? > MOST_FOUND.cast_signed())
}
