//! Output files that appear complete or not at all.
//!
//! Each file is written under a temporary name in its target directory, so that the final rename never crosses file
//! systems. [`Outputs::finish`] syncs a file; [`Outputs::commit`] renames all of them. Without a commit, temporary
//! files and the directories made for them are removed. A symbolic link is followed, never replaced. Devices and pipes
//! are written directly. What has an address of another machine is written to a temporary file, and the commit sends it
//! with an [`OutputStore`].

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tempfile::{NamedTempFile, TempPath};

use super::output_name::{is_address, refused_address};
use super::output_store::OutputStore;
use crate::error::{Error, ErrorKind, Result};
use crate::input::{Compression, CompressionOptions, CompressionWriter};

/// Bytes that are written at once. Most pieces of neighbouring records are shorter; with one call of the system for each, writing
/// takes twice the time.
const WRITTEN: usize = 256 << 10;

/// Temporary files of this process, for [`discard_unfinished`].
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes the temporary files of all outputs. For a process that is about to end, for example after an interrupt.
pub fn discard_unfinished() {
    for path in UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        // Fails for a file that was renamed or removed already.
        let _ = fs::remove_file(path);
    }
}

/// The output files of one run, which appear together.
#[derive(Debug)]
pub struct Outputs {
    began: Instant,
    targets: Vec<PathBuf>,
    finished: Vec<(TempPath, PathBuf)>,
    directories: Vec<PathBuf>,
    /// Takes what has an address; without it, an address is refused.
    store: Option<Arc<dyn OutputStore>>,
    compression: CompressionOptions,
}

/// An output file that is being written.
pub struct Output {
    writer: CompressionWriter<BufWriter<File>>,
    /// The file until the commit; `None` for a device or a pipe.
    temporary: Option<TempPath>,
    target: PathBuf,
}

impl Default for Outputs {
    fn default() -> Self {
        Self::new()
    }
}

impl Outputs {
    /// No outputs yet.
    #[must_use]
    pub fn new() -> Self {
        Self::compressed(CompressionOptions::default())
    }

    /// No outputs yet. Those with a compression will be compressed with these options.
    #[must_use]
    pub fn compressed(compression: CompressionOptions) -> Self {
        let (targets, finished, directories) = (Vec::new(), Vec::new(), Vec::new());
        Self { began: Instant::now(), targets, finished, directories, store: None, compression }
    }

