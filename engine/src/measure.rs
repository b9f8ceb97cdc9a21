//! What instances measure of themselves: who may tell it, and what is kept of it. A host is let in by a
//! token of its own alone, which is derived and stored nowhere; it can say nothing of another host, and
//! nothing that it says changes what a person wrote or what a plan is made of.

mod forget;
pub mod poll;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use model::id::EnvironmentId;
use model::key::Key;
use model::measure::collectd::{LeftOut, Post};
use model::measure::{Last, Metric, Mount, Reading, Span, by_minute, tell};
use model::name::GroupName;
use model::topology::Topology;
use plan::finding::{History, history};

use crate::port::{Kept, Measurement, StoreError};
use crate::secret::Purpose;
use crate::{Engine, EngineError};

/// Samples of before are refused: they would come into hours whose minutes may be gone.
const OLDEST: TimeDelta = TimeDelta::days(1);
/// How far back load and memory are judged by.
const LATELY: TimeDelta = TimeDelta::days(14);
/// How far back file systems are.
const LONG: TimeDelta = TimeDelta::days(62);
/// How far another clock may be ahead of ours.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// Of samples those whose time can be right, and how many others there were.
fn timely(readings: Vec<Reading>, now: DateTime<Utc>) -> (Vec<Reading>, usize) {
    let all = readings.len();
    let is_timely = |reading: &Reading| reading.at > now - OLDEST && reading.at <= now + AHEAD;
    let kept: Vec<Reading> = readings.into_iter().filter(is_timely).collect();
    let others = all - kept.len();
    (kept, others)
}

/// What came of a post.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// How many samples are new: others of the same minutes came before.
    pub new: u64,
    /// How many lists or samples were left out, by why.
    pub left_out: BTreeMap<LeftOut, u64>,
}

impl Engine {
    /// The token with which the host of an instance tells what it measures.
    pub fn measure_token(&self, environment: EnvironmentId, instance: &Key) -> String {
        let purpose = Purpose::Measure(environment, instance);
        self.parts.secret.text(&purpose)
    }

    /// Where the host of an instance posts what it measures, as a path under the server's address.
    pub fn collectd_path(environment: EnvironmentId, group: &GroupName, ordinal: u32) -> String {
        format!("/collectd/{environment}/{group}/{ordinal}")
    }

    /// Whether a token is the one of an instance's host; it takes as long whatever the answer.
    pub fn is_measure_token(
        &self,
        environment: EnvironmentId,
        instance: &Key,
        token: &str,
    ) -> bool {
        let purpose = Purpose::Measure(environment, instance);
        self.parts.secret.is(token, &purpose)
    }

    /// Takes what a host measured, whose token was found to be its own; none where its environment is no
    /// more.
    pub async fn take_post(
        &self,
        environment: EnvironmentId,
        instance: &Key,
        post: Post,
    ) -> Result<Option<Taken>, EngineError> {
        let known = self.store().environment_by_id(environment).await?;
        if known.is_none_or(|environment| environment.destroyed_at.is_some()) {
            return Ok(None);
        }
        let now = self.clock().now();
        let mut post = post;
        let (kept, others) = timely(std::mem::take(&mut post.readings), now);
        for _ in 0..others {
            post.leave_out(LeftOut::WrongTime);
        }
        let measured = [Measurement {
            instance: instance.clone(),
            minutes: by_minute(kept),
        }];
        let Kept { new, beyond } = self
            .store()
            .put_measured(environment, &measured, now)
            .await?;
        post.leave_out_all(LeftOut::TooMany, beyond);
        Ok(Some(Taken {
            new,
            left_out: post.left_out,
        }))
    }

    /// What findings about an environment rest on: two weeks of hours of load and memory, two months of
    /// days of file systems.
    pub async fn history(&self, environment: EnvironmentId) -> Result<History, StoreError> {
        let now = self.clock().now();
        let root = Mount::root();
        let wanted = [
            (Span::Hour, Metric::Load5, LATELY),
            (Span::Hour, Metric::MemoryUsed, LATELY),
            (Span::Day, Metric::DiskUsed(root.clone()), LONG),
            (Span::Day, Metric::DiskAvailable(root), LONG),
        ];
        let mut figures = Vec::new();
        for (span, metric, back) in wanted {
            let since = now - back;
            let of_metric = self.store().measured_in(environment, span, &metric, since);
            figures.extend(of_metric.await?);
        }
        Ok(history(figures.iter().map(|(key, rolled)| (key, rolled))))
    }

    /// Writes what was measured last into what was observed of instances, as far as it is newer than
    /// what was stated, and only there: what is stored stays as it is.
    pub async fn tell_measured(
        &self,
        environment: EnvironmentId,
        stated: DateTime<Utc>,
        observed: &mut Topology,
    ) -> Result<(), StoreError> {
        let measured = self.last_measured(environment).await?;
        if measured.is_empty() {
            return Ok(());
        }
        for (name, group) in &mut observed.groups {
            for (ordinal, facts) in &mut group.instances {
                if let Some(last) = measured.get(&Key::instance(name, *ordinal)) {
                    tell(facts, last, stated);
                }
            }
        }
        Ok(())
    }

    /// What was last measured of each instance of an environment.
    pub async fn last_measured(
        &self,
        environment: EnvironmentId,
    ) -> Result<BTreeMap<Key, Last>, StoreError> {
        let mut all: BTreeMap<Key, Last> = BTreeMap::new();
        for (key, Reading { at, metric, value }) in
            self.store().last_measured(environment, None).await?
        {
            all.entry(key).or_default().insert(metric, (at, value));
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_old_or_still_to_come_is_left_out() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let reading = |seconds: i64| Reading {
            at: now + TimeDelta::seconds(seconds),
            metric: Metric::Load1,
            value: 1,
        };
        let readings = [-86_400, -86_399, 0, 300, 301].map(reading).to_vec();
        let (kept, others) = timely(readings, now);
        assert_eq!(kept, [-86_399, 0, 300].map(reading));
        assert_eq!(others, 2);
    }
}
