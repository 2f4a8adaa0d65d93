//! What looks bad and is fine, and what looks fine and is printed.

use super::rig::{Rig, at_boot, told_as};
use crate::lands;
use crate::script::Role;
use crate::value::Text;

#[test]
fn handed_to_a_process_is_fine() {
    for script in [
        "echo user:⟦p⟧ | chpasswd\n",
        "chpasswd <<EOF\nuser:⟦p⟧\nEOF\n",
        "echo ⟦p⟧ | passwd --stdin user\n",
        "echo \"SET PASSWORD = '⟦p⟧'\" | mysql\n",
        "kubectl create -f - <<EOF\ntoken: ⟦p⟧\nEOF\n",
        "echo ⟦p⟧ | vault write secret/x value=-\n",
        "PGPASSWORD=⟦p⟧ psql -c 'select 1'\n",
        "export TOKEN=⟦p⟧\n./run\n",
        "[ -z \"⟦p⟧\" ] && exit 1\n",
        "if [[ \"⟦p⟧\" == \"\" ]]; then exit 1; fi\n",
        "read -s -p 'Password: ' PW\n",
        "# echo ⟦p⟧ > /a\n",
        "curl -K - <<< \"header = ⟦p⟧\"\n",
        "openssl rsa -passin stdin <<< ⟦p⟧\n",
        "echo ⟪secret_arn⟫ > /a\n",
        "aws ecr get-login-password | docker login --password-stdin r\n",
        "aws ecr get-login-password | docker login -u AWS --password-stdin 123456789012.dkr.ecr.eu-west-1.amazonaws.com\n",
        "podman login -u x --password-stdin quay.io/x < /run/x\n",
        "helm registry login -u x --password-stdin registry.example.com:5000 < /run/x\n",
        "crane auth login -u x --password-stdin registry.example.com:5000 < /run/x\n",
        "skopeo login -u x --password-stdin registry.example.com:5000 < /run/x\n",
        "T=$(curl -X PUT http://169.254.169.254/latest/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 60')\necho $T > /dev/null\n",
        "echo '{\"credsStore\": \"ecr-login\"}' > /root/.docker/config.json\n",
        "echo hello | tee /a\n",
        "PASSWORD_FILE=/etc/x\necho $PASSWORD_FILE > /a\n",
        "unset ⟦p⟧\n",
        "python3 - <<EOF\nlogin('⟦p⟧')\nEOF\n",
        "grep -q ⟦p⟧ /a && echo yes\n",
        "if echo \"⟦p⟧\" | jq empty; then echo ok; fi\n",
        "echo \"⟦p⟧\" | jq -r 'keys[]'\n",
        "echo \"run -e P=⟦p⟧\" | sed 's/-e [A-Z_]*=[^ ]*/-e REDACTED=***/g'\n",
        "export A=⟦p⟧\nprintenv HOME\n",
        "echo ⟦p⟧ | gpg -c > /a\n",
        "echo ⟦k⟧ | openssl enc -aes-256-cbc -pass file:/x > /a\n",
        "useradd -p $(echo ⟦p⟧ | openssl passwd -6 -stdin) u\n",
        "echo ⟦k⟧ | ssh-add -\n",
        "X=⟦k⟧\nY=${X:+set}\necho $Y > /a\n",
        "cat /etc/hosts > /a\nfoo() { local p=⟦p⟧; }\nfoo\n",
        "terraform output region > /a\n",
    ] {
        assert_eq!(at_boot(script), Vec::<String>::new(), "in\n{script}");
    }
}

#[test]
fn command_lines_are_seen_by_all_users() {
    lands!("mysql -u root -p⟦p⟧ -e 'select 1'\n", "1 process-arguments (memory) <- p");
    lands!("curl -H \"Authorization: ⟦t⟧\" https://h\n", "1 process-arguments (memory) <- t");
    lands!(
        "curl -u bob:hunter22 https://h\n",
        "1 process-arguments (memory) <- password",
        "1 source-code <- password"
    );
    lands!("kubectl create secret generic x --from-literal=p=⟦p⟧\n", "1 process-arguments (memory) <- p");
    lands!("sudo -E TOKEN=⟦p⟧ ./run\n", "1 process-arguments (memory) <- p");
    lands!("env TOKEN=⟦p⟧ ./run\n");
}