    /// The same, with a store for outputs whose path is an address.
    #[must_use]
    pub fn with_store(mut self, store: Arc<dyn OutputStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// Time since writing began.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Begins the file `target` and makes missing parent directories.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Output`] if `target` is a directory, an address or another output of this run; [`ErrorKind::Io`] if the file
    /// cannot be created.
    pub fn create(&mut self, target: &Path, compression: Compression) -> Result<Output> {
        self.claim(target)?;

        // A device or a pipe cannot be replaced by a rename.
        let failed = |source| Error::io("write", target, source);
        let (file, temporary) = if is_address(target) {
            self.create_unsent(target)?
        } else if fs::metadata(target).is_ok_and(|found| !found.is_file()) {
            (File::options().write(true).open(target).map_err(failed)?, None)
        } else {
            self.create_temporary(target).map_err(failed)?
        };

        let writer =
            compression.writer_with(BufWriter::with_capacity(WRITTEN, file), self.compression).map_err(failed)?;
        Ok(Output { writer, temporary, target: target.to_owned() })
    }

    /// A temporary file of this machine for the address `target`.
    fn create_unsent(&self, target: &Path) -> Result<(File, Option<TempPath>)> {
        let directory = self.store.as_ref().ok_or_else(|| refused_address(target))?.directory();
        let made = temporary(directory).map_err(|source| Error::io("write", directory, source))?;
        Ok(noted(made))
    }

    /// A temporary file in the directory of `target`.
    fn create_temporary(&mut self, target: &Path) -> io::Result<(File, Option<TempPath>)> {
        let target = resolved(target);
        let directory = target.parent().unwrap_or(Path::new("."));
        self.make_directory(directory)?;

        Ok(noted(temporary(directory)?))
    }

    /// Ends a file and syncs it to disk, still under its temporary name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the file cannot be written.
    pub fn finish(&mut self, output: Output) -> Result<()> {
        let Output { writer, temporary, target } = output;
        let written = writer.finish().and_then(|buffer| buffer.into_inner().map_err(io::IntoInnerError::into_error));
        let failed = |source| Error::io("write", &target, source);
        // Flushes the compressor and the buffer.
        let file = written.map_err(failed)?;

        // Before any rename: a crash leaves the old file or the whole new one.
        if let Some(temporary) = temporary {
            file.sync_all().map_err(failed)?;
            self.finished.push((temporary, target));
        }
        Ok(())
    }

    /// Moves every finished file to its target. Files for addresses are sent first, as that may fail, and appear there
    /// last.
    ///
    /// # Errors
    ///
    /// Those of the [`OutputStore`]; [`ErrorKind::Io`] if a file cannot be renamed; the files before it are in place.
    pub fn commit(mut self) -> Result<()> {
        let (sent, local): (Vec<_>, Vec<_>) = self.finished.drain(..).partition(|(_, target)| is_address(target));
        let mut uploads = Vec::with_capacity(sent.len());
        for (temporary, target) in &sent {
            uploads.extend(self.store.as_ref().map(|store| store.send(temporary, target)).transpose()?);
        }

        for (temporary, target) in local {
            temporary.persist(resolved(&target)).map_err(|failed| Error::io("write", &target, failed.error))?;
        }
        uploads.into_iter().try_for_each(|upload| upload.complete())?;

        // They hold outputs now, and stay.
        self.directories.clear();
        Ok(())
    }

    /// Enters `target` among the targets of this run.
    fn claim(&mut self, target: &Path) -> Result<()> {
        let refuse = |what: &str, remedy: &'static str| -> Result<()> {
            Err(ErrorKind::Output { path: target.to_owned(), what: what.to_owned(), remedy: remedy.into() }.into())
        };

        if target.is_dir() {
            return refuse("is a directory", "give the path of a file");
        }

        // Two paths may name one file.
        let place = resolved(target);
        if self.targets.contains(&place) {
            return refuse("would be written twice", "give each output a path of its own");
        }
        self.targets.push(place);
        Ok(())
    }

    /// Makes `directory` and its missing parents, from the top down.
    fn make_directory(&mut self, directory: &Path) -> io::Result<()> {
        let missing: Vec<&Path> =
            directory.ancestors().take_while(|above| !above.as_os_str().is_empty() && !above.exists()).collect();

        for above in missing.into_iter().rev() {
            fs::create_dir(above)?;
            self.directories.push(above.to_owned());
        }
        Ok(())
    }
}

impl Drop for Outputs {
    fn drop(&mut self) {
        // Files first: a directory must be empty to be removed.
        self.finished.clear();
        for directory in self.directories.drain(..).rev() {
            // Fails if the directory is not empty: other files in it stay.
            let _ = fs::remove_dir(directory);
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Output {
    /// The final path of the file.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }
}

/// The parts of a temporary file, which [`discard_unfinished`] removes from now on.
fn noted(made: NamedTempFile) -> (File, Option<TempPath>) {
    let (file, temporary) = made.into_parts();
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).push(temporary.to_path_buf());
    (file, Some(temporary))
}

/// A temporary file with the default permissions of a new file.
fn temporary(directory: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".mukarrar-").suffix(".part");

    // The default of `tempfile` is 0600; the umask applies to 0666 as for any new file.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }

    builder.tempfile_in(directory)
}

/// Checks that `output` is outside the directory of an index.
///
/// # Errors
///
/// [`ErrorKind::Output`] if it is inside.
pub fn outside(output: &Path, index: &Path) -> Result<()> {
    if resolved(output).starts_with(resolved(index)) {
        let (what, remedy) = ("lies inside the index".to_owned(), "write somewhere else".into());
        return Err(ErrorKind::Output { path: output.to_owned(), what, remedy }.into());
    }
    Ok(())
}

/// Checks that `output` is none of the `files` that are read.
///
/// # Errors
///
/// [`ErrorKind::Output`] if it is one of them.
pub fn refuse_over<'p>(output: &Path, mut files: impl Iterator<Item = &'p Path>) -> Result<()> {
    let written = resolved(output);
    if files.all(|file| resolved(file) != written) {
        return Ok(());
    }

    let (what, remedy) = ("is an input".to_owned(), "write to another file; inputs are never changed".into());
    Err(ErrorKind::Output { path: output.to_owned(), what, remedy }.into())
}

