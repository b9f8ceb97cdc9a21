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

/// Prints rows in columns, each as wide as its widest cell, with numbers to the right.
pub fn columns<const N: usize>(rows: &[[String; N]]) {
    let numeric = |cell: &str| !cell.contains(char::is_alphabetic);
    let widths: [usize; N] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or_default()
    });
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            let cell = if numeric(cell) {
                format!("{cell:>width$}  ")
            } else {
                format!("{cell:width$}  ")
            };
            line.push_str(&cell);
        }
        println!("{}", line.trim_end());
    }
}

/// Several measurements of one figure.
pub struct Spread<T> {
    /// The one in the middle.
    pub median: T,
    /// The smallest.
    pub least: T,
    /// The largest.
    pub most: T,
}

impl<T: Ord + Copy> Spread<T> {
    /// Of at least one.
    pub fn of(figures: impl Iterator<Item = T>) -> Self {
        let mut sorted: Vec<T> = figures.collect();
        sorted.sort_unstable();
        Self {
            median: sorted[sorted.len() / 2],
            least: sorted[0],
            most: sorted[sorted.len() - 1],
        }
    }
}

impl Spread<Duration> {
    /// In seconds: `13.2 (12.9–14.0)`.
    pub fn seconds(&self, decimals: usize) -> String {
        let [median, least, most] =
            [self.median, self.least, self.most].map(|time| time.as_secs_f64());
        format!("{median:.decimals$} ({least:.decimals$}–{most:.decimals$})")
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
