//! No secret's text leaves the process: canaries are planted wherever a secret can stand, and every output of
//! every format and log level is searched for them, plain and encoded.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::ValueEnum;
use secretrail::report::Format;
use tempfile::TempDir;

const VERBOSE: [&[&str]; 4] = [&[], &["-v"], &["-vv"], &["-vvv"]];

/// The last four characters of a long literal may be shown: they are the same in every canary.
const LAST_FOUR: &str = "r4Td";

/// Where canaries are planted: a file and its text. `@` is a canary of 20 characters, a new one at each place.
const PLANTS: &[(&str, &str)] = &[
    (
        "terraform.tfstate",
        "{\"version\":4,\"serial\":1,\"outputs\":{\"o\":{\"value\":\"@\",\"sensitive\":true}},\"resources\":[{\"mode\":\"managed\",\"type\":\"aws_db_instance\",\"name\":\"db\",\"instances\":[{\"index_key\":\"@\",\"attributes\":{\"password\":\"@\",\"tags\":{\"x\":\"@\"}},\"sensitive_attributes\":[]}]},{\"mode\":\"managed\",\"type\":\"aws_instance\",\"name\":\"w\",\"instances\":[{\"attributes\":{\"user_data\":\"#!/bin/sh\\nPASSWORD=@\\necho $PASSWORD > /etc/@\\necho @ > /etc/password\\n\"}}]}]}\n",
    ),
    ("broken.tfstate", "{\"version\":4,\"resources\":[{\"attributes\":{\"password\":\"@\" \"@\"}}]}\n"),
    ("variables.tf", "variable \"db_password\" {\n  default = \"@\"\n}\n"),
    (
        "variables_map.tf",
        "variable \"accounts\" {\n  default = { admin = { password = \"@\" }, tokens = [\"x\"] }\n}\n",
    ),
    ("prod.tfvars", "db_password = \"@\"\napi_keys = { stripe_secret_key = \"@\" }\n"),
    ("prod.tfvars.json", "{\"db_password\": \"@\"}\n"),
    ("locals.tf", "locals {\n  api_token = \"@\"\n  nested = { deep = { client_secret = \"@\" } }\n}\n"),
    (
        "provider.tf",
        "provider \"aws\" {\n  secret_key = \"@\"\n}\nprovider \"mysql\" {\n  password = \"@\"\n}\n",
    ),
    ("backend.tf", "terraform {\n  backend \"s3\" {\n    secret_key = \"@\"\n  }\n}\n"),
    (
        "source.tf",
        "module \"private\" {\n  source = \"git::https://oauth2:@\u{1}github.com/example/module.git\"\n  token = \"@\"\n}\n",
    ),
    (
        "here.tf",
        "resource \"aws_instance\" \"a\" {\n  user_data = <<-EOT\n    #!/bin/bash\n    export DB_PASSWORD='@'\n    DB_PASSWORD=@\n    echo \"password=@\" > /etc/app.conf\n    echo \"$DB_PASSWORD\" > /etc/app.pw\n    mysql -u root -p@ -e 'select 1'\n    curl -u admin:@ https://example.com/\n    curl -H 'Authorization: Bearer @' https://example.com/\n    app --password @ --api-key=@\n    echo 'root:@' | chpasswd\n    cat > /etc/db.ini <<CONF\n    user = app\n    password = @\n    CONF\n    docker login -u bot -p @ registry.example.com\n    docker run -e API_TOKEN=@ example/app\n  EOT\n}\n",
    ),
    (
        "cloud.tf",
        "resource \"aws_instance\" \"b\" {\n  user_data = <<-EOT\n    #cloud-config\n    password: @\n    chpasswd:\n      list: |\n        root:@\n    write_files:\n      - path: /etc/app.env\n        content: |\n          API_TOKEN=@\n  EOT\n}\n",
    ),
    (
        "modules.tf",
        "resource \"aws_instance\" \"m\" {\n  user_data = <<-EOT\n    #cloud-config\n    apt:\n      sources:\n        mine:\n          source: deb https://bot:@\u{1}apt.example.com/ stable main\n    yum_repos:\n      inner: {password: \"@\", proxy_password: '@'}\n    users:\n      - name: bob\n        plain_text_passwd: @\n    rh_subscription: {activation-key: @, password: @}\n    api_key @: @\n    write_files:\n      - {path: /etc/x, encoding: b64, content: \"@base64\"}\n    runcmd:\n      - [sh, -c, \"API_TOKEN=@; echo $API_TOKEN > /etc/y\"]\n    broken: [ @\n      password: @\n  EOT\n}\n",
    ),
    (
        "mail.tf",
        "resource \"aws_instance\" \"p\" {\n  user_data = <<-EOT\n    Content-Type: multipart/mixed; boundary=\"@\"\n    MIME-Version: 1.0\n\n    --b\n    Content-Type: text/cloud-config\n\n    password: @\n    --b--\n  EOT\n}\ndata \"cloudinit_config\" \"q\" {\n  part {\n    content_type = \"text/cloud-config\"\n    content = jsonencode({ password = \"@\", chpasswd = { list = \"root:@\" } })\n  }\n}\n",
    ),
    (
        "butane.tf",
        "data \"ct_config\" \"c\" {\n  content = <<-EOT\n    variant: fcos\n    version: 1.5.0\n    passwd:\n      users:\n        - name: core\n          password_hash: @\n    storage:\n      files:\n        - path: /etc/x\n          contents: {inline: \"password=@\"}\n  EOT\n}\n",
    ),
    (
        "calls.tf",
        "module \"app\" {\n  source = \"./app\"\n  db_password = \"@\"\n  settings = jsonencode({ password = \"@\", \"api_key\" : \"@\" })\n}\n",
    ),
    (
        "app/main.tf",
        "variable \"db_password\" {\n  sensitive = true\n}\nvariable \"settings\" {}\nresource \"aws_instance\" \"app\" {\n  user_data = templatefile(\"${path.module}/boot.tpl\", {\n    db_password = var.db_password\n    api_token = \"@\"\n    settings = var.settings\n  })\n}\n",
    ),
    (
        "app/boot.tpl",
        "#!/bin/bash\necho \"${db_password}\" > /etc/db; ADMIN_PASSWORD=@\nexport SECRET_KEY=\"@\"\necho '${settings}' > /etc/settings.json\necho ${api_token} > /etc/token # was @ghp\n",
    ),
    (
        "run.sh",
        "#!/bin/bash\nset -x\nAPI_TOKEN=@\nexport PGPASSWORD=\"@\"\necho \"$API_TOKEN\" | tee /etc/token\nsed -i \"s/PASSWORD/@/\" /etc/app.conf\n",
    ),
    (
        "made.tf",
        "locals {\n  a_password = format(\"%s-%s\", \"ab\", \"@\")\n  b_password = join(\"\", [\"Ab\", \"@\"])\n  c_password = yamldecode(\"a: @\").a\n  d_password = csvdecode(\"a\\n@\")[0].a\n  e_password = keys({ \"@\" = 1 })[0]\n  f_password = formatlist(\"%s\", [\"@\"])\n  g_password = \"ab${\"@\"}\"\n  h_password = flatten([[\"@\"]])[0]\n  i_password = \"%{ if true }@%{ endif }\"\n  j_password = var.x ? \"@\" : \"@\"\n  k_passwords = { one = \"@\" }\n  l_password = base64decode(jsondecode(\"[\\\"@\\\"]\")[0])\n}\nresource \"local_file\" \"made\" {\n  filename = \"/etc/made\"\n  content = \"${local.a_password}${local.b_password}${local.c_password}${local.d_password}${local.e_password}${local.f_password[0]}${local.g_password}${local.h_password}${local.i_password}${local.j_password}${local.l_password}\"\n}\n",
    ),
    (
        "quoted/docker-compose.yml",
        "services:\n  db:\n    environment:\n      API_TOKEN: \"pa\\\"@$9\"\n      DB_PASSWORD: \"x9\\\"@\"\n",
    ),
    (
        "made.sh",
        "#!/bin/bash\nA_PASSWORD=$(echo \"@base64\" | base64 -d)\necho $A_PASSWORD > /etc/a\nA_TOKEN=$(echo \"@\" | tr a-z n-za-m); echo $A_TOKEN > /etc/y\nB_PASSWORD=$(jq -r .password <<< '{\"password\":\"@\"}')\necho $B_PASSWORD > /etc/b\nC_PASSWORD=$(rev <<< @)\necho $C_PASSWORD > /etc/c\n",
    ),
    (
        "fetch.sh",
        "#!/bin/bash\nA=$(vault kv get -field=password X-Vault-Token=@ secret/app)\necho $A > /etc/a\nB=$(sops --extract '[\"@\"]' -d x.yaml)\necho $B > /etc/b\nC=$(op item get --password @ app)\necho $C > /etc/c\nD=$(bw get password @)\necho $D > /etc/d\necho $(vault read @) > /etc/e\nop read \"op://vault/@/key\" > /etc/f\nvault kv get secret/@ > /etc/g\nkubectl get secret --token @ -n ns app > /etc/h\naws ssm get-parameter --with-decryption --name @ > /etc/i\npass show x=@ > /etc/j\nG=$(gcloud secrets versions access latest --secret=@)\necho $G > /opt/@/file\ncurl -H \"X-Vault-Token: @\" https://vault/v1/secret/data/app > /etc/k\nlpass show -p@ login > /etc/l\ncredstash get app k=@ > /etc/m\n",
    ),
    (
        "setup.ps1",
        "param($DbPassword = \"@\")\n$password = '@'\n${the @ token} = '@'\n$t = @{ Password = \"@\"; '@ password' = '@' }\n$t.Token = '@'\nSet-Content C:\\a $password\n$s = ConvertTo-SecureString '@' -AsPlainText -Force\n[Environment]::SetEnvironmentVariable('API_TOKEN', '@', 'Machine')\nsetx API_TOKEN \"@\" /M\nreg add HKLM\\App /v password /d @ /f\nschtasks /create /rp @ /tn t\ncmdkey /add:h /user:u /pass:@\napp.exe --password=@ --token @\n& \"C:\\app.exe\" --api-key \"@\"\nfunction @() { $password }\n$x = Get-SECSecretValue -SecretId '@ @'\nAdd-Content C:\\b $x.'@ name'\n\"{0}\" -f $password | Out-File C:\\c\n$token = \"@\nWrite-Host $token\n",
    ),
    (
        "windows.tf",
        "resource \"aws_instance\" \"w\" {\n  user_data = <<-EOT\n    <script>\n    set DB_PASSWORD=@\n    echo %DB_PASSWORD% > C:\\a\n    setx API_TOKEN @ /M\n    </script>\n    <powershell>\n    $password = \"@\"\n    $password | Set-Content C:\\b\n    Write-Host $password\n    </powershell>\n  EOT\n}\n",
    ),
    (".env", "API_TOKEN=@\nDB_PASSWORD='@'\nexport STRIPE_SECRET_KEY=\"@\"\n"),
    (
        "url.tf",
        "locals {\n  database_url = \"postgres://app:@\u{1}db.example.com/app\"\n  redis = \"redis://:@\u{1}cache:6379\"\n}\n",
    ),
    (
        "comment.tf",
        "locals {\n  github_token = \"@\" # before: @ghp\n  // the old password = \"@\"\n  /* api_key = \"@\" */\n}\n",
    ),
    (
        "broken.tf",
        "resource \"aws_db_instance\" \"db\" {\n  password = \"@\" = \"@\"\n}\nresource \"x\" {\n  master_password = \"@\n",
    ),
    (
        "broken_here.tf",
        "resource \"aws_instance\" \"c\" {\n  user_data = <<EOT\nDB_PASSWORD=@\n${db_password = \"@\"\n",
    ),
    ("broken.tpl", "#!/bin/bash\nDB_PASSWORD=@\necho ${if x} password=@ > /etc/x\n%{ for a in \"@ghp\" }\n"),
    ("broken.tf.json", "{\"resource\": {\"aws_db_instance\": {\"db\": {\"password\": \"@\",,}}}}\n"),
    (
        "plain.tf.json",
        "{\"resource\": {\"aws_db_instance\": {\"db\": {\"password\": \"@\", \"url\": \"https://u:@\u{1}h/\"}}}}\n",
    ),
    (
        "encode.tf",
        "resource \"aws_launch_template\" \"d\" {\n  user_data = base64encode(\"#!/bin/sh\\necho @ > /etc/password; echo 'password: @' > /etc/x\\n\")\n}\noutput \"password\" {\n  value = base64encode(\"@\")\n}\nlocals {\n  signing_key = \"@base64\"\n}\n",
    ),
    (
        "provision.tf",
        "resource \"null_resource\" \"n\" {\n  connection {\n    password = \"@\"\n  }\n  provisioner \"remote-exec\" {\n    inline = [\"echo 'password=@' > /etc/app.ini\", \"echo 'token=@ghp' >> /etc/x\"]\n  }\n  provisioner \"local-exec\" {\n    command = \"curl -u bot:@ https://example.com\"\n    environment = { API_TOKEN = \"@\" }\n  }\n}\n",
    ),
    (
        "ignores.tf",
        "variable \"app_token\" {\n  sensitive = true\n}\nresource \"aws_instance\" \"i\" {\n  # secretrail:ignore secret-in-user-data,secret-written-to-disk until=2999-01-31 reason=\"the old one was @ and @ghp\"\n  user_data = \"#!/bin/sh\\necho ${var.app_token} > /etc/i\\n\"\n}\n# secretrail:ignore secret-in-boot-log until=2999-01-31 reason=\"password=@\"\n# secretrail:ignore secret-in-boot-log until=2001-01-31 reason=\"@\"\n# secretrail:ignore @ until=2999-01-31 reason=\"@\"\n# secretrail:ignore secret-in-boot-log until=@ reason=\"@\n# secretrail:ignore secret-in-boot-log @ghp\n",
    ),
    (
        "secretrail.toml",
        "# @\n[[ignore]]\nrule = \"secret-in-boot-log\"\nname = \"@\"\nsecret = \"@\"\nfingerprint = \"@\"\npath = \"@/**\"\nreason = \"@\"\n\n[[ignore]]\nrule = \"secret-in-process-arguments\"\nreason = \"it was @ and @ghp\"\n\n[[accept-gap]]\npath = \"broken.tf\"\nreason = \"the password was @ and DB_PASSWORD=@, now @ghp\"\n",
    ),
    (
        "container.tf",
        "resource \"aws_ecs_task_definition\" \"t\" {\n  container_definitions = jsonencode([{ environment = [{ name = \"DB_PASSWORD\", value = \"@\" }] }])\n}\nresource \"aws_lambda_function\" \"f\" {\n  environment {\n    variables = { API_TOKEN = \"@\" }\n  }\n}\n",
    ),
    (
        "kept.tf",
        "resource \"aws_ecs_task_definition\" \"k\" {\n  container_definitions = <<JSON\n[{\"environment\": [{\"name\": \"DB_PASSWORD\", \"value\": \"@\"}, {\"name\": \"@\", \"value\": \"x\"}], \"secrets\": [{\"name\": \"T\", \"valueFrom\": \"@ghp\"}]}]\nJSON\n}\nresource \"aws_ssm_parameter\" \"p\" {\n  name = \"/app/api_token\"\n  type = \"String\"\n  value = \"@\"\n}\nresource \"aws_s3_object\" \"o\" {\n  key = \"k\"\n  content = \"password=@\\nurl=https://u:@\u{1}h/\"\n}\nresource \"helm_release\" \"h\" {\n  values = [yamlencode({ db = { password = \"@\" } })]\n  set {\n    name = \"db.password\"\n    value = \"@\"\n  }\n}\noutput \"api_token\" {\n  value = \"@\"\n}\nresource \"aws_secretsmanager_secret_version\" \"s\" {\n  secret_string = \"@\"\n}\n",
    ),
    (
        "Dockerfile",
        "FROM scratch\nARG NPM_TOKEN=@\nENV A=1 DB_PASSWORD=\"@\" \\\n  API_TOKEN=@\nENV SMTP_PASSWORD @\nENV B_TOKEN=@$X\n",
    ),
    (
        "docker-compose.yml",
        "services:\n  db:\n    environment:\n      DB_PASSWORD: \"@\"\n      API_TOKEN: ${API_TOKEN:-@}\n  app:\n    environment:\n      - SMTP_PASSWORD=@\n      - \"APP_SECRET=@\"\n",
    ),
    (
        "image.pkr.hcl",
        "variable \"api_token\" {\n  default = \"@\"\n}\nbuild {\n  provisioner \"shell\" {\n    environment_vars = [\"DB_PASSWORD=@\", \"API_TOKEN=${var.api_token}\"]\n    inline = [\"echo $API_TOKEN $DB_PASSWORD > /etc/x\"]\n  }\n}\n",
    ),
];