/// The canonical path of a file that may not exist yet: equal for two paths to the same file.
pub fn resolved(path: &Path) -> PathBuf {
    if let Ok(path) = path.canonicalize() {
        return path;
    }

    // Resolve the directory, which may exist, and append the name.
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if parent == path {
        return path.to_owned();
    }

    // A path that ends in `..` has no name.
    let name = path.file_name().unwrap_or(OsStr::new(""));
    resolved(parent).join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_devices_stay_devices() {
        use std::os::unix::fs::{FileTypeExt, symlink};
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("real"), "old").unwrap();
        symlink("real", home.path().join("link")).unwrap();
        symlink("/dev/null", home.path().join("null")).unwrap();
        let mut outputs = Outputs::new();
        for name in ["link", "null"] {
            let mut output = outputs.create(&home.path().join(name), Compression::None).unwrap();
            output.write_all(b"new").unwrap();
            outputs.finish(output).unwrap();
        }
        outputs.commit().unwrap();
        assert_eq!(fs::read(home.path().join("real")).unwrap(), b"new");
        assert!(home.path().join("link").is_symlink());
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    }

    #[test]
    fn nothing_appears_before_the_commit_and_all_of_it_after() {
        let home = tempfile::tempdir().unwrap();
        let mut outputs = Outputs::new();
        for name in ["one", "two/three"] {
            let mut output = outputs.create(&home.path().join(name), Compression::None).unwrap();
            output.write_all(name.as_bytes()).unwrap();
            outputs.finish(output).unwrap();
        }
        assert!(!home.path().join("one").exists() && !home.path().join("two/three").exists());
        outputs.commit().unwrap();
        assert_eq!(names(home.path()), ["one", "two"]);
        assert_eq!(fs::read_to_string(home.path().join("two/three")).unwrap(), "two/three");
        assert_eq!(names(&home.path().join("two")), ["three"]);
    }

    #[test]
    fn what_is_dropped_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("old"), "old").unwrap();
        let mut outputs = Outputs::new();
        let finished = outputs.create(&home.path().join("new/a"), Compression::None).unwrap();
        outputs.finish(finished).unwrap();
        let mut unfinished = outputs.create(&home.path().join("old"), Compression::None).unwrap();
        unfinished.write_all(b"half").unwrap();
        drop(unfinished);
        drop(outputs);
        assert_eq!(names(home.path()), ["old"]);
        assert_eq!(fs::read_to_string(home.path().join("old")).unwrap(), "old");
    }

    #[test]
    fn one_path_is_written_once() {
        let home = tempfile::tempdir().unwrap();
        let mut outputs = Outputs::new();
        let _first = outputs.create(&home.path().join("a"), Compression::None).unwrap();
        let again = outputs.create(&home.path().join("./a"), Compression::None);
        assert!(again.is_err_and(|error| error.to_string().contains("written twice")));
        assert!(outputs.create(home.path(), Compression::None).is_err_and(|e| e.to_string().contains("directory")));
    }
}
