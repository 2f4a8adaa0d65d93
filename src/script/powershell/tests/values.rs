//! How secrets go through PowerShell's values.

use super::lands;

#[track_caller]
fn written(script: &str, line: usize, key: &str) {
    lands(script, &[&format!("{line} file C:\\a <- {key}")]);
}

#[test]
fn fetching_commands() {
    let last = |fetch: &str| format!("$v = {fetch}\nSet-Content C:\\a $v");
    for (fetch, key) in [
        (
            "(Get-SSMParameterValue -Name /app/db-password -WithDecryption $true).Parameters[0].Value",
            "db-password",
        ),
        ("(Get-SSMParameter -Name \"/app/db-password\" -WithDecryption $true).Value", "db-password"),
        (
            "(Get-SSMParameter -Name /app/db-password -WithDecryption:$true -Region eu-west-2).Value",
            "db-password",
        ),
        ("(Get-SECSecretValue -SecretId app/api-key).SecretString", "api-key"),
        (
            "Get-SECSecretValue -SecretId app/db | ConvertFrom-Json | Select-Object -ExpandProperty password",
            "db",
        ),
        ("Get-AzKeyVaultSecret -VaultName v -Name api-key -AsPlainText", "api-key"),
        ("Get-Secret -Name api-key -AsPlainText", "api-key"),
        (
            "aws ssm get-parameter --name /app/db-password --with-decryption --query Parameter.Value --output text",
            "db-password",
        ),
        ("& \"$dir\\aws.exe\" secretsmanager get-secret-value `\n  --secret-id db-password", "db-password"),
        ("$(az keyvault secret show --name api-key --vault-name v --query value -o tsv)", "api-key"),
        ("gcloud secrets versions access latest --secret=api-key", "api-key"),
        ("vault kv get -field=password secret/db", "db"),
    ] {
        let script = last(fetch);
        written(&script, script.lines().count() + 1, key);
    }
    lands("(Get-SECSecretValue -SecretId app/key).SecretString > C:\\a", &["2 file C:\\a <- key"]);
}

#[test]
fn strings_and_operators() {
    for value in [
        "\"a $k b\"",
        "\"a ${k} b\"",
        "\"a $($k) b\"",
        "\"a $($k.Trim()) b\"",
        "('a' + $k)",
        "('{0}:{1}' -f 'u', $k)",
        "('x__K__' -replace '__K__', $k)",
        "'x__K__'.Replace('__K__', $k)",
        "(@('a', $k) -join ',')",
        "($k -split ',')[0]",
        "@\"\nkey=$k\n\"@",
        "(@{ key = $k } | ConvertTo-Json -Depth 5)",
        "([Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($k)))",
        "([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($k)))",
        "$(if ($x) { $k } else { 'none' })",
        "$k.ToString().Substring(0, 3)",
        "a$k",
        "a,$k",
        "a`\"$k",
        "\u{201c}$k\u{201d}",
    ] {
        let script = format!("$k = \"⟦k⟧\"\n$text = {value}\nSet-Content -Path C:\\a -Value $text");
        if !value.starts_with('a') {
            written(&script, script.lines().count() + 1, "k");
        }
        let script = format!("$k = \"⟦k⟧\"\nSet-Content -Path C:\\a -Value {value}");
        written(&script, 3, "k");
    }
}

#[test]
fn variables_of_all_kinds() {
    written("$script:k = '⟦k⟧'\nfunction f { Set-Content C:\\a $script:k }\nf", 3, "k");
    written("$env:K = '⟦k⟧'\n\"$env:K\" | Set-Content C:\\a", 3, "k");
    written("$a, $b = '⟦k⟧', 'x'\nSet-Content C:\\a $a", 3, "k");
    written("$c = @{ a = 'x' }\n$c.k = '⟦k⟧'\nSet-Content C:\\a $c['k']", 4, "k");
    written("$c = @{ Path = 'C:\\a'; Value = '⟦k⟧' }\nSet-Content @c -Force", 3, "k");
    written("$l = @()\n$l += 'a'\n$l += '⟦k⟧'\n$l | Out-File C:\\a", 5, "k");
    written("$d = 'C:'\n$p = Join-Path $d 'a'\nSet-Content $p '⟦k⟧'", 4, "k");
    written("New-Variable -Name k -Value '⟦k⟧'\nSet-Content C:\\a $k", 3, "k");
    written("$o = [pscustomobject]@{ k = '⟦k⟧' }\nSet-Content C:\\a $o.k", 3, "k");
}

#[test]
fn what_comes_from_outside_is_guessed_by_its_name() {
    let rig = crate::script::tests::rig::Rig::new(
        "param([string]$DbPassword, [string]$Name)\nSet-Content a $DbPassword\nSet-Content b $Name\n$env:API_TOKEN > c\n",
    );
    let mut context = rig.context(crate::script::Role::Standalone);
    context.guess_environment = true;
    let reading = crate::script::powershell::trace(&crate::value::Flat::new(&rig.text), &context);
    assert_eq!(rig.told(&reading.facts), ["2 file a <- DbPassword", "4 file c <- API_TOKEN"]);
    lands("$apiToken = New-Token\nSet-Content C:\\a $apiToken", &["3 file C:\\a <- apiToken"]);
}

#[test]
fn statements() {
    written(
        "function Save-It { param([string]$Path, $Value = 'x')\n  Set-Content $Path $Value }\nSave-It -Path C:\\a -Value '⟦k⟧'",
        3,
        "k",
    );
    written("function save($p, $v) {\n  Set-Content $p $v }\nsave C:\\a '⟦k⟧'", 3, "k");
    written("function Get-It { return '⟦k⟧' }\n$v = Get-It\nSet-Content C:\\a $v", 4, "k");
    written("foreach ($v in @('x', '⟦k⟧')) {\n  Add-Content C:\\a $v }", 3, "k");
    written("'⟦k⟧' | ForEach-Object { Add-Content C:\\a $_ }", 2, "k");
    written("'⟦k⟧' | % { \"x $_\" } | ? { $_ } | Set-Content C:\\a", 2, "k");
    written("if ($a) { $v = '⟦k⟧' } else { $v = 'x' }\nSet-Content C:\\a $v", 3, "k");
    written("try { $v = '⟦k⟧' } catch { $v = '' }\nSet-Content C:\\a $v", 3, "k");
    written("$v = '⟦k⟧'\nif ($a) { $v = '' }\nSet-Content C:\\a $v", 4, "k");
    written("switch ($e) { 'p' { $v = '⟦k⟧' } default { $v = 'x' } }\nSet-Content C:\\a $v", 3, "k");
    written("& { param($v) Set-Content C:\\a $v } '⟦k⟧'", 2, "k");
    written("Invoke-Command -ScriptBlock { param($v) Set-Content C:\\a $v } -ArgumentList '⟦k⟧'", 2, "k");
    written("Invoke-Expression \"Set-Content C:\\a '⟦k⟧'\"", 2, "k");
    written("while ($true) { Set-Content C:\\a '⟦k⟧'; break }", 2, "k");
    written("function Never { Set-Content C:\\a '⟦k⟧' }", 2, "k");
    written(
        "$c = $p.GetNetworkCredential().Password\n$s = ConvertTo-SecureString '⟦k⟧' -AsPlainText -Force\n$n = [System.Net.NetworkCredential]::new('', $s)\nSet-Content C:\\a $n.Password",
        5,
        "k",
    );
}
