//! Literals that words state: no mark in a value ends it.

use crate::lands;

#[test]
fn arguments_state_secrets() {
    for word in [
        "-e \"DB_PASSWORD=Sum,mer#2024Xy\"",
        "-e DB_PASSWORD='Sum;mer(2024[{<`x'",
        "-e 'DB_PASSWORD=Sum mer 2024'",
        "--from-literal=DB_PASSWORD='a,b;c9'",
        "--set app.DB_PASSWORD='a,b;c9'",
    ] {
        let key = if word.contains("app.") { "app.DB_PASSWORD" } else { "DB_PASSWORD" };
        lands!(
            format!("run {word} img\n").as_str(),
            format!("1 process-arguments (memory) <- {key}").as_str(),
            format!("1 source-code <- {key}").as_str()
        );
    }
    lands!(
        "psql 'postgresql://u:a,b(c9@h/db'\n",
        "1 process-arguments (memory) <- password",
        "1 source-code <- password"
    );
    lands!(
        "vault login 's.a,b(c9'\n",
        "1 process-arguments (memory) <- password",
        "1 source-code <- password"
    );
}

#[test]
fn printed_literals() {
    lands!(
        "echo \"password=Summer2024\" > /etc/x\n",
        "1 file /etc/x <- password",
        "1 source-code <- password"
    );
    lands!(
        "printf 'password: Sum,mer#(24\\n' >> /etc/x\n",
        "1 file /etc/x <- password",
        "1 source-code <- password"
    );
    lands!(
        "DB_PASSWORD='Sum mer 2024'\necho $DB_PASSWORD > /a\n",
        "1 source-code <- DB_PASSWORD",
        "2 file /a <- DB_PASSWORD"
    );
}

#[test]
fn statements_of_sql_state_secrets() {
    let told = ["1 process-arguments (memory) <- password", "1 source-code <- password"];
    for script in [
        "psql -c \"CREATE ROLE app LOGIN PASSWORD 'Sup3rSecret!9xQ'\"\n",
        "psql -c \"CREATE ROLE ${APP} LOGIN PASSWORD 'Sup3rSecret!9xQ'\"\n",
        "sudo -u postgres psql -c \"ALTER USER a WITH PASSWORD 'Sup3rSecret!9xQ';\"\n",
        "mysql -e \"ALTER USER 'root'@'localhost' IDENTIFIED BY 'Sup3rSecret!9xQ'\"\n",
        "docker exec db mysql -e \"CREATE USER a IDENTIFIED BY 'Sup3rSecret!9xQ'\"\n",
        "redis-cli CONFIG SET requirepass 'Sup3rSecret!9xQ'\n",
        "redis-cli -h h config set masterauth 'Sup3rSecret!9xQ'\n",
    ] {
        assert_eq!(super::rig::at_boot(script), told, "in\n{script}");
    }
    lands!(
        "mysql -u root <<EOF\nCREATE USER a\nIDENTIFIED BY 'Sup3rSecret!9xQ';\nEOF\n",
        "3 source-code <- password"
    );
    lands!("psql <<EOF\nALTER USER $A WITH PASSWORD 'Sup3rSecret!9xQ';\nEOF\n", "2 source-code <- password");
    lands!("echo \"ALTER USER a PASSWORD 'Sup3rSecret!9xQ'\" | psql\n", "1 source-code <- password");
    lands!(
        "cat > /i.sql <<EOF\nALTER USER a PASSWORD 'Sup3rSecret!9xQ';\nEOF\n",
        "2 file /i.sql <- password",
        "2 source-code <- password"
    );
    for script in [
        "psql -c \"ALTER USER a PASSWORD '$PW'\"\n",
        "psql -c \"ALTER USER a PASSWORD '${PW}'\"\n",
        "psql <<EOF\nALTER USER a PASSWORD '$PW';\nEOF\n",
        "mysql -e \"CREATE USER a IDENTIFIED BY 'changeme'\"\n",
        "mysql -e \"SELECT 1 FROM u WHERE password = 'Sup3rSecret!9xQ'\"\n",
        "redis-cli CONFIG SET requirepass \"$PW\"\n",
        "grep \"IDENTIFIED BY 'Sup3rSecret!9xQ'\" x\n",
    ] {
        assert_eq!(super::rig::at_boot(script), Vec::<String>::new(), "in\n{script}");
    }
}

#[test]
fn programs_set_secrets() {
    lands!(
        "python -c \"\nmake(\n  name='admin',\n  password='admin123',\n)\n\"\n",
        "4 source-code <- password"
    );
    lands!("python3 - <<EOF\nmake(db_password=\"admin123\")\nEOF\n", "2 source-code <- db_password");
    lands!("python3 -c \"make(password='$PW', token='changeme')\"\n");
}

#[test]
fn units_state_secrets() {
    lands!(
        "cat > /etc/systemd/system/a.service <<E\nExecStart=/bin/app --password a,b(c9\nEnvironment=\"API_TOKEN=x y;z9\" A=b\nE\n",
        "2 file /etc/systemd/system/a.service <- password",
        "2 source-code <- password",
        "3 file /etc/systemd/system/a.service <- API_TOKEN",
        "3 source-code <- API_TOKEN"
    );
}

#[test]
fn what_states_nothing() {
    for script in [
        "docker run -e DB_PASSWORD=\"$X\" img\n",
        "docker run -e DB_PASSWORD img\n",
        "grep password=hunter22 /etc/x\n",
        "sed -i 's/password=.*/password=no/' /etc/x\n",
        "echo \"Enter your password: \"\n",
        "echo \"PasswordAuthentication=no\" > /etc/ssh/x\n",
        "echo \"password=$(cat /x)\" | run\n",
        "PASSWORD_PROMPT='Type your password 2 times'\n",
        "run --password-file=/etc/x --token-ttl=5m\n",
        "run -e TOKEN_URL=https://h/x\n",
    ] {
        assert_eq!(
            super::rig::at_boot(script)
                .into_iter()
                .filter(|line| !line.contains("boot-log"))
                .collect::<Vec<_>>(),
            Vec::<String>::new(),
            "in\n{script}"
        );
    }
}

#[test]
fn what_a_login_states_beside_its_password_is_none() {
    lands!("vault login -method=userpass username=alice\nvault login -method=aws role=dev-role-iam\n");
    lands!(
        "vault login -method=userpass username=alice password=Xk29fjQ2pl\n",
        "1 process-arguments (memory) <- password",
        "1 source-code <- password"
    );
}
