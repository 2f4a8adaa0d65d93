//! Tags, tasks, batch, and scripts in scripts.

use super::{lands, told_as};
use crate::script::Role;
use crate::script::powershell::{is_named_powershell, is_powershell};
use crate::script::tests::rig::Rig;
use crate::value::Flat;

fn at_boot(script: &str) -> Vec<String> {
    assert!(is_powershell(script), "{script}");
    told_as(Role::UserData, script)
}

#[test]
fn tags() {
    assert_eq!(at_boot("<powershell>Set-Content C:\\a '⟦k⟧'</powershell>"), ["1 file C:\\a <- k"]);
    assert_eq!(
        at_boot(
            "<script>\necho ⟦a⟧> C:\\a\n</script>\n<powershell>\nSet-Content C:\\b '⟦b⟧'\n</powershell>\n<persist>true</persist>"
        ),
        ["2 file C:\\a <- a", "5 file C:\\b <- b"]
    );
    let rig = Rig::new("<powershell>\nSet-Content C:\\a '⟦k⟧'\n</powershell>\n<persist>true</persist>");
    let reading = super::super::trace(&Flat::new(&rig.text), &rig.context(Role::UserData));
    assert_eq!(reading.facts[0].sink.by, "written by `Set-Content`, again at every boot");
    assert_eq!(
        at_boot(
            "<powershell>\nSet-Content C:\\a '⟦k⟧'\n</powershell>\n<powershellArguments>-Ex Bypass</powershellArguments>"
        ),
        ["2 file C:\\a <- k"]
    );
}

#[test]
fn tasks_of_ec2launch() {
    let tasks = "version: 1.0\ntasks:\n- task: executeScript\n  inputs:\n  - frequency: always\n    type: powershell\n    runAs: admin\n    content: |-\n      $x = '⟦k⟧'\n\n      @\"\n      key=$x\n      \"@ | Set-Content C:\\a\n  - frequency: once\n    content: |-\n      setx K ⟦b⟧\n    type: batch\n- task: executeScript\n  inputs:\n  - type: powershell\n    content: Set-Content C:\\c '⟦c⟧'\n";
    assert_eq!(
        at_boot(tasks),
        ["13 file C:\\a <- k", "16 file HKCU:\\Environment <- b", "21 file C:\\c <- c"]
    );
}

#[test]
fn batch() {
    let told = |script: &str| told_as(Role::UserData, &format!("<script>\n{script}\n</script>"));
    assert_eq!(told("set KEY=⟦k⟧\r\necho key=%KEY% > C:\\a"), ["3 file C:\\a <- k"]);
    assert_eq!(told("set \"KEY=⟦k⟧\"\n>>C:\\a echo %KEY%"), ["3 file C:\\a <- k"]);
    assert_eq!(
        told("setx /M KEY \"⟦k⟧\""),
        ["2 file HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment <- k"]
    );
    assert_eq!(told("powershell -NoProfile -Command \"Set-Content C:\\a '⟦k⟧'\""), ["2 file C:\\a <- k"]);
    assert_eq!(told("powershell.exe \"Set-Content C:\\a \\\"⟦k⟧\\\"\""), ["2 file C:\\a <- k"]);
    assert_eq!(
        told(
            "for /f \"tokens=*\" %%i in ('aws ssm get-parameter --name /a/key --with-decryption') do set KEY=%%i\necho %KEY%>C:\\a"
        ),
        ["3 file C:\\a <- key"]
    );
    assert_eq!(told("if not exist C:\\a echo ⟦k⟧ > C:\\a"), ["2 file C:\\a <- k"]);
    assert_eq!(told("echo ⟦k⟧ > C:\\t\\a & del C:\\t\\a"), ["2 file C:\\t\\a (removed) <- k"]);
    assert_eq!(told("reg add HKLM\\App /v K /d ⟦k⟧ /f"), ["2 file HKLM\\App <- k"]);
    assert!(told("rem echo ⟦k⟧ > C:\\a\n:: echo ⟦k⟧ > C:\\a\nnet user admin ⟦k⟧\necho ⟦k⟧ > NUL").is_empty());
    assert_eq!(told("set DB_PASSWORD=Tr0ub4dor-3x"), ["2 source-code <- DB_PASSWORD"]);
}

#[test]
fn scripts_in_scripts() {
    lands("powershell.exe -NoProfile -Command \"Set-Content C:\\a '⟦k⟧'\"", &["2 file C:\\a <- k"]);
    lands("cmd /c \"echo ⟦k⟧ > C:\\a\"", &["2 file C:\\a <- k"]);
    // Set-Content C:\a (Get-SSMParameter -Name /x/key -WithDecryption $true).Value
    let encoded = "UwBlAHQALQBDAG8AbgB0AGUAbgB0ACAAQwA6AFwAYQAgACgARwBlAHQALQBTAFMATQBQAGEAcgBhAG0AZQB0AGUAcgAgAC0ATgBhAG0AZQAgAC8AeAAvAGsAZQB5ACAALQBXAGkAdABoAEQAZQBjAHIAeQBwAHQAaQBvAG4AIAAkAHQAcgB1AGUAKQAuAFYAYQBsAHUAZQA=";
    lands(&format!("powershell -EncodedCommand {encoded}"), &["2 file C:\\a <- key"]);
    lands(
        "@'\n$v = (Get-SSMParameter -Name /x/key -WithDecryption $true).Value\nSet-Content C:\\a $v\n'@ | Set-Content C:\\run.ps1",
        &["4 file C:\\a <- key"],
    );
}

#[test]
fn a_terraform_hole_is_a_part_of_any_word() {
    lands("Set-Content C:\\⟪env⟫\\a ⟦k⟧", &["2 file C:\\${var.env}\\a <- k"]);
    lands("$x = ⟦k⟧\nSet-Content C:\\a $x", &["3 file C:\\a <- k"]);
    lands("⟪more⟫\nSet-Content C:\\a '⟦k⟧'\n⟪more⟫", &["3 file C:\\a <- k"]);
    lands("$h = @{ ⟪name⟫ = \"⟦k⟧\" }\n$h | ConvertTo-Json > C:\\a", &["3 file C:\\a <- k"]);
}

#[test]
fn beginnings() {
    for text in [
        "#ps1_sysnative\nwhoami",
        "#!/usr/bin/env pwsh\n",
        "param(\n  $x\n)",
        "# comment\n$ErrorActionPreference = \"Stop\"\nwhoami",
        "Set-ExecutionPolicy Bypass -Scope Process -Force",
        "[CmdletBinding()]\nparam()",
        "powershell.exe -Command \"x\"",
        "@echo off\nsetx A b",
    ] {
        assert!(is_powershell(text), "{text}");
    }
    for text in [
        "#!/bin/bash\necho \"<x>\"\n",
        "apt-get update\n",
        "#cloud-config\nruncmd: []\n",
        "echo hi\nsudo pwsh -Command 'Set-Content a b'",
        "{\"a\": 1}",
        "#!/bin/bash\ncat > i.html <<E\n<script>\nx\n</script>\nE\n",
        "yum install -y x\ncat > i.html <<E\n<script>\nE\n",
        "<!DOCTYPE html>\n<script>\n",
        "metadata:\n  steps:\n  - powershell: |\n      Write-Host x\n",
        "version: '3'\ntasks:\n  default:\n    cmds: [x]\n",
        "version: 3\nservices:\n",
        "",
    ] {
        assert!(!is_powershell(text), "{text}");
    }
    assert!(
        is_named_powershell("a.ps1.tftpl") && is_named_powershell("A.PSM1") && !is_named_powershell("a.sh")
    );
}