#[test]
fn printing_ends_in_a_log() {
    lands!("echo ⟦k⟧\n", "1 boot-log /var/log/cloud-init-output.log <- k");
    lands!("cat <<EOF\n⟦k⟧\nEOF\n", "2 boot-log /var/log/cloud-init-output.log <- k");
    lands!("exec > /var/log/u.log 2>&1\necho ⟦k⟧\n", "2 boot-log /var/log/u.log <- k");
    lands!(
        "exec > >(tee /var/log/user-data.log|logger -t user-data -s 2>/dev/console) 2>&1\necho ⟦k⟧\n",
        "2 boot-log /var/log/user-data.log <- k",
    );
    lands!("logger \"got ⟦k⟧\"\n", "1 boot-log /var/log/syslog <- k");
    lands!(
        "aws ssm get-parameter --name /a/token --with-decryption\n",
        "1 boot-log /var/log/cloud-init-output.log <- token",
    );
    assert_eq!(told_as(Role::Standalone, "echo ⟦k⟧\n"), Vec::<String>::new());
    assert_eq!(told_as(Role::LocalExec, "echo ⟦k⟧\n"), ["1 boot-log <- k"]);
    assert_eq!(told_as(Role::Standalone, "exec > /l\necho ⟦k⟧\n"), ["2 boot-log /l <- k"]);
}

#[test]
fn the_trace_prints_commands() {
    lands!(
        "#!/bin/bash -xe\nK=⟦k⟧\nrun $K\n",
        "1 boot-log /var/log/cloud-init-output.log <- k",
        "3 process-arguments (memory) <- k"
    );
    lands!("set -x\nset +x\nK=⟦k⟧\n");
    lands!("set -euxo pipefail\nexport K=⟦k⟧\n", "1 boot-log /var/log/cloud-init-output.log <- k");
    lands!(
        "set -o xtrace\nexec > /home/x.log\nexec 2>&1\necho \"⟦k⟧\" > /a\n",
        "1 boot-log /home/x.log <- k",
        "4 file /a <- k"
    );
    lands!("set -x\ncat > /a <<EOF\n⟦k⟧\nEOF\n", "3 file /a <- k");
}

#[test]
fn literals_are_known_by_their_names() {
    lands!(
        "DB_PASSWORD=\"hunter2\"\necho $DB_PASSWORD > /a\n",
        "1 source-code <- DB_PASSWORD",
        "2 file /a <- DB_PASSWORD"
    );
    lands!("echo 'root:hunter2' | chpasswd\n", "1 source-code <- password");
    lands!("U=ann\necho \"${U}:hunter2\" | sudo chpasswd\n", "2 source-code <- password");
    lands!("echo \"$1:hunter2\" | sudo chpasswd\n", "1 source-code <- password");
    lands!("echo \"ann:$1\" | sudo chpasswd\n");
    lands!("mysql -phunter2 -e x\n", "1 process-arguments (memory) <- password", "1 source-code <- password");
    lands!(
        "A=PRE\nDB_PASSWORD=\"$A\"\"hunter2x\"\necho $DB_PASSWORD > /a\n",
        "2 source-code <- DB_PASSWORD",
        "3 file /a <- DB_PASSWORD"
    );
    lands!(
        "declare -A P=([db_password]=\"hunter2x\" [db_host]=db)\necho ${P[db_password]} > /a\n",
        "1 source-code <- db_password",
        "2 file /a <- db_password"
    );
    lands!("DB_HOST=database.internal\necho $DB_HOST > /a\n");
}

