//! Many servers at once, written into Nova's database: through its API two thousand would take an
//! hour. Each is a copy of one that the API made, in every table that a list reads.

use std::fmt::Write as _;
use std::process::Stdio;

use tokio::io::AsyncWriteExt;

use super::Lab;

/// What the ids of such servers begin with; the rest is their number.
const PREFIX: &str = "00000000-0000-4000-8000-";

/// The tables of a cell that say something of a server, and the column with its id.
const TABLES: [(&str, &str); 5] = [
    ("nova_cell1.instances", "uuid"),
    ("nova_cell1.instance_extra", "instance_uuid"),
    ("nova_cell1.instance_info_caches", "instance_uuid"),
    ("nova_cell1.instance_system_metadata", "instance_uuid"),
    ("nova_api.instance_mappings", "instance_uuid"),
];

impl Lab {
    /// Asks the lab's database; what it answers, a line for each row.
    ///
    /// # Panics
    /// If it refuses.
    pub async fn sql(&self, text: &str) -> String {
        let mut client = tokio::process::Command::new("mariadb")
            .args(["--no-defaults", "--skip-ssl", "-h", "127.0.0.1", "-N", "-B"])
            .args(["-P", &self.base.to_string(), "-u", "lab"])
            .arg(format!("-p{}", self.password))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("MariaDB's client is there");
        let mut input = client.stdin.take().expect("a pipe");
        input.write_all(text.as_bytes()).await.expect("it listens");
        drop(input);
        let output = client.wait_with_output().await.expect("it ends");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Makes so many servers like one, called `app1`, `app2` and so on, instead of those that were
    /// made so before.
    pub async fn servers_like(&self, template: &str, count: usize) {
        self.forget_servers().await;
        // The sequences stand in whatever schema is used.
        let mut script = String::from("USE nova_api;\n");
        for (table, id) in TABLES {
            let (schema, name) = table.split_once('.').expect("a schema");
            let columns = self
                .sql(&format!(
                    "SELECT column_name FROM information_schema.columns WHERE table_schema = \
                     '{schema}' AND table_name = '{name}' AND extra NOT LIKE '%auto_increment%' \
                     AND extra NOT LIKE '%GENERATED%' AND column_name <> '{id}'"
                ))
                .await;
            let columns: Vec<&str> = columns.lines().collect();
            let values: Vec<String> = columns
                .iter()
                .map(|column| match *column {
                    "display_name" | "hostname" => "CONCAT('app', n.seq)".to_owned(),
                    column => format!("t.`{column}`"),
                })
                .collect();
            let columns: Vec<String> = columns.iter().map(|one| format!("`{one}`")).collect();
            let _never = writeln!(
                script,
                "INSERT INTO {table} ({}, `{id}`) SELECT {}, CONCAT('{PREFIX}', \
                 LPAD(n.seq, 12, '0')) FROM {table} t CROSS JOIN seq_1_to_{count} n \
                 WHERE t.`{id}` = '{template}';",
                columns.join(", "),
                values.join(", "),
            );
        }
        self.sql(&script).await;
    }

    /// Takes away what [`Lab::servers_like`] made.
    pub async fn forget_servers(&self) {
        // Nothing that is written to a text fails.
        let mut script = String::new();
        for (table, id) in TABLES.iter().rev() {
            let _never = writeln!(script, "DELETE FROM {table} WHERE `{id}` LIKE '{PREFIX}%';");
        }
        self.sql(&script).await;
    }
}
