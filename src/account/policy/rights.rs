//! What the policies of one principal allow, statement by statement: what one allows, another may deny.

use super::binding::{Caller, Holds, PASSED_TO, holds_in_allow, holds_in_deny, passes_to};
use super::document::{Condition, Document, Patterns, Statement};
use super::glob::{covers, is_every_resource};
use super::index::Indexes;

/// A policy and how the principal comes by it: `inline policy x`, `AdministratorAccess through group admins`.
#[derive(Debug, Clone, Copy)]
pub struct Held<'p> {
    /// In words.
    pub by: &'p str,
    /// What it says.
    pub document: &'p Document,
}

/// A statement, with the conditions that are a limit in it.
#[derive(Debug)]
pub struct Right<'p> {
    /// By which policy, in words.
    pub by: &'p str,
    /// What it says.
    pub statement: &'p Statement,
    /// The resources, with the variables that are known.
    resources: Option<Patterns>,
    /// Of an Allow: conditions that hold in special calls only. Of a Deny: those that do not hold in every call.
    pub limits: Vec<&'p Condition>,
}

/// What several policies give together.
#[derive(Debug)]
pub struct Rights<'p> {
    /// What is allowed.
    pub allows: Indexed<'p>,
    /// What is denied, in ordinary calls at least.
    pub denies: Indexed<'p>,
    caller: Caller<'p>,
}

/// Statements, and the same by action and resource.
#[derive(Debug, Default)]
pub struct Indexed<'p> {
    list: Vec<Right<'p>>,
    /// How many patterns of resources they have.
    patterns: usize,
    by: Indexes,
}

impl<'p> Indexed<'p> {
    fn push(&mut self, right: Right<'p>) {
        self.patterns += right.resources.as_ref().map_or(1, |resources| resources.list.len());
        self.list.push(right);
    }

    /// Those that mean an action on a target.
    fn on(&self, action: &str, target: &str, means: fn(&Right<'p>, &str) -> bool) -> Vec<&Right<'p>> {
        let of = |at: usize| self.list.get(at).filter(|right| means(right, action))?.resources.as_ref();
        let all = (self.list.len(), self.patterns);
        let Some(found) = self.by.candidates(all, (action, target), of) else {
            return self.list.iter().filter(|right| means(right, action) && right.is_on(target)).collect();
        };
        let found = found.into_iter().filter_map(|at| self.list.get(at));
        // Those that were looked up are on it.
        found.filter(|right| !right.is_by_exception() || right.is_on(target)).collect()
    }
}

impl<'p> std::ops::Deref for Indexed<'p> {
    type Target = [Right<'p>];

    fn deref(&self) -> &[Right<'p>] {
        &self.list
    }
}

impl<'p> Rights<'p> {
    /// The rights of somebody who holds these policies. Statements that speak of nothing that makes an administrator are
    /// left out.
    pub fn of(held: &[Held<'p>], caller: Caller<'p>) -> Self {
        let mut rights = Self { allows: Indexed::default(), denies: Indexed::default(), caller };
        for held in held {
            for statement in held.document.of_power() {
                if let Some(right) = Right::of(held.by, statement, &caller) {
                    let list = if statement.allows { &mut rights.allows } else { &mut rights.denies };
                    list.push(right);
                }
            }
        }
        rights
    }

    /// Whether an action is allowed on a resource in ordinary calls. Both may be patterns: then all that they mean, but
    /// for single things that are denied.
    pub fn allow(&self, action: &str, target: &str) -> bool {
        self.allowing(action, target).is_some() && !self.denied(action, target)
    }

    /// A statement that allows it.
    pub fn allowing(&self, action: &str, target: &str) -> Option<&Right<'p>> {
        self.meaning(action, target).into_iter().find(|right| right.limits.is_empty())
    }

    /// Statements that allow all of it, in some calls at least.
    fn meaning(&self, action: &str, target: &str) -> Vec<&Right<'p>> {
        self.allows.on(action, target, Right::means)
    }

    /// Statements that deny all of it, in ordinary calls at least.
    fn taking(&self, action: &str, target: &str) -> Vec<&Right<'p>> {
        self.denies.on(action, target, Right::denies)
    }

    /// Whether a Deny takes all of it in ordinary calls.
    pub fn denied(&self, action: &str, target: &str) -> bool {
        !self.taking(action, target).is_empty()
    }

    /// Whether a Deny takes all of it in every call.
    pub fn taken(&self, action: &str, target: &str) -> bool {
        self.taking(action, target).iter().any(|right| right.limits.is_empty())
    }

    /// Whether an action is allowed on some resource, whichever it is.
    pub fn allow_somewhere(&self, action: &str) -> bool {
        self.allowing_somewhere(action).next().is_some()
            && !self.denies.iter().any(|right| right.denies(action) && right.is_everywhere())
    }

    /// Statements that allow an action in ordinary calls.
    pub fn allowing_somewhere(&self, action: &str) -> impl Iterator<Item = &Right<'p>> {
        self.allows.iter().filter(move |right| right.limits.is_empty() && right.means(action))
    }

