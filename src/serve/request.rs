//! What HCP Terraform asks, in payload version 1.

use serde::Deserialize;

use super::hosts::AllowedHosts;
use crate::secret::Secret;

/// Longer ids are none.
const LONGEST_ID: usize = 128;
/// What stands for the token when somebody sets the task up and HCP Terraform tries the address.
const TRIAL_TOKEN: &str = "test-token";

/// A request that is to be answered.
#[derive(Debug, Clone)]
pub(super) struct TaskRequest {
    pub id: String,
    pub run: String,
    pub workspace: String,
    pub token: Secret,
    pub callback: String,
    /// `None` before there is a plan.
    pub plan: Option<String>,
    /// `post_plan`.
    pub stage: Stage,
    /// Whether the caller shows more than a message.
    pub takes_outcomes: bool,
    /// `mandatory`, `advisory`: whether a failure stops the run.
    pub enforcement: &'static str,
}

/// When in a run the task is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    PrePlan,
    PostPlan,
    PreApply,
    PostApply,
    Unknown,
}

impl Stage {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::PrePlan => "pre_plan",
            Self::PostPlan => "post_plan",
            Self::PreApply => "pre_apply",
            Self::PostApply => "post_apply",
            Self::Unknown => "unknown",
        }
    }

    fn of(word: &str) -> Self {
        let all = [Self::PrePlan, Self::PostPlan, Self::PreApply, Self::PostApply];
        all.into_iter().find(|stage| stage.word() == word).unwrap_or(Self::Unknown)
    }
}

/// What a signed body turned out to be.
#[derive(Debug)]
pub(super) enum Asked {
    /// HCP Terraform tries whether anybody is here.
    Trial,
    /// A task.
    Task(Box<TaskRequest>),
}

#[derive(Deserialize)]
struct Written {
    payload_version: u64,
    #[serde(default)]
    stage: String,
    #[serde(default)]
    access_token: Option<String>,
    #[serde(default)]
    task_result_id: Option<String>,
    #[serde(default)]
    task_result_callback_url: Option<String>,
    #[serde(default)]
    task_result_enforcement_level: Option<String>,
    #[serde(default)]
    plan_json_api_url: Option<String>,
    #[serde(default)]
    run_id: Option<String>,
    #[serde(default)]
    workspace_name: Option<String>,
    #[serde(default)]
    capabilities: Option<Capabilities>,
}

#[derive(Deserialize)]
struct Capabilities {
    #[serde(default)]
    outcomes: bool,
}

/// Reads a body whose signature is right. The error says what is wrong with it and quotes nothing.
pub(super) fn read(body: &[u8], hosts: &AllowedHosts) -> Result<Asked, &'static str> {
    let written: Written = serde_json::from_slice(body).map_err(|_| "the body is no run task request")?;
    if written.payload_version != 1 {
        return Err("only payload_version 1 is known");
    }
    let token = Secret::new(written.access_token.unwrap_or_default());
    if token.expose() == TRIAL_TOKEN {
        return Ok(Asked::Trial);
    }
    if token.expose().is_empty() {
        return Err("access_token is missing");
    }
    let id = written.task_result_id.filter(|id| is_id(id)).ok_or("task_result_id is missing or no id")?;
    let callback = written.task_result_callback_url.ok_or("task_result_callback_url is missing")?;
    // Nobody could be told the outcome: better said now than lost later.
    hosts.check(&callback).map_err(|_| "the host of task_result_callback_url is not allowed")?;
    let name = |text: Option<String>| text.filter(|text| is_id(text)).unwrap_or_else(|| "-".to_owned());
    Ok(Asked::Task(Box::new(TaskRequest {
        id,
        run: name(written.run_id),
        workspace: name(written.workspace_name),
        token,
        callback,
        plan: written.plan_json_api_url.filter(|address| !address.is_empty()),
        stage: Stage::of(&written.stage),
        takes_outcomes: written.capabilities.is_none_or(|known| known.outcomes),
        enforcement: match written.task_result_enforcement_level.as_deref() {
            Some("mandatory") => "mandatory",
            Some("advisory") => "advisory",
            _ => "unknown",
        },
    })))
}

/// Ids and names of workspaces: letters, digits, dashes and underscores. Only such are logged.
fn is_id(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    !text.is_empty() && text.len() <= LONGEST_ID && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn payload() -> Value {
        json!({
            "payload_version": 1,
            "stage": "post_plan",
            "access_token": "a-token",
            "task_result_id": "taskrs-1",
            "task_result_callback_url": "https://app.terraform.io/api/v2/task-results/1/callback",
            "task_result_enforcement_level": "mandatory",
            "plan_json_api_url": "https://app.terraform.io/api/v2/plans/plan-1/json-output",
            "run_id": "run-1",
            "workspace_name": "app",
            "capabilities": {"outcomes": true},
            "anything": {"new": []},
        })
    }

    fn asked(change: impl FnOnce(&mut Value)) -> Result<Asked, &'static str> {
        let mut payload = payload();
        change(&mut payload);
        read(payload.to_string().as_bytes(), &AllowedHosts::new(&[], false).unwrap())
    }

    fn task(change: impl FnOnce(&mut Value)) -> TaskRequest {
        match asked(change) {
            Ok(Asked::Task(task)) => *task,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_request_is_understood() {
        let task = task(|_| ());
        assert_eq!(
            (task.id.as_str(), task.stage, task.enforcement),
            ("taskrs-1", Stage::PostPlan, "mandatory")
        );
        assert!(task.takes_outcomes && task.plan.is_some());
        assert!(!format!("{task:?}").contains("a-token"));
    }

    #[test]
    fn a_trial_asks_for_nothing() {
        let trial = asked(|payload| {
            payload["access_token"] = "test-token".into();
            payload["task_result_callback_url"] = Value::Null;
        });
        assert!(matches!(trial, Ok(Asked::Trial)));
    }

    #[test]
    fn what_cannot_be_answered_is_refused() {
        for (field, value) in [
            ("payload_version", json!(2)),
            ("access_token", json!("")),
            ("task_result_id", json!("a\nb")),
            ("task_result_id", json!(7)),
            ("task_result_callback_url", json!("https://169.254.169.254/")),
            ("task_result_callback_url", Value::Null),
        ] {
            let told = asked(|payload| payload[field] = value.clone());
            assert!(told.is_err(), "{field}: {told:?}");
        }
        let hosts = AllowedHosts::new(&[], false).unwrap();
        assert!(read(b"", &hosts).is_err() && read(b"[]", &hosts).is_err() && read(&[0xff], &hosts).is_err());
        assert!(read("[".repeat(100_000).as_bytes(), &hosts).is_err());
    }

    #[test]
    fn names_that_could_spoil_a_log_are_not_taken() {
        let task = task(|payload| payload["workspace_name"] = "a b\nINFO forged".into());
        assert_eq!(task.workspace, "-");
    }
}
