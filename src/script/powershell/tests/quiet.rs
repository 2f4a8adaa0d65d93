//! What looks alike and is fine.

use super::{is_quiet, lands};

#[test]
fn memory_is_no_file() {
    is_quiet(
        "$p = ConvertTo-SecureString '⟦k⟧' -AsPlainText -Force\n$p | ConvertFrom-SecureString | Set-Content C:\\a",
    );
    is_quiet(
        "$p = ConvertTo-SecureString((Get-SECSecretValue -SecretId x).SecretString) -AsPlainText -Force\n\
         $c = New-Object System.Management.Automation.PSCredential('u', $p)\n\
         Add-Computer -DomainName d -Credential $c -Force",
    );
    is_quiet(
        "$c = [pscredential]::new('u', (ConvertTo-SecureString '⟦k⟧' -AsPlainText -Force))\n$c | Export-Clixml C:\\c.xml",
    );
    is_quiet("New-LocalUser -Name u -Password (ConvertTo-SecureString \"⟦k⟧\" -AsPlainText -Force)");
    is_quiet("net user Administrator \"⟦k⟧\"");
    is_quiet("$env:TOKEN = '⟦k⟧'\nSet-Item -Path Env:OTHER -Value '⟦k⟧'");
    is_quiet("[Environment]::SetEnvironmentVariable('K', '⟦k⟧', 'Process')");
    is_quiet("Invoke-RestMethod -Uri https://x -Headers @{ Authorization = \"Bearer ⟦k⟧\" }");
    is_quiet("$k = (Get-SSMParameterValue -Name /a/key -WithDecryption $true).Parameters[0].Value");
    is_quiet("\"⟦k⟧\" | Out-Null\n$null = \"⟦k⟧\"\n[void]\"⟦k⟧\"\necho '⟦k⟧' > $null");
    is_quiet("Write-Verbose \"⟦k⟧\"");
    is_quiet("docker login -u u --password-stdin < $x");
}

#[test]
fn nothing_of_the_secret_is_written() {
    is_quiet("Set-Content C:\\a \"⟦k⟧\".Length");
    is_quiet("$k = '⟦k⟧'\nif ($k -eq 'x') { Set-Content C:\\a ($k -match 'y') }");
    is_quiet("$s = Get-SECSecretValue -SecretId db | ConvertFrom-Json\nSet-Content C:\\a $s.username");
    is_quiet("# Set-Content C:\\a '⟦k⟧'\n<# Set-Content C:\\a '⟦k⟧' #>");
    is_quiet("Set-Content C:\\a '$k'; $k = '⟦k⟧'; Set-Content C:\\b \"`$k\"");
    is_quiet("Set-Content C:\\rclone.conf @\"\n[s3]\nenv_auth = true\n\"@");
}

#[test]
fn a_file_that_is_changed_is_told_once() {
    lands(
        "(Get-Content C:\\a).Replace('X', '⟦x⟧') | Set-Content C:\\a\n(Get-Content C:\\a).Replace('Y', '⟦y⟧') | Set-Content C:\\a",
        &["2 file C:\\a <- x", "3 file C:\\a <- y"],
    );
}

#[test]
fn what_is_drawn_from_letters_is_no_literal() {
    is_quiet(
        "function New-Password($n) {\n$letters = \"1234567890!&abcdefXYZ\"\n$r = 1..$n | % { Get-Random }\n\
         return [string]$letters[$r] }\n$s = ConvertTo-SecureString (New-Password 12) -AsPlainText -Force",
    );
}

#[test]
fn names_are_no_secrets() {
    is_quiet("$secretName = 'app/db'\nSet-Content C:\\a $secretName");
    is_quiet("$passwordFile = 'C:\\p.txt'\n$tokenUrl = 'https://x/token'");
    is_quiet("$password = Read-Host -AsSecureString");
    is_quiet(
        "$token = Invoke-RestMethod -Method PUT -Uri http://169.254.169.254/latest/api/token\nSet-Content C:\\a $token",
    );
}

#[test]
fn literals_are_told_where_they_stand() {
    lands("$password = 'Tr0ub4dor&3x'", &["2 source-code <- password"]);
    lands("$c = @{ Password = 'Tr0ub4dor&3x'; User = 'u' }", &["2 source-code <- Password"]);
    lands("$p = ConvertTo-SecureString 'Tr0ub4dor&3x' -AsPlainText -Force", &["2 source-code <- p"]);
    lands(
        "$env:DB_PASSWORD = 'Tr0ub4dor&3x'\nSet-Content C:\\a $env:DB_PASSWORD",
        &["2 source-code <- DB_PASSWORD", "3 file C:\\a <- DB_PASSWORD"],
    );
    is_quiet(
        "$a = [adsi]('WinNT://./Administrator, user')\n$a.PSBase.Invoke('SetPassword', '⟦k⟧')\n$a.SetPassword('⟦k⟧')",
    );
    lands("net user ansible Ansible123 /add /y", &["2 source-code <- password"]);
    is_quiet("net user Administrator /active:yes\nnet user bob * /add\nnet localgroup admins bob /add");
    lands(
        "Set-ItemProperty 'HKLM:\\SOFTWARE\\App' -Name DefaultPassword -Value 'Tr0ub4dor&3x'",
        &["2 file HKLM:\\SOFTWARE\\App <- DefaultPassword", "2 source-code <- DefaultPassword"],
    );
    is_quiet("$password = 'changeme'\n$apiKey = ''\n$token = $null");
}
