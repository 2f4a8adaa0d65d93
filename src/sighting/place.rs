//! What a file is to somebody who looks for copies of keys: by its path.

/// A kind of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The word that rules and reports use.
    pub word: &'static str,
    /// How values stand in it.
    pub form: Form,
}

/// How a file states values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// Words as a shell reads them, assignments, members: a bare word is a value.
    Plain,
    /// A program: a value is a literal in quotes, all else is an expression.
    Code,
    /// Text for people: a name alone says nothing.
    Prose,
    /// Other people's words: what a name alone says is of no use to anybody.
    Record,
}

macro_rules! places {
    ($($name:ident = $word:literal $form:ident,)+) => {
        $(pub(super) const $name: Place = Place { word: $word, form: Form::$form };)+
    };
}
places! {
    ENVIRONMENT = "environment-file" Plain,
    WORKFLOW = "workflow" Plain,
    PROFILE = "shell-profile" Plain,
    HISTORY = "shell-history" Record,
    REGISTRY = "registry-export" Plain,
    AGENT = "agent-settings" Plain,
    TRANSCRIPT = "agent-transcript" Record,
    MCP = "mcp-settings" Plain,
    AWS = "aws-settings" Plain,
    STATE = "state" Record,
    TERRAFORM = "terraform" Code,
    PACKAGES = "package-manager" Plain,
    NETRC = "netrc" Plain,
    GIT = "git-credentials" Plain,
    COMPOSE = "compose" Plain,
    DOCKERFILE = "dockerfile" Plain,
    SCRIPT = "script" Plain,
    SETTINGS = "configuration" Plain,
    CODE = "code" Code,
    PROSE = "documentation" Prose,
    LOG = "log" Record,
    OTHER = "other" Prose,
    BINARY = "binary" Record,
}

impl Place {
    /// The kind of a file by its path, with `/`.
    pub fn of(path: &str) -> Self {
        let lower = format!("/{}", path.to_ascii_lowercase());
        let name = lower.rsplit('/').next().unwrap_or_default();
        by_folder(&lower, name).or_else(|| by_name(name)).or_else(|| by_ending(name)).unwrap_or(OTHER)
    }

    /// Whether nothing is known of the file.
    pub fn is_unknown(self) -> bool {
        self == OTHER
    }

    /// Whether people put examples there on purpose: `.env.example`.
    pub fn is_sample(path: &str) -> bool {
        let lower = path.to_ascii_lowercase();
        let name = lower.rsplit('/').next().unwrap_or_default();
        ["example", "sample", "template", ".dist", "default"].iter().any(|word| name.contains(word))
    }
}

fn by_folder(path: &str, name: &str) -> Option<Place> {
    let within = |folder: &str| path.contains(folder);
    let place = if within("/.github/workflows/") || within("/.circleci/") {
        WORKFLOW
    } else if within("/.claude/projects/")
        || within("/.codex/sessions/")
        || within("/.claude/file-history/")
        || within("/.claude/shell-snapshots/")
        || within("/.claude/debug/")
        || within("/.claude/paste-cache/")
        || (within("/.claude/") && name == "history.jsonl")
        || (within("/.gemini/tmp/") && name.ends_with(".json"))
    {
        TRANSCRIPT
    } else if within("/.cursor/mcp.json") {
        MCP
    } else if within("/.claude/") || within("/.codex/") || within("/.gemini/") || within("/.cursor/") {
        AGENT
    } else if within("/.aws/") {
        AWS
    } else if within("/.git/") || within("/.config/git/credentials") {
        GIT
    } else if within("/psreadline/") {
        HISTORY
    } else if within("/.docker/") || within("/.kube/") || within("/.config/gh/") {
        SETTINGS
    } else if within("/.cargo/credentials") {
        PACKAGES
    } else if within("/systemd/") || path.ends_with("/etc/environment") {
        SETTINGS
    } else {
        return None;
    };
    Some(place)
}

