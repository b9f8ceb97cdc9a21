//! Compresses the finished files once, at build time, as hard as it goes, so that the server
//! never has to.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

use crate::Error;

/// Writes `NAME.br` and `NAME.gz` beside each file, where that is smaller than the file.
pub(crate) fn folder(folder: &Path) -> Result<(), Error> {
    for path in files(folder)? {
        let raw = fs::read(&path).map_err(Error::file("read", &path))?;
        let pairs = [
            ("br", brotli(&raw).map_err(Error::file("compress", &path))?),
            ("gz", gzip(&raw).map_err(Error::file("compress", &path))?),
        ];
        for (ending, bytes) in pairs {
            if bytes.len() < raw.len() {
                let mut name = path.clone().into_os_string();
                name.push(".");
                name.push(ending);
                let name = PathBuf::from(name);
                fs::write(&name, bytes).map_err(Error::file("write", &name))?;
            }
        }
    }
    Ok(())
}

/// Every file under a folder.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        let path = entry.map_err(Error::file("read", folder))?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

fn brotli(mut raw: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let best = BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        ..BrotliEncoderParams::default()
    };
    brotli::BrotliCompress(&mut raw, &mut out, &best)?;
    Ok(out)
}

fn gzip(raw: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(raw)?;
    encoder.finish()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn variants_unpack_to_the_original_and_only_where_they_help() {
        let place = tempfile::tempdir().unwrap();
        let long = "the same words again, ".repeat(200);
        fs::write(place.path().join("long.js"), &long).unwrap();
        fs::write(place.path().join("tiny.js"), "x").unwrap();
        folder(place.path()).unwrap();

        let mut unpacked = String::new();
        flate2::read::GzDecoder::new(fs::File::open(place.path().join("long.js.gz")).unwrap())
            .read_to_string(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, long);
        let mut bytes = Vec::new();
        let packed = fs::read(place.path().join("long.js.br")).unwrap();
        brotli::BrotliDecompress(&mut packed.as_slice(), &mut bytes).unwrap();
        assert_eq!(bytes, long.as_bytes());
        assert!(!place.path().join("tiny.js.br").exists());
        assert!(!place.path().join("tiny.js.gz").exists());
    }
}
