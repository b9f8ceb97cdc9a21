//! A handful of icons, drawn for this product on a 16 px grid. They stand beside words and say
//! nothing by themselves.

use leptos::prelude::*;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    /// Two masks in one: the product.
    Mark,
    /// Gauges.
    Dashboard,
    /// Layers.
    Environments,
    /// A rack.
    Instances,
    /// A cloud.
    Cloud,
    /// Two sides.
    Compare,
    /// Columns on a line.
    Capacity,
    /// A label with a hole.
    Prices,
    /// A scale with a needle.
    Cases,
    /// A pulse.
    Operations,
    /// A written page.
    Log,
    /// A lens.
    Search,
    /// A bell.
    Alarm,
    /// A door.
    SignOut,
    /// Two sheets.
    Copy,
    /// An arrow down to a line.
    Download,
    /// Three lines.
    Menu,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Mark => "M2.5 3.5h7v5a3.5 3.5 0 0 1-7 0zM9.5 6.5h4v4a3.5 3.5 0 0 1-6.6 1.6",
            Self::Dashboard => "M2 2.5h5v6H2zM9 2.5h5v3H9zM9 7.5h5v6H9zM2 10.5h5v3H2z",
            Self::Environments => "M8 2l6 3-6 3-6-3zM2 8l6 3 6-3M2 11l6 3 6-3",
            Self::Instances => {
                "M2 2.5h12v4.5H2zM2 9h12v4.5H2zM4.5 4.75h.01M4.5 11.25h.01M7.5 4.75H12M7.5 11.25H12"
            }
            Self::Cloud => {
                "M4.5 12.5h7a2.8 2.8 0 0 0 .4-5.600 4 4 0 0 0-7.700-.9 3.300 3.300 0 0 0 .3 6.500z"
            }
            Self::Compare => "M6 2.5H2v11h4M10 2.5h4v11h-4M8 1.5v13",
            Self::Capacity => "M2 13.500h12M4 13.500v-4M8 13.500v-8M12 13.500v-6",
            Self::Prices => "M2 2.500h5.500L14 9l-5 5-6.500-6.500zM5.250 5.250h.01",
            Self::Cases => "M2 11.500a6 6 0 0 1 12 0zM8 11.500l3-4M2 14h12",
            Self::Operations => "M1.5 8h3l2-5 3.5 10 2-5h2.5",
            Self::Log => "M3 1.5h10v13H3zM5.5 5h5M5.5 8h5M5.5 11h3",
            Self::Search => "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.3 10.3 14 14",
            Self::Alarm => {
                "M8 2a4 4 0 0 1 4 4c0 3.5 1.5 5 1.5 5h-11S4 9.500 4 6a4 4 0 0 1 4-4zM6.500 13.5a1.6 1.6 0 0 0 3 0"
            }
            Self::SignOut => "M6.5 2.5h-4v11h4M10.5 5l3 3-3 3M6 8h7.5",
            Self::Copy => "M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3",
            Self::Download => "M8 2v8M4.500 7 8 10.500 11.500 7M2.500 13.500h11",
            Self::Menu => "M2 4h12M2 8h12M2 12h12",
        }
    }
}

/// An icon beside a word.
pub(crate) fn icon(icon: Icon) -> impl IntoView {
    view! {
        <svg
            class="icon"
            viewBox="0 0 16 16"
            width="16"
            height="16"
            fill="none"
            stroke="currentColor"
            stroke-width="1.5"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
            focusable="false"
        >
            <path d=icon.path()></path>
        </svg>
    }
}
