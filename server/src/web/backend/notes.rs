//! The notes about an environment.

use app::data::{NotesData, ShownNote};
use app::routes::EnvironmentAsk;
use model::name::EnvironmentName;
use model::topology::items::ItemKind;

use super::{Failed, Reader};

/// What of a topology people write notes about.
const SUBJECTS: [ItemKind; 4] = [
    ItemKind::Group,
    ItemKind::Profile,
    ItemKind::Site,
    ItemKind::External,
];

impl Reader {
    pub(super) async fn read_notes(&self, name: &EnvironmentName) -> Result<NotesData, Failed> {
        let environment = self.environment_of(name).await?;
        let (_, topology) = self
            .state_of(&environment, &EnvironmentAsk::default())
            .await?;
        let notes: Vec<ShownNote> = self
            .engine()
            .notes(environment.id)
            .await?
            .into_iter()
            .map(|(writing, note)| ShownNote {
                id: writing.key.name,
                note,
                by: writing.by.to_string(),
                at: writing.at,
            })
            .collect();
        let items = topology.items();
        let subjects = items
            .keys()
            .filter(|key| SUBJECTS.contains(&key.kind))
            .map(ToString::to_string)
            .collect();
        Ok(NotesData {
            environment,
            notes,
            subjects,
        })
    }
}
