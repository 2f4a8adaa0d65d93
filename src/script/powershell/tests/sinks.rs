//! Where PowerShell writes.

use super::{lands, told_as};
use crate::script::Role;

#[test]
fn cmdlets_that_write_files() {
    lands("Set-Content -Path C:\\a.txt -Value '⟦k⟧'", &["2 file C:\\a.txt <- k"]);
    lands("Set-Content C:\\a.txt \"key=⟦k⟧\" -Force", &["2 file C:\\a.txt <- k"]);
    lands("\"key=⟦k⟧\" | Add-Content 'C:\\b c.txt'", &["2 file C:\\b c.txt <- k"]);
    lands("'⟦k⟧' | Out-File -FilePath C:\\a.txt -Encoding ascii", &["2 file C:\\a.txt <- k"]);
    lands("'⟦k⟧' | Out-File C:\\a.txt -Append", &["2 file C:\\a.txt <- k"]);
    lands("'⟦k⟧' | Tee-Object -FilePath C:\\a.txt | Out-Null", &["2 file C:\\a.txt <- k"]);
    lands("New-Item -Path C:\\app -Name a.txt -ItemType File -Value '⟦k⟧'", &["2 file C:\\app\\a.txt <- k"]);
    lands("echo '⟦k⟧' > C:\\a.txt", &["2 file C:\\a.txt <- k"]);
    lands("\"⟦k⟧\" >> C:\\a.txt", &["2 file C:\\a.txt <- k"]);
    lands("@{ token = '⟦k⟧' } | Export-Clixml C:\\a.xml", &["2 file C:\\a.xml <- k"]);
    lands(
        "[pscustomobject]@{ t = '⟦k⟧' } | Export-Csv C:\\a.csv -NoTypeInformation",
        &["2 file C:\\a.csv <- k"],
    );
}

#[test]
fn methods_that_write_files() {
    lands("[System.IO.File]::WriteAllText('C:\\a', '⟦k⟧')", &["2 file C:\\a <- k"]);
    lands(
        "[IO.File]::WriteAllLines(\"C:\\a\", @('x', \"⟦k⟧\"), [Text.Encoding]::UTF8)",
        &["2 file C:\\a <- k"],
    );
    lands("[IO.File]::AppendAllText('C:\\a', '⟦k⟧')", &["2 file C:\\a <- k"]);
    lands("[IO.File]::WriteAllBytes('C:\\a', [Text.Encoding]::UTF8.GetBytes('⟦k⟧'))", &["2 file C:\\a <- k"]);
    lands("[IO.File]::WriteAllBytes('C:\\a', [Convert]::FromBase64String('⟦k⟧'))", &["2 file C:\\a <- k"]);
    lands(
        "$w = New-Object System.IO.StreamWriter('C:\\a')\n$w.WriteLine('⟦k⟧')\n$w.Close()",
        &["3 file C:\\a <- k"],
    );
    lands("$w = [IO.StreamWriter]::new('C:\\a')\n$w.Write(\"⟦k⟧\")", &["3 file C:\\a <- k"]);
}

#[test]
fn an_object_that_a_secret_was_put_into_is_saved() {
    lands(
        "$x = [xml](Get-Content C:\\c.xml)\n$x.a.PASSWORD = \"⟦k⟧\"\n$x.Save('C:\\c.xml')",
        &["4 file C:\\c.xml <- k"],
    );
    lands(
        "[xml]$x = Get-Content C:\\c.xml\n$node = $x.SelectSingleNode('//p')\n$node.InnerText = \"⟦k⟧\"\n$x.Save('C:\\c.xml')",
        &["5 file C:\\c.xml <- k"],
    );
    lands(
        "$x = New-Object xml\n$x.Load('C:\\c.xml')\nforeach ($n in $x.a.b) { $n.SetAttribute('v', '⟦k⟧') }\n$x.Save('C:\\c.xml')",
        &["5 file C:\\c.xml <- k"],
    );
    lands(
        "$j = Get-Content C:\\c.json | ConvertFrom-Json\n$j.db.key = '⟦k⟧'\n$j | ConvertTo-Json | Set-Content C:\\c.json",
        &["4 file C:\\c.json <- k"],
    );
}

#[test]
fn files_go_elsewhere() {
    lands("Set-Content C:\\a '⟦k⟧'\nMove-Item C:\\a C:\\b", &["2 file C:\\a, then moved to C:\\b <- k"]);
    lands(
        "Set-Content C:\\a '⟦k⟧'\nCopy-Item -Path c:/A -Destination C:\\b\nRemove-Item C:\\a",
        &["2 file C:\\a, then copied to C:\\b <- k"],
    );
    lands(
        "Set-Content C:\\t\\a '⟦k⟧'\nRemove-Item -Recurse -Force C:\\t",
        &["2 file C:\\t\\a (removed) <- k"],
    );
    lands("Set-Content C:\\t\\a.txt '⟦k⟧'\ndel C:\\t\\*.txt", &["2 file C:\\t\\a.txt (removed) <- k"]);
    lands("Set-Content C:\\a '⟦k⟧'\nif ($x) { Remove-Item C:\\a }", &["2 file C:\\a <- k"]);
    lands("try { Set-Content C:\\a '⟦k⟧' } finally { Remove-Item C:\\a }", &["2 file C:\\a (removed) <- k"]);
    lands(
        "Set-Content C:\\a '⟦k⟧'\n$v = Get-Content C:\\a -Raw\nSet-Content C:\\b $v",
        &["2 file C:\\a <- k", "4 file C:\\b <- k"],
    );
}

