//! The figures, in a table: what, measured, goal.

use std::time::Duration;

/// The figures so far.
#[derive(Default)]
pub struct Table(Vec<[String; 3]>);

impl Table {
    /// Adds a figure.
    pub fn add(&mut self, what: impl Into<String>, measured: impl Into<String>, goal: &str) {
        let row = [what.into(), measured.into(), goal.to_owned()];
        // At once too, for whoever waits.
        println!("{}: {} (goal {})", row[0], row[1], row[2]);
        self.0.push(row);
    }

    /// Prints them all.
    pub fn print(&self) {
        let header = ["what", "measured", "goal"].map(str::to_owned);
        let rows: Vec<&[String; 3]> = std::iter::once(&header).chain(&self.0).collect();
        let width = |column: usize| {
            rows.iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or_default()
        };
        let (first, second) = (width(0), width(1));
        println!();
        for [what, measured, goal] in rows {
            println!("{what:first$}  {measured:>second$}  {goal}");
        }
    }
}

/// A time for people.
pub fn time(duration: Duration) -> String {
    let micros = duration.as_micros();
    if micros < 10_000 {
        format!("{}.{:02} ms", micros / 1000, micros % 1000 / 10)
    } else {
        format!("{} ms", micros / 1000)
    }
}

/// The median.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
