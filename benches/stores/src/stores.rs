//! Four stores behind one trait: entries are (band key, document), a key of 12 bytes without a value.

use std::error::Error;
use std::path::Path;

use redb::{ConcurrencyMode, ReadableDatabase, TableDefinition};

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;
pub type Posting = (u64, u32);

pub const NAMES: [&str; 4] = ["fjall", "redb", "lmdb", "sqlite"];
const CACHE: usize = 1 << 30;

pub trait Store {
    /// Adds postings that are sorted and follow all those added before.
    fn bulk(&mut self, postings: &[Posting]) -> Result<()>;
    /// Adds postings; when it returns they survive the loss of power.
    fn commit(&mut self, postings: &[Posting]) -> Result<()>;
    /// Appends the documents of each band to `found`.
    fn lookup(&self, bands: &[u64], found: &mut Vec<u32>) -> Result<()>;
}

pub fn open(name: &str, directory: &Path) -> Result<Box<dyn Store>> {
    std::fs::create_dir_all(directory)?;
    Ok(match name {
        "fjall" => Box::new(Fjall::open(directory)?),
        "redb" => Box::new(Redb::open(directory)?),
        "lmdb" => Box::new(Lmdb::open(directory)?),
        "sqlite" => Box::new(Sqlite::open(directory)?),
        other => return Err(format!("no store {other}: one of {NAMES:?}").into()),
    })
}

fn encode((band, document): Posting) -> [u8; 12] {
    let mut key = [0; 12];
    key[..8].copy_from_slice(&band.to_be_bytes());
    key[8..].copy_from_slice(&document.to_be_bytes());
    key
}

fn document(key: &[u8]) -> Result<u32> {
    Ok(u32::from_be_bytes(key.get(8..).ok_or("a short key")?.try_into()?))
}

struct Fjall {
    database: fjall::Database,
    postings: fjall::Keyspace,
}

impl Fjall {
    fn open(directory: &Path) -> Result<Self> {
        let database = fjall::Database::builder(directory).cache_size(CACHE as u64).worker_threads(1).open()?;
        let postings = database.keyspace("postings", fjall::KeyspaceCreateOptions::default)?;
        Ok(Self { database, postings })
    }
}

impl Store for Fjall {
    fn bulk(&mut self, postings: &[Posting]) -> Result<()> {
        let mut ingestion = self.postings.start_ingestion()?;
        for &posting in postings {
            ingestion.write(encode(posting), [])?;
        }
        Ok(ingestion.finish()?)
    }

    fn commit(&mut self, postings: &[Posting]) -> Result<()> {
        let mut batch = self.database.batch().durability(Some(fjall::PersistMode::SyncAll));
        for &posting in postings {
            batch.insert(&self.postings, encode(posting), []);
        }
        Ok(batch.commit()?)
    }

    fn lookup(&self, bands: &[u64], found: &mut Vec<u32>) -> Result<()> {
        for band in bands {
            for entry in self.postings.prefix(band.to_be_bytes()) {
                found.push(document(&entry.key()?)?);
            }
        }
        Ok(())
    }
}

struct Redb(redb::Database);

const TABLE: TableDefinition<&[u8; 12], ()> = TableDefinition::new("postings");

impl Redb {
    fn open(directory: &Path) -> Result<Self> {
        let mut builder = redb::Builder::new();
        builder.set_cache_size(CACHE).set_concurrency_mode(ConcurrencyMode::SingleWriter);
        let database = Self(builder.create(directory.join("postings.redb"))?);
        Ok(database)
    }
}

impl Store for Redb {
    fn bulk(&mut self, postings: &[Posting]) -> Result<()> {
        self.commit(postings)
    }

    fn commit(&mut self, postings: &[Posting]) -> Result<()> {
        let transaction = self.0.begin_write()?;
        let mut table = transaction.open_table(TABLE)?;
        for &posting in postings {
            table.insert(&encode(posting), ())?;
        }
        drop(table);
        Ok(transaction.commit()?)
    }

    fn lookup(&self, bands: &[u64], found: &mut Vec<u32>) -> Result<()> {
        let table = self.0.begin_read()?.open_table(TABLE)?;
        for &band in bands {
            for entry in table.range::<&[u8; 12]>(&encode((band, 0))..=&encode((band, u32::MAX)))? {
                found.push(document(entry?.0.value())?);
            }
        }
        Ok(())
    }
}

struct Lmdb {
    env: heed::Env,
    postings: heed::Database<'static, heed::types::Bytes, heed::types::Unit>,
}

impl Lmdb {
    fn open(directory: &Path) -> Result<Self> {
        // SAFETY: nothing else opens or changes the file while it is measured; the damage is done to closed copies.
        let env = unsafe { heed::EnvOpenOptions::new().map_size(64 << 30).open(directory)? };
        let postings = env
            .create_databases_and_commit(env.write_txn()?, |o, t| {
                o.create_database(t, None).map(heed::CommitOrAbort::<_, ()>::Commit)
            })?
            .unwrap_commit();
        Ok(Self { env, postings })
    }
}

impl Store for Lmdb {
    fn bulk(&mut self, postings: &[Posting]) -> Result<()> {
        let mut transaction = self.env.write_txn()?;
        for &posting in postings {
            self.postings.put_with_flags(&mut transaction, heed::PutFlags::APPEND, &encode(posting), &())?;
        }
        Ok(transaction.commit()?)
    }

    fn commit(&mut self, postings: &[Posting]) -> Result<()> {
        let mut transaction = self.env.write_txn()?;
        for &posting in postings {
            self.postings.put(&mut transaction, &encode(posting), &())?;
        }
        Ok(transaction.commit()?)
    }

    fn lookup(&self, bands: &[u64], found: &mut Vec<u32>) -> Result<()> {
        let transaction = self.env.read_txn()?;
        for band in bands {
            for entry in self.postings.prefix_iter(&transaction, &band.to_be_bytes())? {
                found.push(document(entry?.0)?);
            }
        }
        Ok(())
    }
}

struct Sqlite(rusqlite::Connection);

impl Sqlite {
    fn open(directory: &Path) -> Result<Self> {
        let connection = rusqlite::Connection::open(directory.join("postings.sqlite"))?;
        connection.execute_batch(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -{};
             CREATE TABLE IF NOT EXISTS postings (key BLOB PRIMARY KEY) WITHOUT ROWID;",
            CACHE >> 10
        ))?;
        Ok(Self(connection))
    }
}

impl Store for Sqlite {
    fn bulk(&mut self, postings: &[Posting]) -> Result<()> {
        self.commit(postings)
    }

    fn commit(&mut self, postings: &[Posting]) -> Result<()> {
        let transaction = self.0.transaction()?;
        let mut insert = transaction.prepare_cached("INSERT INTO postings VALUES (?1)")?;
        for &posting in postings {
            insert.execute([&encode(posting)[..]])?;
        }
        drop(insert);
        Ok(transaction.commit()?)
    }

    fn lookup(&self, bands: &[u64], found: &mut Vec<u32>) -> Result<()> {
        let mut select = self.0.prepare_cached("SELECT key FROM postings WHERE key BETWEEN ?1 AND ?2")?;
        for &band in bands {
            let mut rows = select.query([&encode((band, 0))[..], &encode((band, u32::MAX))[..]])?;
            while let Some(row) = rows.next()? {
                found.push(document(row.get_ref(0)?.as_blob()?)?);
            }
        }
        Ok(())
    }
}
