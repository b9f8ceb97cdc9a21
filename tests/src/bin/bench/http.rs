//! A small HTTP client that costs little beside what it measures: it keeps its connection, reads
//! a length or chunks, and keeps nothing.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A kept connection.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
    request: Vec<u8>,
}

/// An answer without its body.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// How long the body is.
    pub length: usize,
    /// The body, where it was asked to be kept.
    pub body: Vec<u8>,
}

impl Client {
    /// Connects; every request is for the same path, with the same headers.
    pub async fn connect(address: &str, path: &str, headers: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n").into_bytes();
        Self {
            stream,
            buffer: Vec::with_capacity(1 << 20),
            request,
        }
    }

    /// Asks once.
    pub async fn get(&mut self, keep: bool) -> Answer {
        self.stream.write_all(&self.request).await.unwrap();
        self.buffer.clear();
        let end = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.read().await;
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).to_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"));
        let body_end = match length {
            Some(length) => {
                let length: usize = length.trim().parse().unwrap();
                while self.buffer.len() < end + length {
                    self.read().await;
                }
                end + length
            }
            // Chunks end with an empty one.
            None => loop {
                if self.buffer.ends_with(b"0\r\n\r\n") {
                    break self.buffer.len();
                }
                self.read().await;
            },
        };
        let body = if keep {
            self.buffer[end..body_end].to_vec()
        } else {
            Vec::new()
        };
        Answer {
            status,
            length: body_end - end,
            body,
        }
    }

    async fn read(&mut self) {
        let read = self.stream.read_buf(&mut self.buffer).await.unwrap();
        assert!(read > 0, "the server closed the connection");
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}