#[test]
fn a_literals_text_is_never_told() {
    for script in [
        "API_TOKEN=canary-0123456789abcdef\necho x > /tmp/$API_TOKEN\ncurl -H \"X: $API_TOKEN\" h\n",
        "set -x\nAPI_TOKEN=${API_TOKEN:-canary-0123456789abcdef}\n$API_TOKEN/run ⟦k⟧ > /a$API_TOKEN\n",
        "mysql -pcanary-0123456789abcdef -e 'select 1' > /a\n",
        "curl -u bob:canary-0123456789abcdef https://h\n",
        "run --api-token=canary-0123456789abcdef\nrun --password canary-0123456789abcdef\n",
        "echo root:canary-0123456789abcdef | chpasswd\n",
        "git clone https://⟦user⟧:canary-0123456789abcdef@host\nsudo -i 'a\n",
        "export DB_PASSWORD='canary-0123456789abcdef'\ndocker run -e DB_PASSWORD i\nenv > /e\n",
    ] {
        let rig = Rig::new(script);
        let reading = rig.trace(&rig.context(Role::UserData));
        assert!(!reading.facts.is_empty(), "in\n{script}");
        let said = format!("{:?} {:?}", reading.facts, reading.gaps);
        assert!(!said.contains("canary"), "in\n{script}\n{said}");
    }
}

#[test]
fn fetching_commands_are_origins() {
    for (command, key) in [
        (
            "aws --region r ssm get-parameter --name /app/api-key --with-decryption --query Parameter.Value --output text",
            "api-key",
        ),
        ("aws secretsmanager get-secret-value --secret-id=app/db", "db"),
        ("vault kv get -field=password secret/app", "app"),
        ("vault read -field=value secret/app", "app"),
        ("gcloud secrets versions access latest --secret=app", "app"),
        ("az keyvault secret show --vault-name v --name db --query value", "db"),
        ("op read op://v/i/password", "password"),
        ("sops -d s.yaml", "s.yaml"),
        ("kubeadm token create", "kubeadm token create"),
        ("gpg --batch -d key.gpg", "gpg"),
    ] {
        lands!(format!("{command} > /a\n").as_str(), format!("1 file /a <- {key}").as_str());
    }
    lands!("aws secretsmanager get-secret-value --secret-id x --query ARN > /a\n");
    lands!("aws iam create-access-key --query AccessKey.AccessKeyId > /a\n");
    lands!("PASSWORD=$(openssl rand -hex 8)\necho $PASSWORD > /a\n", "2 file /a <- PASSWORD");
    lands!("ID=$(openssl rand -hex 8)\necho $ID > /a\n");
}

#[test]
fn the_key_is_what_users_call_it() {
    lands!(
        "get() { local v; v=$(aws secretsmanager get-secret-value --secret-id \"$1\"); echo \"$v\"; }\nDB_PASSWORD=$(get $NAME)\necho $DB_PASSWORD > /a\n",
        "3 file /a <- DB_PASSWORD"
    );
    for (command, key) in [
        (
            "aws secretsmanager get-secret-value --secret-id $SECRETS_ID",
            "the value of secretsmanager secret $SECRETS_ID",
        ),
        ("aws ssm get-parameter --with-decryption --name \"$NAME\"", "the value of SSM parameter $NAME"),
        ("aws secretsmanager get-secret-value --secret-id $DB_PASSWORD", "DB_PASSWORD"),
    ] {
        lands!(format!("{command} > /a\n").as_str(), format!("1 file /a <- {key}").as_str());
    }
    lands!("curl -H 'X-Vault-Token: x' $VAULT_ADDR/v1/secret/data/app -o /a\n", "1 file /a <- secret store");
}

#[test]
fn the_environment_of_a_provisioner() {
    let rig = Rig::new("sed -i \"s/X/$SECRET/\" Dockerfile\n");
    let origin = Rig::new("⟦key⟧");
    let mut context = rig.context(Role::LocalExec);
    context.environment.push(("SECRET".to_owned(), Text::of(origin.text.pieces)));
    assert_eq!(rig.told(&rig.trace(&context).facts), ["1 file Dockerfile <- key"]);
}

#[test]
fn an_unset_variable_can_be_guessed() {
    let rig = Rig::new("echo \"p=$DB_PASSWORD\" > /a\n");
    let mut context = rig.context(Role::Standalone);
    assert_eq!(rig.told(&rig.trace(&context).facts), Vec::<String>::new());
    context.guess_environment = true;
    assert_eq!(rig.told(&rig.trace(&context).facts), ["1 file /a <- DB_PASSWORD"]);
}
