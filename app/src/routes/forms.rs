//! The forms, as the server reads them. Their fields have the names that the pages give them.

use model::name::RecipeName;
use model::resource::Power;
use serde::Deserialize;

/// A form with nothing but its token.
#[derive(Clone, Debug, Deserialize)]
pub struct PlainForm {
    /// [`super::FORM_TOKEN`].
    pub form_token: String,
}

/// Signs in.
#[derive(Clone, Debug, Deserialize)]
pub struct SignInForm {
    /// What was pasted; use [`Self::secret`]. There is no session yet, so no form token either.
    pub token: String,
    /// Where to go afterwards: a path of this server.
    #[serde(default)]
    pub next: Option<String>,
}

impl SignInForm {
    /// The token itself: people paste the whole link as well.
    pub fn secret(&self) -> &str {
        let text = self.token.trim();
        let text = text.rsplit_once("token=").map_or(text, |(_, token)| token);
        text.split(['&', '#']).next().unwrap_or(text)
    }
}

/// Starts a copy.
#[derive(Clone, Debug, Deserialize)]
pub struct CopyForm {
    /// [`super::FORM_TOKEN`].
    pub form_token: String,
    /// By which recipe.
    pub recipe: RecipeName,
    /// The new environment's name; checked by the server, so that a wrong one is told kindly.
    pub name: String,
    /// How long it lives, in hours.
    pub hours: u32,
    /// Why; may be empty.
    #[serde(default)]
    pub reason: String,
    /// The hash of the plan that was shown: a start by another plan is refused.
    pub plan_hash: String,
    /// The same key starts one copy, however often the button is pressed.
    pub idempotency_key: String,
}

/// Takes an environment down.
#[derive(Clone, Debug, Deserialize)]
pub struct DestroyForm {
    /// [`super::FORM_TOKEN`].
    pub form_token: String,
    /// The environment's name, typed by the person: must be the same as in the address.
    pub confirm: String,
    /// Why; may be empty.
    #[serde(default)]
    pub reason: String,
}

/// Extends a lease.
#[derive(Clone, Debug, Deserialize)]
pub struct ExtendForm {
    /// [`super::FORM_TOKEN`].
    pub form_token: String,
    /// By how many hours.
    pub hours: u32,
    /// Why; may be empty.
    #[serde(default)]
    pub reason: String,
}

/// Stops or starts an instance.
#[derive(Clone, Debug, Deserialize)]
pub struct PowerForm {
    /// [`super::FORM_TOKEN`].
    pub form_token: String,
    /// Its name: `app[2]`.
    pub instance: String,
    /// What it is to be.
    pub power: Power,
    /// Why; may be empty.
    #[serde(default)]
    pub reason: String,
}

/// Says what a difference is put down to.
#[derive(Clone, Debug, Deserialize)]
pub struct ExplainForm {
    /// [`super::FORM_TOKEN`].
    pub form_token: String,
    /// The comparison that shows it: what stands behind `?` in its address.
    pub comparison: String,
    /// Which difference.
    pub fingerprint: String,
    /// What it is put down to; nothing: what was said no longer holds.
    #[serde(default)]
    pub class: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Writes a note about an environment, or takes it away.
#[derive(Clone, Debug, Deserialize)]
pub struct NoteForm {
    /// [`super::FORM_TOKEN`].
    pub form_token: String,
    /// Which note; a new one where there is none.
    #[serde(default)]
    pub id: String,
    /// What of the environment it is about; may be empty.
    #[serde(default)]
    pub about: String,
    /// What it says; nothing: it is taken away.
    #[serde(default)]
    pub text: String,
    /// How far it has come, by its word.
    pub state: String,
    /// What was decided; may be empty.
    #[serde(default)]
    pub outcome: String,
    /// How much it is wanted, by its word.
    pub want: String,
    /// How soon it matters, by its word.
    pub priority: String,
    /// How much work it is, by its word; may be empty.
    #[serde(default)]
    pub effort: String,
    /// Where it is tracked; may be empty.
    #[serde(default)]
    pub link: String,
}

/// Keeps a question of what if about an environment, or forgets it.
#[derive(Clone, Debug, Deserialize)]
pub struct ScenarioForm {
    /// [`super::FORM_TOKEN`].
    pub form_token: String,
    /// What it is called.
    pub name: String,
    /// The question, as it stands in addresses; nothing: it is forgotten.
    #[serde(default)]
    pub scenario: String,
    /// Anything worth knowing; may be empty.
    #[serde(default)]
    pub note: String,
}

/// Writes what things cost.
#[derive(Clone, Debug, Deserialize)]
pub struct PricesForm {
    /// [`super::FORM_TOKEN`].
    pub form_token: String,
    /// At which site; empty: anywhere else.
    #[serde(default)]
    pub site: String,
    /// All price books, as CSV; nothing: there are none any more.
    #[serde(default)]
    pub csv: String,
    /// Why; may be empty.
    #[serde(default)]
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_link_is_as_good_as_its_token() {
        for pasted in [
            "abc-1",
            " abc-1\n",
            "http://127.0.0.1:8080/sign-in?token=abc-1",
            "http://127.0.0.1:8080/sign-in?token=abc-1&next=/#x",
        ] {
            let form = SignInForm {
                token: pasted.to_owned(),
                next: None,
            };
            assert_eq!(form.secret(), "abc-1", "{pasted}");
        }
    }
}