fn by_name(name: &str) -> Option<Place> {
    let place = match name {
        ".bashrc"
        | ".bash_profile"
        | ".bash_login"
        | ".profile"
        | ".bash_aliases"
        | ".zshrc"
        | ".zshenv"
        | ".zprofile"
        | ".zlogin"
        | ".kshrc"
        | ".cshrc"
        | ".tcshrc"
        | ".envrc"
        | "config.fish"
        | ".xprofile"
        | ".pam_environment"
        | "profile.ps1"
        | "microsoft.powershell_profile.ps1" => PROFILE,
        ".bash_history"
        | ".zsh_history"
        | ".history"
        | ".sh_history"
        | ".ash_history"
        | ".python_history"
        | ".node_repl_history"
        | ".psql_history"
        | ".mysql_history"
        | "fish_history"
        | "consolehost_history.txt" => HISTORY,
        ".claude.json" => AGENT,
        ".mcp.json" | "mcp.json" | "claude_desktop_config.json" => MCP,
        ".npmrc" | ".pypirc" | ".yarnrc" | ".yarnrc.yml" | "pip.conf" | "pip.ini" | "nuget.config" => {
            PACKAGES
        }
        ".netrc" | "_netrc" => NETRC,
        ".git-credentials" | ".gitconfig" => GIT,
        "action.yml"
        | "action.yaml"
        | ".gitlab-ci.yml"
        | "bitbucket-pipelines.yml"
        | "azure-pipelines.yml"
        | "buildspec.yml"
        | ".travis.yml" => WORKFLOW,
        "ntuser.dat" => BINARY,
        "makefile" | "justfile" | "procfile" | "jenkinsfile" => SCRIPT,
        "readme" | "license" | "changelog" => PROSE,
        _ if name == ".env" || name.starts_with(".env.") || name.ends_with(".env") => ENVIRONMENT,
        _ if name.starts_with("docker-compose") || name.starts_with("compose.") => COMPOSE,
        _ if name.starts_with("dockerfile") || name.ends_with(".dockerfile") || name == "containerfile" => {
            DOCKERFILE
        }
        _ if name.ends_with(".tfstate") || name.contains(".tfstate.") => STATE,
        _ => return None,
    };
    Some(place)
}

fn by_ending(name: &str) -> Option<Place> {
    let (_, ending) = name.rsplit_once('.')?;
    let place = match ending {
        "tf" | "tfvars" | "tofu" | "hcl" | "tftpl" => TERRAFORM,
        "reg" => REGISTRY,
        "sh" | "bash" | "zsh" | "fish" | "ksh" | "ps1" | "psm1" | "bat" | "cmd" | "mk" | "tpl" | "tmpl" => {
            SCRIPT
        }
        "py" | "js" | "mjs" | "cjs" | "ts" | "tsx" | "jsx" | "go" | "rs" | "rb" | "java" | "kt" | "kts"
        | "cs" | "php" | "c" | "h" | "cc" | "cpp" | "swift" | "scala" | "ex" | "exs" | "lua" | "pl"
        | "dart" | "vue" | "svelte" | "ipynb" | "gradle" | "groovy" => CODE,
        "md" | "markdown" | "rst" | "adoc" | "txt" | "html" | "htm" => PROSE,
        "log" | "jsonl" | "har" | "csv" => LOG,
        "yml" | "yaml" | "json" | "json5" | "toml" | "ini" | "cfg" | "conf" | "config" | "properties"
        | "xml" | "plist" | "service" => SETTINGS,
        _ => return None,
    };
    Some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_places() {
        for (path, place) in [
            (".env.production", ENVIRONMENT),
            ("a/.github/workflows/x.yml", WORKFLOW),
            ("home/.zsh_history", HISTORY),
            ("AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine/ConsoleHost_history.txt", HISTORY),
            (".claude/settings.local.json", AGENT),
            (".claude/projects/-home-x/1.jsonl", TRANSCRIPT),
            (".mcp.json", MCP),
            (".aws/credentials", AWS),
            (".git/config", GIT),
            ("env.reg", REGISTRY),
            ("terraform.tfstate.backup", STATE),
            ("src/app.py", CODE),
            ("Dockerfile", DOCKERFILE),
            ("RUNBOOK.md", PROSE),
            ("x/unknown", OTHER),
        ] {
            assert_eq!(Place::of(path), place, "{path}");
        }
        assert!(Place::is_sample("a/.env.example") && !Place::is_sample("example/.env"));
    }
}
