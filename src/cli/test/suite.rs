//! Where cases come from: folders of files, and files of many cases.
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::{KIND, case::Case, file, folder::Folder};
use crate::cli::{
    Failure,
    policies::Policies,
    print,
    source::{self, InputFault, Source},
};

/// The folders of a suite: of what is accepted, and of what is refused.
const FOLDERS: [&str; 2] = ["accept", "reject"];

/// The cases of a suite, and of the suites in it; what is wrong with a file of it is added to `faults`.
pub(super) fn read(
    path: &Path,
    policies: &Policies,
    faults: &mut Vec<Failure>,
) -> Result<Vec<Case>, Failure> {
    let known = faults.len();
    if path == Path::new(super::DEFAULT) && !path.exists() {
        return Err(Failure::bad_input(anyhow!(
            "there is no suite {} here, which is run unless others are named; name a folder with accept/ and reject/ in \
             it, or a file of kind {KIND} (`statusguard test --help` shows one)",
            super::DEFAULT
        )));
    }
    if !path.is_dir() {
        let source = Source::open(path).map_err(Failure::bad_input)?;
        return file::of_file(&source, policies, faults);
    }
    let mut cases = of_suite(path, policies, faults)?;
    for folder in others(path)? {
        if is_suite(&folder) {
            others(&folder)?.iter().for_each(|folder| tell(folder));
            cases.extend(of_suite(&folder, policies, faults)?);
        } else {
            tell(&folder);
        }
    }
    if cases.is_empty() && faults.len() == known {
        return Err(Failure::bad_input(anyhow!(
            "{}: holds no case; put files into accept/ and reject/ in it, or a file of kind {KIND}",
            source::shown(path)
        )));
    }
    Ok(cases)
}

/// The cases of a folder, without those of suites in it.
fn of_suite(
    path: &Path,
    policies: &Policies,
    faults: &mut Vec<Failure>,
) -> Result<Vec<Case>, Failure> {
    let mut cases = Vec::new();
    let of_folder = Folder {
        policies,
        policy: policies.named(&name_of(path)),
    };
    for name in FOLDERS {
        let folder = path.join(name);
        let files = if folder.is_dir() {
            files(&folder)?
        } else {
            Vec::new()
        };
        for file in files {
            match of_folder.case(&file, name == FOLDERS[0]) {
                Ok(case) => cases.push(case),
                Err(fault) => faults.push(fault),
            }
        }
    }
    for file in files(path)? {
        let source = Source::open_regular(&file).map_err(Failure::bad_input);
        match source.and_then(|source| file::of_file(&source, policies, faults)) {
            Ok(of_file) => cases.extend(of_file),
            Err(fault) => faults.push(fault),
        }
    }
    Ok(cases)
}

/// Whether a folder is a suite of its own.
fn is_suite(path: &Path) -> bool {
    FOLDERS.iter().any(|name| path.join(name).is_dir())
}

/// The folders in a suite that hold none of its own cases.
///
/// # Errors
/// If one is almost called as one that does.
fn others(suite: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(suite).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        !FOLDERS.contains(&&*name) && !name.starts_with('.')
    });
    for folder in folders.iter().filter(|folder| !is_suite(folder)) {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let lower = name.to_lowercase();
        let is_meant = |known: &&&str| {
            let is_longer = lower.starts_with(**known) && lower.len() <= known.len() + 3;
            is_longer || strsim::damerau_levenshtein(&lower, known) <= 2
        };
        if let Some(near) = FOLDERS.iter().find(is_meant) {
            return Err(Failure::bad_input(anyhow!(
                "{}: nobody looks into a folder of this name; did you mean {near}/?",
                source::shown(folder)
            )));
        }
    }
    Ok(folders)
}

/// Tells of a folder into which nobody looks.
fn tell(folder: &Path) {
    print::complain(&format!(
        "note: {}: is not looked into; cases stand in accept/ and reject/, here or in a folder that is called like their \
         schema\n",
        source::shown(folder)
    ));
}

/// The name of a folder, also of `.`.
fn name_of(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let scanned = crate::disk::scan(folder).map_err(|error| {
        Failure::bad_input(anyhow!(
            "{}: the folder cannot be read ({})",
            source::shown(folder),
            error.kind()
        ))
    })?;
    Ok(scanned.into_iter().map(|file| file.path).collect())
}

impl From<InputFault> for Failure {
    fn from(fault: InputFault) -> Self {
        Self::bad_input(fault)
    }
}
