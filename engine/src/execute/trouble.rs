//! Trouble, for people: what happened, why in the cloud's own words, and what to do.

use model::key::Key;
use model::name::EnvironmentName;
use model::operation::Trouble;
use plan::Plan;
use plan::steps::Step;

use crate::port::CloudError;

/// A call failed for good.
pub(super) fn call_failed(step: &Step, error: &CloudError) -> Trouble {
    let todo = match error {
        CloudError::NotFound(_) => "Something it needs was taken away meanwhile: try again.",
        CloudError::Conflict(_) => "Look at what is in the way, then try again.",
        CloudError::Quota { .. } => "Free some of that quota or ask for more, then try again.",
        CloudError::Refused(_) => {
            "Correct what the cloud refuses in the file or recipe, then try again."
        }
        CloudError::NotOffered(_) => {
            "Leave out what this cloud does not have, or choose another cloud."
        }
        CloudError::Throttled { .. }
        | CloudError::Unreachable(_)
        | CloudError::Unavailable(_)
        | CloudError::Unanswered(_) => {
            "The cloud was asked several times: see how it does, then try again."
        }
        CloudError::CredentialGone(_) => "Renew the credential of this cloud, then try again.",
        CloudError::Unexpected(_) => "The log has the details: report them, then try again.",
    };
    let why = match error {
        CloudError::Quota {
            which,
            need,
            free,
            words,
        } => {
            let amount = match (need, free) {
                (Some(need), Some(free)) => format!(" {need} needed, {free} free."),
                (Some(need), None) => format!(" {need} needed."),
                (None, Some(free)) => format!(" {free} free."),
                (None, None) => String::new(),
            };
            format!("{words} (quota: {which}).{amount}")
        }
        other => other.to_string(),
    };
    Trouble {
        what: format!("The cloud did not {} {}.", step.act.verb(), step.key),
        why,
        todo: todo.into(),
    }
}

/// The cloud took it and then failed to make it, each time.
pub(super) fn attempts_failed(step: &Step, attempts: u32, why: &str) -> Trouble {
    Trouble {
        what: format!(
            "The cloud failed to {} {}, {attempts} times.",
            step.act.verb(),
            step.key
        ),
        why: why.to_owned(),
        todo: "Correct the cause or ask whoever runs the cloud, then try again.".into(),
    }
}

/// A change ended in an error.
pub(super) fn change_failed(step: &Step, why: &str) -> Trouble {
    Trouble {
        what: format!(
            "{} is in an error after the attempt to {} it.",
            step.key,
            step.act.verb()
        ),
        why: why.to_owned(),
        todo: "Look at it in the cloud, then try again.".into(),
    }
}

/// It takes too long.
pub(super) fn too_long(step: &Step, seconds: u64) -> Trouble {
    Trouble {
        what: format!(
            "{} is not done {seconds} s after the cloud took the request to {} it.",
            step.key,
            step.act.verb()
        ),
        why: "The cloud says neither that it is ready nor that it failed.".into(),
        todo: "See how the cloud does, then try again.".into(),
    }
}

/// Several resources carry the mark of one.
pub(super) fn several(key: &Key, ids: &[String]) -> Trouble {
    Trouble {
        what: format!(
            "There are {} resources marked as {key}, where one should be.",
            ids.len(),
        ),
        why: format!("The cloud has {}.", ids.join(", ")),
        todo: "Destroy the environment, which removes them all, and make it anew.".into(),
    }
}

/// What must be changed is not there.
pub(super) fn not_there(step: &Step) -> Trouble {
    Trouble {
        what: format!(
            "{} is not in the cloud, so it could not be changed.",
            step.key
        ),
        why: "It was taken away by somebody else.".into(),
        todo: "Ask for it again: the new plan starts from what is there now.".into(),
    }
}

/// Something of ours is still there after everything was taken away.
pub(super) fn still_there(left: &[String]) -> Trouble {
    Trouble {
        what: format!("{} resources are still there.", left.len()),
        why: format!(
            "They appeared while the others were taken away: {}.",
            left.join(", ")
        ),
        todo: "Destroy it again: the new plan has them too.".into(),
    }
}

/// Everything was done, and it is not as planned.
pub(super) fn came_out_different(again: &Plan) -> Trouble {
    let steps: Vec<String> = again
        .steps
        .iter()
        .map(|step| format!("{} {}", step.act.verb(), step.key))
        .collect();
    Trouble {
        what: "Every step was done, and what is there still differs from the plan.".into(),
        why: format!("It would take: {}.", steps.join(", ")),
        todo: "Somebody or something else is changing it: find out who, then bring it up again."
            .into(),
    }
}

/// It failed, and the way back failed too.
pub(super) fn on_the_way_back(first: &Trouble, second: &Trouble) -> Trouble {
    Trouble {
        what: format!("{} Then the way back failed: {}", first.what, second.what),
        why: format!("{} Then: {}", first.why, second.why),
        todo: second.todo.clone(),
    }
}

/// It failed, and something stayed behind.
pub(super) fn left_behind(first: &Trouble, left: &[String]) -> Trouble {
    on_the_way_back(first, &still_there(left))
}

/// An instance is to be made as it was, and nobody knows any more what it was told.
pub(super) fn forgotten(step: &Step) -> Trouble {
    Trouble {
        what: format!("{} can't be made as it was.", step.key),
        why: "No stored state of the environment says what it ran when it first started.".into(),
        todo: "Bring the environment up: it is then made as it is planned now.".into(),
    }
}

/// Instances run, and never said that they are ready.
pub(super) fn never_reported(
    environment: &EnvironmentName,
    instances: &[Key],
    seconds: u64,
) -> Trouble {
    let names: Vec<&str> = instances.iter().map(Key::name).collect();
    let first = names.first().copied().unwrap_or_default();
    let never = match names.as_slice() {
        [one] => format!("{one} runs and never reported that it is ready."),
        all => format!(
            "{} run and never reported that they are ready.",
            all.join(", ")
        ),
    };
    Trouble {
        what: never,
        why: format!(
            "The cloud says that they run, and nothing inside them has called Understudy for \
             {seconds} s: a first boot that failed, or no way from there to here."
        ),
        todo: format!(
            "Read their consoles, which were kept: `understudy console {environment} '{first}'`. \
             See whether they can reach the address of --public-url, or give them more time with \
             --report-patience; then try again."
        ),
    }
}

/// An instance ran, and failed before it said that it is ready.
pub(super) fn failed_after_it_ran(step: &Step, why: &str) -> Trouble {
    Trouble {
        what: format!("{} ran, and then failed before it reported.", step.key),
        why: why.into(),
        todo: "If these words of the cloud tell how, remove the cause; then try again.".into(),
    }
}

/// Steps are left and none can begin: a mistake of ours, for plans are sorted.
pub(super) fn nothing_can_go_on() -> Trouble {
    Trouble {
        what: "Steps are left, and none of them can begin.".into(),
        why: "The plan's order has a fault.".into(),
        todo: "Report this with the plan; destroying the environment takes away what was made."
            .into(),
    }
}
