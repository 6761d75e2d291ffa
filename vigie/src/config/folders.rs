//! Folders that are named in the configuration: can they be what they are to be?

use super::server::DATA_DIR;
use rustix::fs::{Access, access};
use std::path::Path;

/// Why a path cannot be a folder; nothing when it is one, or is not there yet and can become one.
pub(super) fn reason_against(dir: &Path) -> Option<String> {
    let there = nearest_that_is_there(dir)?;
    if there.is_dir() {
        return None;
    }
    let what = if there == dir { "it".to_owned() } else { there.display().to_string() };
    Some(format!("expected a folder, found {:?}, but {what} is a file", dir.display().to_string()))
}

/// What may be meant otherwise, or will fail for the user who runs this.
pub(super) fn warnings(dir: &Path) -> Vec<String> {
    let mut warnings = Vec::new();
    if dir.is_relative()
        && dir != Path::new(DATA_DIR)
        && let Ok(absolute) = std::path::absolute(dir)
    {
        let (dir, absolute) = (dir.display(), absolute.display());
        warnings.push(format!("{dir} is relative to where vigie is started; from here it is {absolute}"));
    }
    if let Some(there) = nearest_that_is_there(dir)
        && access(there, Access::WRITE_OK | Access::EXEC_OK).is_err()
    {
        warnings.push(format!("{} cannot be written to by the user who runs this check", there.display()));
    }
    warnings
}

/// The path, or the deepest of those above it that is there.
fn nearest_that_is_there(path: &Path) -> Option<&Path> {
    path.ancestors()
        .map(|path| if path.as_os_str().is_empty() { Path::new(".") } else { path })
        .find(|path| path.exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_where_a_folder_is_expected_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert_eq!(reason_against(dir.path()), None);
        assert_eq!(reason_against(&dir.path().join("new/below")), None);
        assert!(reason_against(&file).unwrap().ends_with("but it is a file"));
        let below = reason_against(&file.join("data")).unwrap();
        assert!(below.ends_with(&format!("but {} is a file", file.display())), "{below}");
    }

    #[test]
    fn relative_folders_are_told_with_what_they_are_from_here() {
        let told = warnings(Path::new("some-data"));
        assert!(told.len() == 1 && told[0].starts_with("some-data is relative to where"), "{told:?}");
        assert!(warnings(&std::env::temp_dir()).is_empty());
    }
}
