//! What was measured of one instance: what came last, and how it was over time.

use model::id::EnvironmentId;
use model::key::Key;
use model::measure::{Reading, Rolled, Span};
use model::name::{EnvironmentName, GroupName};

use chrono::TimeDelta;

use super::{Failed, Reader};

/// How far back an answer goes, by how fine it is: some hundred figures of each metric.
const fn back(span: Span) -> TimeDelta {
    match span {
        Span::Minute => TimeDelta::hours(3),
        Span::Hour => TimeDelta::days(7),
        Span::Day => TimeDelta::days(365),
    }
}

/// What was measured of one instance.
pub(in crate::web) struct Measured {
    /// What came last of each metric, in their order.
    pub(in crate::web) last: Vec<Reading>,
    /// How it was, by time.
    pub(in crate::web) figures: Vec<Rolled>,
}

impl Reader {
    /// What was measured of an instance of a living environment or of one that was.
    pub(in crate::web) async fn measured(
        &self,
        name: &EnvironmentName,
        group: &GroupName,
        ordinal: u32,
        span: Span,
    ) -> Result<Measured, Failed> {
        let environment = self.environment_of(name).await?;
        self.measured_of(environment.id, &Key::instance(group, ordinal), span)
            .await
    }

    pub(super) async fn measured_of(
        &self,
        environment: EnvironmentId,
        instance: &Key,
        span: Span,
    ) -> Result<Measured, Failed> {
        let since = self.engine().clock().now() - back(span);
        let store = self.store();
        let last = store.last_measured(environment, Some(instance)).await?;
        let mut last: Vec<Reading> = last.into_iter().map(|(_, reading)| reading).collect();
        last.sort_by(|a, b| a.metric.cmp(&b.metric));
        let figures = store.measured(environment, instance, span, since).await?;
        Ok(Measured { last, figures })
    }
}