/// Values that are hard to hide: each with its text in HCL and everything it may look like in an output.
struct Odd {
    hcl: &'static str,
    value: &'static str,
}

const ODD: &[Odd] = &[
    Odd { hcl: r#"q7Zk!2"#, value: "q7Zk!2" },
    Odd { hcl: r#"pa\"Xq8w\"s"#, value: "pa\"Xq8w\"s" },
    Odd { hcl: r#"b\\Wv5n\\k2"#, value: "b\\Wv5n\\k2" },
    Odd { hcl: r#"50%%{x}Yt6%zq"#, value: "50%{x}Yt6%zq" },
    Odd { hcl: r#"$${Jd3}`Hx9`;&|<>"#, value: "${Jd3}`Hx9`;&|<>" },
    Odd { hcl: r#"gän\u00e9Sß7€x"#, value: "gänéSß7€x" },
    Odd { hcl: r#"with Ug4 two Pz1"#, value: "with Ug4 two Pz1" },
    Odd { hcl: r#"<b>Mk2</b>|*_`Nn7"#, value: "<b>Mk2</b>|*_`Nn7" },
    Odd { hcl: r#"::error::Vc6%0Aj"#, value: "::error::Vc6%0Aj" },
];

const KEY_LINES: [&str; 4] = [
    "MC4CAQAwBQYDK2VwBCIEIKq9PzW3vYtHc0LdNfXsRm4uJgB7",
    "Ze2TaKxQwV5oCyUiDnMbEr8hSkGfPl1Jt6OsIAX3vYtHc0Ld",
    "Qw7RnMvBc2XkZpLd9FsGhJt4YuEiOaKq3WxCzVbNmTr5SyUo",
    "DfGh6JkLpQw8ErTyUiOp1AsZxCvBn2MqWeRtYu==",
];

/// All formats by their names: a new one is searched, too.
fn formats() -> Vec<String> {
    let name = |format: &Format| format.to_possible_value().expect("a name").get_name().to_owned();
    Format::value_variants().iter().map(name).collect()
}

struct Tree {
    folder: TempDir,
    /// What must not be seen, with the kind of file that it is in.
    needles: Vec<(String, String)>,
}

impl Tree {
    fn new() -> Self {
        Self { folder: TempDir::new().expect("a temporary folder"), needles: Vec::new() }
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    fn hide(&mut self, needle: impl Into<String>, file: &str) {
        self.needles.push((needle.into(), file.to_owned()));
    }

    /// Replaces every `@` of a text by a canary of its own.
    fn plant(&mut self, name: &str, text: &str) {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('@') {
            let number = self.needles.len() + 100;
            // What is searched for is in the middle: a part of a secret is one too.
            let core = format!("Kx7{number}Qw9vL");
            let value = format!("{core}m3{LAST_FOUR}");
            out.push_str(before);
            if let Some(after) = after.strip_prefix("ghp") {
                let token = format!("glpat-{core}m3xYz{LAST_FOUR}");
                out.push_str(&token);
                rest = after;
            } else if let Some(after) = after.strip_prefix("base64") {
                let encoded = STANDARD.encode(&value);
                self.hide(&encoded[4..20], name);
                out.push_str(&encoded);
                rest = after;
            } else {
                out.push_str(&value);
                rest = after;
            }
            self.hide(core, name);
            self.hide(&STANDARD.encode(&value)[..18], name);
        }
        out.push_str(rest);
        self.write(name, &out.replace('\u{1}', "@"));
    }

    fn run(&self, arguments: &[&str], temporary: &Path) -> Vec<(&'static str, String)> {
        let (code, told) = self.run_for_code(arguments, temporary);
        assert!(matches!(code, Some(1..=3)), "{arguments:?}: {told:?}");
        told
    }

    /// The same, whatever the exit code.
    fn run_any(&self, arguments: &[&str], temporary: &Path) -> Vec<(&'static str, String)> {
        self.run_for_code(arguments, temporary).1
    }

    fn run_for_code(
        &self,
        arguments: &[&str],
        temporary: &Path,
    ) -> (Option<i32>, Vec<(&'static str, String)>) {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("secretrail"));
        command.env_clear().env("TMPDIR", temporary).current_dir(self.folder.path()).args(arguments);
        let output = command.output().expect("it runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        let told = vec![("standard output", text(output.stdout)), ("standard error", text(output.stderr))];
        (output.status.code(), told)
    }

    /// Needles that an output holds.
    fn seen(&self, output: &str) -> Vec<String> {
        let seen = self.needles.iter().filter(|(needle, _)| output.contains(needle.as_str()));
        seen.map(|(needle, file)| {
            let line =
                output.lines().find(|line| line.contains(needle.as_str())).unwrap_or("over several lines");
            format!("{needle} of {file}: {line:.300}")
        })
        .collect()
    }

    /// Runs all formats and log levels, and searches everything that they leave.
    fn search(&self) {
        let temporary = TempDir::new().expect("a temporary folder");
        let reports = TempDir::new().expect("a temporary folder");
        let mut leaks = Vec::new();
        for format in &formats() {
            for verbose in VERBOSE {
                let arguments = [&["scan", "--all", "--format", format], verbose].concat();
                for (place, output) in self.run(&arguments, temporary.path()) {
                    leaks.extend(
                        self.seen(&output).into_iter().map(|leak| format!("{format}, {place}: {leak}")),
                    );
                }
            }
            let report = reports.path().join(format);
            let arguments = ["scan", "--all", "-f", format, "-o", report.to_str().expect("UTF-8")];
            self.run(&arguments, temporary.path());
            let written = fs::read_to_string(&report).expect("a report");
            leaks.extend(self.seen(&written).into_iter().map(|leak| format!("{format}, file: {leak}")));
        }
        leaks.sort();
        leaks.dedup();
        assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
        assert_eq!(
            fs::read_dir(temporary.path()).expect("it is there").count(),
            0,
            "temporary files are left"
        );
        assert_eq!(fs::read_dir(reports.path()).expect("it is there").count(), formats().len());
    }
}

#[test]
fn planted_secrets_are_never_shown() {
    let mut tree = Tree::new();
    for (name, text) in PLANTS {
        tree.plant(name, text);
    }
    assert!(tree.needles.len() > 100, "{}", tree.needles.len());
    tree.search();
}

#[test]
fn a_baseline_holds_no_secret_and_shows_none() {
    let mut tree = Tree::new();
    for (name, text) in PLANTS {
        tree.plant(name, text);
    }
    let temporary = TempDir::new().expect("a temporary folder");
    tree.run_any(&["baseline", "-vvv", "-o", "known.json"], temporary.path());
    let written = fs::read_to_string(tree.folder.path().join("known.json")).expect("a baseline");
    assert!(written.lines().count() > 50, "{written}");
    let mut leaks = tree.seen(&written);
    // A baseline that somebody changed by hand.
    let planted =
        written.replace("\"entries\"", "\"note\": \"@\", \"entries\"").replace("\"name\":\"", "\"name\":\"@");
    tree.plant("known.json", &planted);
    for format in &formats() {
        let arguments = ["scan", "-vvv", "-f", format, "--baseline", "known.json"];
        for (_, output) in tree.run_any(&arguments, temporary.path()) {
            leaks.extend(tree.seen(&output));
        }
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

#[test]
fn a_history_holds_no_secret() {
    let mut tree = Tree::new();
    for (name, text) in PLANTS {
        tree.plant(name, text);
    }
    let (temporary, kept) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    let file = kept.path().join("audit.db");
    let file = file.to_str().expect("UTF-8");
    // What is to be told is kept there, too: nobody can be told here.
    tree.write(
        "secretrail.toml",
        &format!(
            "[notify]\nwebhook = {{ url-env = \"U\", secret-env = \"S\" }}\nprometheus = {{ file = \"{file}.prom\" }}\n"
        ),
    );
    for format in ["table", "json"] {
        for (_, output) in tree.run_any(
            &["scan", "-vvv", "-f", format, "--history", file, "--settings", "secretrail.toml"],
            temporary.path(),
        ) {
            assert_eq!(tree.seen(&output), Vec::<String>::new());
        }
    }
    let listed = tree.run_any(&["history", "list", file, "--json"], temporary.path());
    let (_, rest) = listed[0].1.split_once("\"fingerprint\": \"").expect("a finding");
    let (print, _) = rest.split_once('"').expect("its end");
    tree.plant("reason.txt", "the old one was @ghp, its password @");
    let reason = fs::read_to_string(tree.folder.path().join("reason.txt")).expect("it was planted");
    for arguments in [
        ["history", "accept", file, print, "--until", "2999-01-31", "--reason", &reason].as_slice(),
        &["history", "show", file, print],
        &["history", "list", file, "--all", "--json"],
        &["scan", "-f", "json", "--history", file],
    ] {
        for (_, output) in tree.run_any(arguments, temporary.path()) {
            assert_eq!(tree.seen(&output), Vec::<String>::new());
        }
    }
    #[cfg(feature = "notify")]
    {
        let pending = tree.run_any(&["notify", "pending", file, "--json"], temporary.path());
        assert!(pending[0].1.contains("the variable U is not set"), "{pending:?}");
        assert!(Path::new(&format!("{file}.prom")).is_file());
    }
    let mut found = 0;
    for entry in fs::read_dir(kept.path()).expect("the folder") {
        let bytes = fs::read(entry.expect("an entry").path()).expect("a file");
        let text = String::from_utf8_lossy(&bytes);
        found += text.matches("secret-written-to-disk").count();
        assert_eq!(tree.seen(&text), Vec::<String>::new());
    }
    assert!(found > 0, "the history holds no finding");
}

#[test]
fn odd_values_are_never_shown() {
    let mut tree = Tree::new();
    let mut text = String::from("variable \"x_password\" {\n  sensitive = true\n}\n");
    let mut script = String::from("#!/bin/bash\n");
    for (number, odd) in ODD.iter().enumerate() {
        // Alone, in a map, in a template with a flow on the same line, and written by a shell.
        text.push_str(&format!(
            "locals {{\n  password_{number} = \"{0}\"\n  map_{number} = {{ password = \"{0}\" }}\n}}\nresource \"aws_instance\" \"i{number}\" {{\n  user_data = \"#!/bin/sh\\necho ${{var.x_password}} > /etc/a; echo ${{local.password_{number}}} > /etc/b\\n\"\n}}\nresource \"aws_db_instance\" \"d{number}\" {{\n  password = \"{0}\"\n}}\n",
            odd.hcl
        ));
        let quoted = odd.value.replace('\'', "'\\''");
        script.push_str(&format!("DB_PASSWORD='{quoted}'\necho \"$DB_PASSWORD\" > /etc/p{number}\n"));
        let json = serde_json::to_string(odd.value).expect("JSON");
        tree.hide(odd.value, "odd.tf");
        tree.hide(json.trim_matches('"').to_owned(), "odd.tf");
        tree.hide(odd.hcl, "odd.tf");
        tree.hide(STANDARD.encode(odd.value).trim_end_matches('='), "odd.tf");
        let percent: String = odd.value.bytes().map(percent).collect();
        tree.hide(percent, "odd.tf");
        let html = odd.value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        tree.hide(html.replace('|', "\\|"), "odd.tf");
        tree.hide(html, "odd.tf");
        // Twice escaped: a script in HCL in SARIF.
        let twice = serde_json::to_string(odd.hcl).expect("JSON");
        tree.hide(twice.trim_matches('"').to_owned(), "odd.tf");
    }
    tree.write("odd.tf", &text);
    tree.write("odd.sh", &script);
    tree.search();
}

fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

#[test]
fn private_keys_are_never_shown() {
    let mut tree = Tree::new();
    let key = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", KEY_LINES.join("\n"));
    let indented = key.replace('\n', "\n    ");
    let escaped = key.replace('\n', "\\n");
    tree.write("here.tf", &format!("locals {{\n  key = <<-EOT\n    {indented}\n  EOT\n}}\n"));
    tree.write("escaped.tf", &format!("variable \"tls_private_key\" {{\n  default = \"{escaped}\"\n}}\n"));
    tree.write(
        "write.tf",
        &format!("resource \"aws_instance\" \"k\" {{\n  user_data = <<-EOT\n    #!/bin/bash\n    cat > /etc/key.pem <<'KEY'\n    {indented}\n    KEY\n    echo \"{escaped}\" > /etc/other.pem\n  EOT\n}}\n"),
    );
    tree.write("key.tpl", &format!("#!/bin/bash\ncat > /etc/key.pem <<'KEY'\n{key}KEY\n"));
    tree.write("key.tf.json", &format!("{{\"locals\": {{\"private_key\": \"{escaped}\"}}}}\n"));
    tree.write(".env", &format!("PRIVATE_KEY=\"{key}\"\n"));
    for line in KEY_LINES {
        tree.hide(&line[2..26], "a private key");
        tree.hide(&STANDARD.encode(line)[..24], "a private key");
    }
    tree.search();
}

/// A plan with a canary for every `@`.
const PLAN: &str = r##"{"format_version":"1.2","variables":{"db_password":{"value":"@"},"api_keys":{"value":{"stripe":{"secret_key":"@"}}}},
"resource_changes":[
{"address":"aws_instance.a[\"@\"]","mode":"managed","type":"aws_instance","name":"a","change":{"actions":["create"],"after":{"user_data":"#!/bin/bash\nset -x\necho @ > /etc/x\nexport TOKEN=@\necho $TOKEN > /etc/@\ncurl -u a:@ https://x\n"},"after_sensitive":{"user_data":true}}},
{"address":"local_file.b","mode":"managed","type":"local_file","name":"b","change":{"actions":["create"],"after":{"content":"password=@ token=@ghp","filename":"/etc/@ghp"},"after_sensitive":{"content":true,"filename":true}}},
{"address":"aws_db_instance.c","mode":"managed","type":"aws_db_instance","name":"c","change":{"actions":["no-op"],"after":{"password":"@"},"after_sensitive":{"password":true}}},
{"address":"x_y.@","mode":"managed","type":"x_@","name":"@","change":{"actions":["create"],"after":{"@":"#!/bin/sh\necho @ghp > /etc/@\n"}}}],
"prior_state":{"values":{"root_module":{"resources":[{"address":"data.aws_ssm_parameter.p","mode":"data","type":"aws_ssm_parameter","name":"p","values":{"name":"/x/password","value":"@"}}]}}},
"configuration":{"root_module":{"variables":{"db_password":{"sensitive":true}},"module_calls":{"m":{"source":"./m","expressions":{"token":{"constant_value":"@"},"@":{"references":["var.@"]}},"module":{"variables":{"token":{}}}}},
"resources":[{"address":"aws_instance.a","mode":"managed","type":"aws_instance","name":"a","provisioners":[{"type":"local-exec","expressions":{"command":{"references":["var.db_password","local.@"]}}}],"expressions":{"user_data":{"references":["var.db_password"]}}}]}}}
"##;

#[test]
fn plans_are_never_shown() {
    let mut tree = Tree::new();
    tree.plant("plan.json", PLAN);
    tree.write("main.tf", "variable \"db_password\" {\n  sensitive = true\n}\nresource \"aws_instance\" \"a\" {\n  user_data = \"#!/bin/sh\\n\"\n}\n");
    let planted = fs::read_to_string(tree.folder.path().join("plan.json")).expect("a plan");
    let inputs =
        [planted.clone(), planted[..planted.len() / 2].to_owned(), planted.replace("\"1.2\"", "\"1.2\" ?")];
    let temporary = TempDir::new().expect("a temporary folder");
    let mut leaks = Vec::new();
    for (number, input) in inputs.iter().enumerate() {
        tree.write("plan.json", input);
        for format in &formats() {
            let ways: [&[&str]; 2] = [&["--plan", "plan.json"], &["--plan", "plan.json", "."]];
            for way in ways {
                let arguments = [&["scan", "--all", "-vvv", "--format", format], way].concat();
                for (place, output) in tree.run(&arguments, temporary.path()) {
                    assert!(number > 0 || place != "standard output" || output.contains("a"), "{output}");
                    leaks.extend(
                        tree.seen(&output).into_iter().map(|leak| format!("{format}, {place}: {leak}")),
                    );
                }
            }
        }
    }
    leaks.sort();
    leaks.dedup();
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
    assert_eq!(fs::read_dir(temporary.path()).expect("it is there").count(), 0, "temporary files are left");
}

#[test]
fn errors_never_quote_files() {
    let mut tree = Tree::new();
    tree.write("main.tf", "locals {}\n");
    tree.plant("values.tfvars", "db_password = \"@\"\n");
    tree.plant("typed.toml", "off = \"@\"\n");
    tree.plant("word.toml", "fail-on = \"@\"\n");
    tree.plant("list.toml", "fail-on = [\"@\"]\nexclude = { \"@\" = 1 }\n");
    tree.plant("unknown.toml", "\"@\" = 1\n");
    tree.plant("unknown_inside.toml", "[notify]\n\"@\" = \"@\"\n");
    tree.plant("broken.toml", "off = [\"@\"\nrules = @\n");
    tree.plant("ignore.toml", "[[ignore]]\nrule = \"@\"\nreason = \"@\"\n");
    tree.plant("ignored.toml", "[[ignore]]\nrule = \"literal-token\"\nreason = \"@\"\nuntil = \"@\"\n");
    tree.plant("baseline.json", "{\"version\": 1, \"entries\": [\"@\"]}\n");
    tree.plant("broken.json", "{\"version\": \"@\n@");
    tree.plant("tokens.toml", "[[rules]]\nid = \"x\"\nregex = \"@\"\nkeywords = \"@\"\n");
    // What is quoted, because a person has to find it: unless it is a token.
    tree.plant("key.toml", "\"@ghp\" = 1\n");
    tree.plant("folder.toml", "rules = [\"nowhere/@ghp\"]\ntokens = \"@ghp.toml\"\n");
    tree.plant(
        "id.toml",
        "[[rules]]\nid = \"@ghp\"\nregex = \"(\"\n[[rules]]\nid = \"zz-@ghp\"\nregex = \"abc\"\n",
    );
    tree.plant("rule.yml", "title: x\nlogsource: {product: secretrail, service: terraform, category: flow}\ndetection:\n  a:\n    sink.path|@ghp: y\n  condition: a\n");
    let temporary = TempDir::new().expect("a temporary folder");
    let mut leaks = Vec::new();
    for (option, file) in [
        ("--settings", "key.toml"),
        ("--settings", "folder.toml"),
        ("--tokens", "id.toml"),
        ("--rules", "rule.yml"),
        ("--settings", "values.tfvars"),
        ("--settings", "typed.toml"),
        ("--settings", "word.toml"),
        ("--settings", "list.toml"),
        ("--settings", "unknown.toml"),
        ("--settings", "unknown_inside.toml"),
        ("--settings", "broken.toml"),
        ("--settings", "ignore.toml"),
        ("--settings", "ignored.toml"),
        ("--baseline", "values.tfvars"),
        ("--baseline", "baseline.json"),
        ("--baseline", "broken.json"),
        ("--tokens", "values.tfvars"),
        ("--tokens", "tokens.toml"),
        ("--rules", "values.tfvars"),
    ] {
        for (place, output) in tree.run(&["scan", option, file, "-vvv"], temporary.path()) {
            leaks.extend(
                tree.seen(&output).into_iter().map(|leak| format!("{option} {file}, {place}: {leak}")),
            );
        }
    }
    // What was typed is told by the reader of arguments, too.
    tree.plant("typed.txt", "@ghp");
    let typed = fs::read_to_string(tree.folder.path().join("typed.txt")).expect("it was planted");
    for arguments in [
        ["scan", "--fail-on", typed.as_str()].as_slice(),
        &["scan", "--format", &typed],
        &["trail", "--since", &typed],
        &["scan", &format!("--{typed}")],
        &[&typed],
        &["scan", "--rule", &typed],
        &["scan", &format!("{typed}.tf")],
    ] {
        for (place, output) in tree.run(arguments, temporary.path()) {
            leaks
                .extend(tree.seen(&output).into_iter().map(|leak| format!("{arguments:?}, {place}: {leak}")));
        }
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

/// A password that looks like no password is known by where it stands.
#[test]
fn words_that_people_choose_are_never_shown() {
    let mut tree = Tree::new();
    tree.write(
        "made.tf",
        "locals {\n  a_password = format(\"%s-%s\", \"ab\", \"Winter2024!\")\n  b_password = join(\"\", [\"Ab\", \"Winter2024!\"])\n  c_password = yamldecode(\"a: Winter2024!\").a\n  d_password = keys({ \"Winter2024!\" = 1 })[0]\n  pin_password = 48151623421\n}\nresource \"local_file\" \"made\" {\n  filename = \"/etc/${local.pin_password}\"\n  content = \"${local.a_password}${local.b_password}${local.c_password}${local.d_password}\"\n}\n",
    );
    tree.write(
        "made.sh",
        "#!/bin/bash\nA_PASSWORD=$(echo \"V2ludGVyMjAyNCE=\" | base64 -d)\necho $A_PASSWORD > /etc/a\nA_TOKEN=$(echo Winter2024! | rev); echo $A_TOKEN > /etc/y\nB_PASSWORD=$(jq -r .password <<< '{\"password\":\"Winter2024!\"}')\necho $B_PASSWORD > /etc/b\n",
    );
    for needle in ["Winter2024", "V2ludGVy", "48151623421"] {
        tree.hide(needle, "made");
    }
    tree.search();
}

#[test]
fn a_review_shows_no_secret_of_logs_and_lists() {
    let mut tree = Tree::new();
    let identity = "\"userIdentity\":{\"type\":\"IAMUser\",\"principalId\":\"AIDA1\",\"accountId\":\"123456789012\",\"arn\":\"arn:aws:iam::123456789012:user/eve\",\"userName\":\"eve\",\"accessKeyId\":\"AKIAIOSFODNN7EXAMPLE\"}";
    let event = |at: u32, service: &str, name: &str, rest: &str| {
        format!(
            "{{\"eventVersion\":\"1.11\",\"eventTime\":\"2026-10-10T15:00:{at:02}Z\",\"eventID\":\"e-{at}\",\"eventSource\":\"{service}.amazonaws.com\",\"eventName\":\"{name}\",\"awsRegion\":\"us-east-1\",\"sourceIPAddress\":\"198.51.100.7\",\"userAgent\":\"aws-cli/2 token=@ghp\",\"recipientAccountId\":\"123456789012\",\"readOnly\":false,{identity},{rest}}}"
        )
    };
    let events = [
        event(
            1,
            "ssm",
            "PutParameter",
            "\"requestParameters\":{\"name\":\"/app/key\",\"value\":\"@\",\"description\":\"@\"},\"responseElements\":null",
        ),
        event(
            2,
            "ssm",
            "GetParameter",
            "\"requestParameters\":{\"name\":\"/app/key\",\"withDecryption\":true},\"responseElements\":{\"parameter\":{\"value\":\"@\"}}",
        ),
        event(
            3,
            "iam",
            "CreateAccessKey",
            "\"requestParameters\":{\"userName\":\"eve\"},\"responseElements\":{\"accessKey\":{\"accessKeyId\":\"AKIAI44QH8DHBEXAMPLE\",\"secretAccessKey\":\"@\",\"userName\":\"eve\"}}",
        ),
        event(
            4,
            "iam",
            "CreateLoginProfile",
            "\"requestParameters\":{\"userName\":\"eve\",\"password\":\"@\"},\"responseElements\":null",
        ),
        event(
            5,
            "iam",
            "CreateUser",
            "\"requestParameters\":{\"userName\":\"bob-@ghp\",\"path\":\"/@ghp/\"},\"responseElements\":null",
        ),
        event(
            6,
            "sts",
            "GetSessionToken",
            "\"requestParameters\":null,\"responseElements\":{\"credentials\":{\"accessKeyId\":\"ASIAIOSFODNN7EXAMPLE\",\"sessionToken\":\"@\"}}",
        ),
    ];
    tree.plant("log.json", &format!("{{\"Records\":[{}]}}", events.join(",")));
    tree.plant("broken.json", "{\"Records\":[{\"eventName\":\"@\",\"secretAccessKey\":\"@\"");
    tree.plant("list/SECRETS.md", "| Key | Location | Owner | Verify |\n|---|---|---|---|\n| APP_KEY | SSM /app/key | app | curl -H 'Authorization: Bearer @ghp' |\n| OTHER | @ghp | app | |\n");
    let temporary = TempDir::new().expect("a temporary folder");
    for format in ["markdown", "html", "json", "stix"] {
        for verbose in VERBOSE {
            let mut arguments = vec!["review", "log.json", "broken.json", "--key", "AKIAIOSFODNN7EXAMPLE"];
            arguments.extend(["--inventory", "list/SECRETS.md", "--format", format]);
            arguments.extend(verbose);
            for (place, told) in tree.run(&arguments, temporary.path()) {
                let seen = tree.seen(&told);
                assert!(seen.is_empty(), "{format}, {place}: {seen:?}");
            }
        }
    }
    tree.write("secretrail.toml", "[inventory]\nfiles = [\"list/SECRETS.md\"]\n");
    for key in ["APP_KEY", "OTHER"] {
        for (place, told) in tree.run_any(&["inventory", "runbook", key, "--tree", "list"], temporary.path())
        {
            assert!(tree.seen(&told).is_empty(), "{key}, {place}: {told}");
        }
    }
    // What is not found is told with what is near.
    for (place, told) in tree.run(&["review", "log.json", "--secret", "/app/kay"], temporary.path()) {
        assert!(tree.seen(&told).is_empty(), "{place}: {told}");
    }
    for (place, told) in tree.run(&["review", "log.json", "--principal", "bab"], temporary.path()) {
        assert!(tree.seen(&told).is_empty(), "{place}: {told}");
    }
}
