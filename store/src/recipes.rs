//! Recipes by name.

use engine::port::{NewAudit, StoreError};
use model::act::Act;
use model::name::RecipeName;
use model::recipe::Recipe;
use sqlx::Row;

use crate::audit::Line;
use crate::failure::{Failure, Outcome};
use crate::pool::{End, Shown, transaction};
use crate::revisions::hash;
use crate::rows::{RecipeRow, all, one};
use crate::{SqlStore, audit};

pub(crate) const ALL: &str = "SELECT name, body FROM recipes ORDER BY name";

impl SqlStore {
    /// Stores a recipe; one that is stored already, word for word, writes nothing.
    pub(crate) async fn store_recipe(
        &self,
        recipe: &Recipe,
        why: &NewAudit,
    ) -> Result<(), StoreError> {
        let body = plan::canonical::canonical(recipe).map_err(Failure::from)?;
        let content = hash(&body);
        let name = &recipe.recipe;
        transaction!(self, Shown::OnPages, |tx| {
            let row = sqlx::query("SELECT hash FROM recipes WHERE name = $1")
                .bind(name.as_str())
                .fetch_optional(tx.on())
                .await?;
            let before: Option<String> = row.map(|row| row.try_get("hash")).transpose()?;
            if before.as_deref() == Some(&*content) {
                End::Undo(())
            } else {
                sqlx::query(
                    "INSERT INTO recipes (name, hash, body) VALUES ($1, $2, $3) \
                     ON CONFLICT (name) DO UPDATE SET hash = excluded.hash, body = excluded.body",
                )
                .bind(name.as_str())
                .bind(&*content)
                .bind(&*body)
                .execute(tx.on())
                .await?;
                let act = Act::ImportRecipe {
                    recipe: name.clone(),
                };
                let line = Line {
                    act: &act,
                    environment: None,
                    operation: None,
                    before: Some(before.map_or_else(
                        || "no such recipe".into(),
                        |before| format!("content {}", short(&before)),
                    )),
                    after: Some(format!("content {}", short(&content))),
                };
                audit::add(&mut tx, why, line).await?;
                End::Commit(())
            }
        })
    }

    pub(crate) async fn recipe_named(&self, name: &RecipeName) -> Outcome<Option<Recipe>> {
        let row = sqlx::query("SELECT name, body FROM recipes WHERE name = $1")
            .bind(name.as_str())
            .fetch_optional(&self.readers)
            .await?;
        Ok(one::<RecipeRow, _>(row.as_ref())?)
    }

    pub(crate) async fn list_recipes(&self) -> Outcome<Vec<Recipe>> {
        let rows = sqlx::query(ALL).fetch_all(&self.readers).await?;
        Ok(all::<RecipeRow, _>(&rows)?)
    }
}

/// The first digits of a hash, enough for people to tell two apart.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