    /// Statements that let a role be handed to a service.
    pub fn passing(&self, service: &str) -> impl Iterator<Item = &Right<'p>> {
        let passes = move |right: &&Right<'p>| {
            right.means(PASS_ROLE) && right.limits.iter().all(|limit| self.meets_service(limit, service))
        };
        self.allows.iter().filter(passes)
    }

    /// Whether a Deny keeps a role from a service.
    fn denied_to_pass(&self, service: &str, role: &str) -> bool {
        let for_service = |limit: &&Condition| !is_passed_to(limit) || self.meets_service(limit, service);
        self.taking(PASS_ROLE, role).iter().any(|right| right.limits.iter().all(for_service))
    }

    /// Whether a role may be handed to a service.
    pub fn passes(&self, service: &str, role: &str) -> bool {
        let meets = |right: &&Right<'p>| right.limits.iter().all(|limit| self.meets_service(limit, service));
        self.meaning(PASS_ROLE, role).iter().any(meets) && !self.denied_to_pass(service, role)
    }

    fn meets_service(&self, condition: &Condition, service: &str) -> bool {
        is_passed_to(condition) && passes_to(condition, service, &self.caller)
    }
}

/// Hands a role to a service.
pub const PASS_ROLE: &str = "iam:PassRole";

fn is_passed_to(condition: &Condition) -> bool {
    condition.key.eq_ignore_ascii_case(PASSED_TO)
}

impl<'p> Right<'p> {
    /// `None` where its conditions hold in no call, or for a Deny in special ones only.
    fn of(by: &'p str, statement: &'p Statement, caller: &Caller<'p>) -> Option<Self> {
        let mut limits = Vec::new();
        for condition in &statement.conditions {
            if is_passed_to(condition) {
                limits.push(condition);
                continue;
            }
            let holds = if statement.allows {
                holds_in_allow(condition, caller)
            } else {
                holds_in_deny(condition, caller)
            };
            match (holds, statement.allows) {
                (Holds::Never, _) | (Holds::Rarely, false) => return None,
                (Holds::Rarely, true) | (Holds::Usually, false) => limits.push(condition),
                (Holds::Always, _) | (Holds::Usually, true) => {}
            }
        }
        let resources = statement.resources.as_ref().map(|resources| {
            let list = resources.iter().map(|pattern| caller.expand(pattern).into_owned());
            Patterns { list: list.collect(), all_but: resources.all_but }
        });
        Some(Self { by, statement, resources, limits })
    }

    /// The patterns of resources, where it names those it is on.
    pub fn named_resources(&self) -> impl Iterator<Item = &str> {
        self.resources.iter().filter(|resources| !resources.all_but).flat_map(Patterns::iter)
    }

    /// Whether all that `action` means is meant.
    pub fn means(&self, action: &str) -> bool {
        let patterns = &self.statement.actions;
        // Of `NotAction`, none may touch what is asked.
        let touched = |pattern: &str| covers(pattern, action) || covers(action, pattern);
        let named = |pattern: &str| covers(pattern, action);
        if patterns.all_but { !patterns.iter().any(touched) } else { patterns.iter().any(named) }
    }

    /// Whether a Deny takes all of what `action` means; of `NotAction`, those that are left are not taken.
    fn denies(&self, action: &str) -> bool {
        let patterns = &self.statement.actions;
        patterns.all_but != patterns.iter().any(|pattern| covers(pattern, action))
    }

    /// Whether every resource is meant, or nearly: `NotResource` leaves nearly all of them.
    pub fn is_everywhere(&self) -> bool {
        self.resources
            .as_ref()
            .is_some_and(|resources| resources.all_but != resources.iter().any(is_every_resource))
    }

    fn is_by_exception(&self) -> bool {
        self.resources.as_ref().is_some_and(|resources| resources.all_but)
    }

    /// Whether all of a target is meant; with `NotResource`, but for single things.
    pub fn is_on(&self, target: &str) -> bool {
        self.resources.as_ref().is_some_and(|resources| {
            resources.all_but != resources.iter().any(|pattern| covers(pattern, target))
        })
    }
}
