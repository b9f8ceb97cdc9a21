//! Near misses: which of the names that exist was probably meant.

/// The number of insertions, deletions, replacements and swaps of neighbours between two texts.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = a[i - 1] == b[j - 1];
            let mut best = (rows[i - 1][j] + 1)
                .min(row[j - 1] + 1)
                .min(rows[i - 1][j - 1] + usize::from(!same));
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// The nearest of the candidates, where one is near enough to have been meant.
fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Names are short; a long text is no misspelt name, and comparing it would take long.
    if name.len() > 64 {
        return None;
    }
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .filter(|candidate| candidate.len() <= 64)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(far, _)| *far <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// What to do about a name that isn't there: the near miss, the names that are, or `otherwise`.
pub(super) fn remedy<'a>(
    name: &str,
    candidates: impl Iterator<Item = &'a str> + Clone,
    otherwise: &str,
) -> String {
    if let Some(meant) = nearest(name, candidates.clone()) {
        return format!("did you mean `{meant}`?");
    }
    let all: Vec<String> = candidates
        .take(31)
        .map(|name| format!("`{name}`"))
        .collect();
    match all.as_slice() {
        [one] => format!("use {one}"),
        [first @ .., last] if all.len() <= 30 => format!("use {} or {last}", first.join(", ")),
        // None, or too many to list.
        _ => otherwise.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_miss_is_named_and_a_far_one_is_not() {
        let names = || ["flavor", "image", "count"].into_iter();
        assert_eq!(nearest("flavour", names()), Some("flavor"));
        assert_eq!(nearest("imgae", names()), Some("image"));
        assert_eq!(nearest("placement", names()), None);
        assert_eq!(
            remedy("placement", names(), "-"),
            "use `flavor`, `image` or `count`"
        );
        assert_eq!(remedy("x", std::iter::empty(), "define it"), "define it");
    }
}
