//! What lies beyond a bound of the script readers is a landing or a gap that could hide one.

use super::rig::Rig;
use crate::script::{Role, trace_powershell};
use crate::value::Flat;

#[track_caller]
fn is_told(script: &str, case: &str) {
    let rig = Rig::new(script);
    let reading = rig.trace(&rig.context(Role::UserData));
    let lands = reading.facts.iter().any(|landing| landing.sink.path.as_deref() == Some("/k"));
    let hides = reading.gaps.iter().any(|gap| gap.hides_findings);
    assert!(lands || hides, "{case}: neither a landing nor a gap");
}

#[track_caller]
fn is_told_of_windows(script: &str, case: &str) {
    let rig = Rig::new(script);
    let reading = trace_powershell(&Flat::new(&rig.text), &rig.context(Role::UserData));
    let lands = reading.facts.iter().any(|landing| landing.sink.path.as_deref() == Some(r"C:\k"));
    let hides = reading.gaps.iter().any(|gap| gap.hides_findings);
    assert!(lands || hides, "{case}: neither a landing nor a gap");
}

/// `f0` writes, and each other function calls the one before.
fn chain(count: usize, first: &str, one: impl Fn(usize) -> String) -> String {
    (1..=count).fold(first.to_owned(), |script, number| script + &one(number))
}

#[test]
fn functions_that_call_functions() {
    for count in [1, 22, 23, 24, 25, 200] {
        let one = |n: usize| format!("f{n}() {{ f{} \"$1\"; }}\n", n - 1);
        let script = chain(count, "f0() { echo \"$1\" > /k; }\n", one) + &format!("f{count} ⟦k⟧\n");
        is_told(&script, &format!("{count} calls"));
        let one = |n: usize| format!("function f{n}($a) {{ f{} $a }}\n", n - 1);
        let first = "function f0($a) { Set-Content C:\\k $a }\n";
        is_told_of_windows(&(chain(count, first, one) + &format!("f{count} \"⟦k⟧\"\n")), &format!("{count}"));
    }
}

#[test]
fn a_function_that_calls_itself_with_the_secret() {
    is_told("f() { if [ -n \"$2\" ]; then f \"$2\"; else echo \"$1\" > /k; fi; }\nf x ⟦k⟧\n", "itself");
    let script = "function f($a, $b) { if ($b) { f $b } else { Set-Content C:\\k $a } }\nf x \"⟦k⟧\"\n";
    is_told_of_windows(script, "itself");
}

#[test]
fn readers_within_readers() {
    for count in [1, 3, 4, 5, 9] {
        let inner = (0..count).fold("cat > /k".to_owned(), |inner, _| format!("cat > >({inner})"));
        is_told(&format!("echo ⟦k⟧ > >({inner})\n"), &format!("{count} readers"));
    }
}

#[test]
fn wrappers_around_a_command() {
    for count in [1, 8, 9, 100] {
        let script = format!("{} tee /k <<< ⟦k⟧\n", "env ".repeat(count));
        is_told(&script, &format!("{count} wrappers"));
    }
}

#[test]
fn scripts_that_write_scripts() {
    for count in [1, 2, 3, 4, 5] {
        let mut script = "echo ⟦k⟧ > /k\n".to_owned();
        for number in 0..count {
            script = format!("#!/bin/sh\ncat > /s{number}.sh <<'E{number}'\n{script}E{number}\n");
            script = script.replace("'E0'\necho", "'E0'\n#!/bin/sh\necho");
        }
        is_told(&script, &format!("{count} scripts"));
    }
}

#[test]
fn powershell_within_powershell() {
    for count in [1, 2, 3, 4, 5] {
        let inner = "Set-Content C:\\k (Get-Secret)".to_owned();
        let script =
            (0..count).fold(inner, |inner, _| format!("Invoke-Expression '{}'", inner.replace('\'', "''")));
        is_told_of_windows(&script.replace("(Get-Secret)", "⟦k⟧"), &format!("{count} expressions"));
    }
}

#[test]
fn values_that_a_block_puts_out() {
    for count in [1, 511, 512, 513, 2000] {
        let lines: String = (0..count).map(|number| format!("'p{number}'\n")).collect();
        let script = format!("$all = & {{\n{lines}\"⟦k⟧\"\n}}\nSet-Content C:\\k $all\n");
        is_told_of_windows(&script, &format!("{count} values"));
    }
}

#[test]
fn words_of_a_batch_file() {
    for count in [1, 4094, 4095, 4096, 5000] {
        let words = "w ".repeat(count);
        let script = format!("<script>\necho {words} ⟦k⟧> C:\\k\n</script>\n");
        is_told_of_windows(&script, &format!("{count} words"));
    }
}

#[test]
fn chunks_of_a_file_that_is_read_again() {
    for count in [10, 20_001] {
        let script = "echo a >> /a\n".repeat(count) + "echo ⟦k⟧ >> /a\ncat /a > /k\n";
        is_told(&script, &format!("{count} chunks"));
    }
}

#[test]
fn links() {
    for count in [1, 1_000, 1_001] {
        let links: String = (0..count).map(|number| format!("ln -s /x{number} /l{number}\n")).collect();
        is_told(&format!("{links}ln -s /k /last\necho ⟦k⟧ > /last\n"), &format!("{count} links"));
    }
}

#[test]
fn parts_and_headers_of_a_mail() {
    for count in [1, 255, 256, 257] {
        let parts: String = (0..count).map(|_| "--B\nContent-Type: text/plain\n\nx\n".to_owned()).collect();
        let last = "--B\nContent-Type: text/x-shellscript\n\n#!/bin/sh\necho ⟦k⟧ > /k\n--B--\n";
        let head = "Content-Type: multipart/mixed; boundary=\"B\"\nMIME-Version: 1.0\n\n";
        is_mail_told(&format!("{head}{parts}{last}"), &format!("{count} parts"));
    }
    for count in [1, 63, 64, 65] {
        let more: String = (0..count).map(|number| format!("X-{number}: x\n")).collect();
        let head = format!("MIME-Version: 1.0\n{more}Content-Type: multipart/mixed; boundary=\"B\"\n\n");
        let last = "--B\nContent-Type: text/x-shellscript\n\n#!/bin/sh\necho ⟦k⟧ > /k\n--B--\n";
        is_mail_told(&format!("{head}{last}"), &format!("{count} headers"));
    }
}

#[track_caller]
fn is_mail_told(text: &str, case: &str) {
    let rig = Rig::new(text);
    let reading = crate::script::trace(&Flat::new(&rig.text), &rig.context(Role::UserData));
    let lands = reading.facts.iter().any(|landing| landing.sink.path.as_deref() == Some("/k"));
    assert!(lands || reading.gaps.iter().any(|gap| gap.hides_findings), "{case}");
}
