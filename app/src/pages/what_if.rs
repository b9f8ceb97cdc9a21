//! What if: an environment with other counts, with temporary environments beside it, with a secondary
//! site. What it takes at minimum, as planned and at maximum, what is free, and what breaks first. All
//! that is asked stands in the address.

mod ask;
mod kept;
mod lost;

use leptos::prelude::*;

use crate::components::badge;
use crate::components::frame::{Place, heading};
use crate::components::rooms::{Room, rooms};
use crate::components::what_if::{ID, outcome};
use crate::context::{Shown, page, path, query, readable};
use crate::data::WhatIfData;
use crate::islands::LiveWhatIf;
use crate::routes::{self, WhatIfAsk};

/// The page.
#[component]
pub(crate) fn WhatIfPage() -> impl IntoView {
    page(|backend| async move {
        let name = path("name", "environment")?;
        let ask = readable(WhatIfAsk::read(&query()))?;
        let data = backend.what_if(&name, &ask).await?;
        Ok(Shown {
            title: format!("What if, {name}"),
            place: Place::Environments,
            view: draw(&data).into_any(),
        })
    })
}

fn draw(data: &WhatIfData) -> impl IntoView + use<> {
    let name = &data.environment.name;
    let kind = badge::kind(data.environment.kind).into_any();
    view! {
        {heading(format!("What if, {name}"), Some(kind), ())}
        {rooms(name, Room::WhatIf)}
        {ask::form(data)}
        <div class="outcome" id=ID>
            {outcome(name, data.ground.asked, &data.worked.outcome)}
        </div>
        <LiveWhatIf ground=routes::what_if_ground(name) />
        {kept::section(data)}
    }
}