#[test]
fn the_machine_keeps_its_environment() {
    const MACHINE: &str = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment";
    let machine = format!("2 file {MACHINE} <- k");
    lands("[Environment]::SetEnvironmentVariable('K', '⟦k⟧', 'Machine')", &[&machine]);
    lands(
        "[System.Environment]::SetEnvironmentVariable(\"K\", \"⟦k⟧\", [System.EnvironmentVariableTarget]::Machine)",
        &[&machine],
    );
    lands("[Environment]::SetEnvironmentVariable('K', '⟦k⟧', 'User')", &["2 file HKCU:\\Environment <- k"]);
    lands("setx K \"⟦k⟧\" /M", &[&machine]);
    lands("setx.exe K ⟦k⟧", &["2 file HKCU:\\Environment <- k"]);
    lands(
        "Set-ItemProperty -Path 'HKLM:\\SOFTWARE\\App' -Name Key -Value '⟦k⟧'",
        &["2 file HKLM:\\SOFTWARE\\App <- k"],
    );
    lands(
        "New-ItemProperty HKCU:\\App -Name Key -PropertyType String -Value '⟦k⟧' | Out-Null",
        &["2 file HKCU:\\App <- k"],
    );
    lands("reg add HKLM\\SOFTWARE\\App /v Key /t REG_SZ /d \"⟦k⟧\" /f", &["2 file HKLM\\SOFTWARE\\App <- k"]);
}

#[test]
fn windows_keeps_services_and_tasks() {
    lands(
        "New-Service -Name s -BinaryPathName \"C:\\s.exe --token ⟦k⟧\"",
        &["2 file HKLM:\\SYSTEM\\CurrentControlSet\\Services <- k"],
    );
    lands(
        "$a = New-ScheduledTaskAction -Execute s.exe -Argument '-k ⟦k⟧'\nRegister-ScheduledTask -TaskName t -Action $a",
        &["3 file C:\\Windows\\System32\\Tasks <- k"],
    );
}

#[test]
fn command_lines_show() {
    let line = "2 process-arguments (memory) <- k";
    lands("cmdkey /add:host /user:u /pass:⟦k⟧", &[line]);
    lands("schtasks /create /tn t /ru u /rp \"⟦k⟧\" /tr x", &[line]);
    lands("Register-ScheduledTask -TaskName t -User u -Password '⟦k⟧' -Action $a", &[line]);
    lands("sc.exe config svc obj= u password= \"⟦k⟧\"", &[line]);
    lands("& 'C:\\Program Files\\app\\agent.exe' --token \"⟦k⟧\"", &[line]);
    lands("& \"$dir\\agent.exe\" --token=⟦k⟧", &[line]);
    lands("Start-Process -FilePath msiexec.exe -ArgumentList @('/i', 'KEY=⟦k⟧') -Wait", &[line]);
    lands("Start-Process agent.exe \"/key ⟦k⟧\"", &[line]);
    lands("docker run -d -e \"KEY=⟦k⟧\" app", &["2 environment <- k"]);
}

#[test]
fn output_goes_to_the_agents_log() {
    let log = "2 boot-log C:\\ProgramData\\Amazon\\EC2Launch\\log\\agent.log <- k";
    lands("Write-Output \"key ⟦k⟧\"", &[log]);
    lands("Write-Host 'key' '⟦k⟧'", &[log]);
    lands("\"⟦k⟧\"", &[log]);
    lands("if ($x) { echo ⟦k⟧ }", &[log]);
    lands(
        "function f { Write-Output '⟦k⟧' }\nf",
        &["3 boot-log C:\\ProgramData\\Amazon\\EC2Launch\\log\\agent.log <- k"],
    );
    lands("Start-Transcript -Path C:\\t.log\nWrite-Host \"⟦k⟧\"", &["3 boot-log C:\\t.log <- k"]);
    lands(
        "$VerbosePreference = 'Continue'\nWrite-Verbose \"⟦k⟧\"",
        &["3 boot-log C:\\ProgramData\\Amazon\\EC2Launch\\log\\agent.log <- k"],
    );
    assert_eq!(told_as(Role::RemoteExec, "Write-Host \"⟦k⟧\""), ["1 boot-log <- k"]);
    assert!(told_as(Role::Standalone, "Write-Host \"⟦k⟧\"").is_empty());
}
