//! Ways of a secret that are easily lost.

use super::{is_quiet, lands};

#[track_caller]
fn file(script: &str, path: &str) {
    let told =
        super::told_as(crate::script::Role::UserData, &format!("<powershell>\n{script}\n</powershell>\n"));
    assert!(
        told.iter().any(|line| line.contains(&format!("file {path} ")) && line.ends_with("<- k")),
        "{told:?} in\n{script}"
    );
}

#[test]
fn tables_are_walked() {
    file("$h = @{ a = '⟦k⟧' }\nforeach ($k in $h.Keys) { \"$k=$($h[$k])\" | Add-Content C:\\a }", "C:\\a");
    file(
        "$h = @{ a = '⟦k⟧'; b = 'x' }\n$h.GetEnumerator() | % { \"$($_.Key)=$($_.Value)\" | Add-Content C:\\a }",
        "C:\\a",
    );
}

#[test]
fn functions_of_a_pipeline() {
    file(
        "function Save-It { param([Parameter(ValueFromPipeline=$true)]$Item) process { Set-Content C:\\a $Item } }\n'⟦k⟧' | Save-It",
        "C:\\a",
    );
}

#[test]
fn what_is_printed_into_a_file() {
    lands("Write-Host '⟦k⟧' *> C:\\a", &["2 file C:\\a <- k"]);
    lands("Write-Host '⟦k⟧' 6> C:\\a", &["2 file C:\\a <- k"]);
    is_quiet("<powershell>\nWrite-Host '⟦k⟧' *> $null\n</powershell>\n");
}

#[test]
fn objects_and_programs() {
    file(
        "$o = New-Object PSObject\n$o | Add-Member -NotePropertyName t -NotePropertyValue '⟦k⟧'\n$o | Export-Clixml C:\\a",
        "C:\\a",
    );
    file("git clone \"https://⟦k⟧@h/r.git\" C:\\r", "C:\\r/.git/config");
    file("sc.exe create x binPath= \"C:\\x.exe --token ⟦k⟧\"", "HKLM:\\SYSTEM\\CurrentControlSet\\Services");
    file("nssm set x AppEnvironmentExtra \"T=⟦k⟧\"", "HKLM:\\SYSTEM\\CurrentControlSet\\Services");
    file("schtasks /create /tn x /tr \"app --password ⟦k⟧\"", "C:\\Windows\\System32\\Tasks");
}

#[test]
fn literals_given_to_functions() {
    lands(
        "function Save-It { param($Password) Set-Content C:\\a $Password }\nSave-It 'Sum,mer#2024'",
        &["2 file C:\\a <- Password", "3 source-code <- Password"],
    );
}
