//! Rows of what instances measure.

use engine::measure::poll::{Looked, MonitorState};
use engine::port::StoreError;
use model::key::Key;
use model::measure::{Figures, Metric, Mount, Reading, Rolled};

use super::{json, number, parsed, rows, time};

rows! {
    /// Figures of some time.
    MeasuredRow of "measured" by instance/at/metric/mount {
        instance: String,
        at: i64,
        metric: String,
        mount: String,
        samples: i64,
        least: i64,
        most: i64,
        total: i64,
    }

    /// A sample that was not there before.
    NewRow of "measured" by instance/at/metric/mount {
        instance: String,
        at: i64,
        metric: String,
        mount: String,
        total: i64,
    }

    /// What was measured last.
    LastRow of "measured_last" by instance/metric/mount {
        instance: String,
        metric: String,
        mount: String,
        at: i64,
        value: i64,
    }

    /// A file system that was heard of.
    MountRow of "measured_last" by instance/mount {
        instance: String,
        mount: String,
    }

    /// The newest look of a monitor.
    LookRow of "monitors" by name {
        name: String,
        looked_at: i64,
        looked: String,
    }
}

impl TryFrom<LookRow> for MonitorState {
    type Error = StoreError;
    fn try_from(row: LookRow) -> Result<Self, StoreError> {
        let looked: Looked = json(&row.looked).map_err(|why| row.bad("looked", why))?;
        Ok(Self {
            at: time(row.looked_at).map_err(|why| row.bad("looked_at", why))?,
            looked,
            name: row.name,
        })
    }
}

fn metric(word: &str, mount: &str) -> Result<Metric, String> {
    let mount = Some(mount).filter(|mount| !mount.is_empty());
    Metric::from_parts(word, mount).ok_or_else(|| format!("`{word}` is nothing that is measured"))
}

impl TryFrom<MeasuredRow> for (Key, Rolled) {
    type Error = StoreError;
    fn try_from(row: MeasuredRow) -> Result<Self, StoreError> {
        let key: Key = parsed(&row.instance).map_err(|why| row.bad("instance", why))?;
        let count: u64 = number(row.samples).map_err(|why| row.bad("samples", why))?;
        if count == 0 {
            return Err(row.bad("samples", "there are no figures of no sample"));
        }
        let rolled = Rolled {
            from: time(row.at).map_err(|why| row.bad("at", why))?,
            metric: metric(&row.metric, &row.mount).map_err(|why| row.bad("metric", why))?,
            figures: Figures {
                count,
                min: number(row.least).map_err(|why| row.bad("least", why))?,
                max: number(row.most).map_err(|why| row.bad("most", why))?,
                sum: number(row.total).map_err(|why| row.bad("total", why))?,
            },
        };
        Ok((key, rolled))
    }
}

impl TryFrom<NewRow> for (Key, Rolled) {
    type Error = StoreError;
    fn try_from(row: NewRow) -> Result<Self, StoreError> {
        let key: Key = parsed(&row.instance).map_err(|why| row.bad("instance", why))?;
        let value = number(row.total).map_err(|why| row.bad("total", why))?;
        let rolled = Rolled {
            from: time(row.at).map_err(|why| row.bad("at", why))?,
            metric: metric(&row.metric, &row.mount).map_err(|why| row.bad("metric", why))?,
            figures: Figures::of(value),
        };
        Ok((key, rolled))
    }
}

impl TryFrom<MountRow> for (Key, Mount) {
    type Error = StoreError;
    fn try_from(row: MountRow) -> Result<Self, StoreError> {
        let key: Key = parsed(&row.instance).map_err(|why| row.bad("instance", why))?;
        let mount = Mount::new(&row.mount);
        let mount = mount.ok_or_else(|| row.bad("mount", "it is no absolute path"))?;
        Ok((key, mount))
    }
}

impl TryFrom<LastRow> for (Key, Reading) {
    type Error = StoreError;
    fn try_from(row: LastRow) -> Result<Self, StoreError> {
        let key: Key = parsed(&row.instance).map_err(|why| row.bad("instance", why))?;
        let reading = Reading {
            at: time(row.at).map_err(|why| row.bad("at", why))?,
            metric: metric(&row.metric, &row.mount).map_err(|why| row.bad("metric", why))?,
            value: number(row.value).map_err(|why| row.bad("value", why))?,
        };
        Ok((key, reading))
    }
}
