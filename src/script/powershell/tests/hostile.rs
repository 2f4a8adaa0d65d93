//! Broken and hostile scripts: nothing panics, nothing takes for ever, and only the broken place is lost.

use proptest::prelude::*;

use super::{lands, told_as};
use crate::script::Role;
use crate::script::powershell::is_powershell;
use crate::script::tests::rig::Rig;
use crate::value::Flat;

const SAMPLE: &str = r#"<powershell>
param([string]$a = "x", $b)
$k = "⟦k⟧"; [xml]$x = Get-Content C:\c.xml
function f($p) { if ($p -eq 1) { return @{ a = $p; b = "$($k)" } } elseif (!$x) { } else { f 2 } }
$x.a.b = '{0}' -f $k; $x.Save("C:\o")
foreach ($i in 1..3) { "x$i" | % { $_ >> C:\a } }
@"
here $k `$no ${k} $(f $k)
"@ | Set-Content -Path (Join-Path $env:TEMP 'a') -Force
try { [IO.File]::WriteAllText("C:\x", $k) } catch [Exception] { throw } finally { rm C:\x }
switch ($k) { 'a' { } default { setx K $k /M } }
& "C:\x y\z.exe" --key=$k 2>&1 | Out-Null
</powershell>
<script>
@echo off
set "A=⟦k⟧" & for /f %%i in ('type x') do echo %A% %%i ^
 >> C:\b
</script>
"#;

fn mutate(edits: &[(usize, u8, usize)]) -> String {
    const PIECES: [&str; 18] = [
        "\"", "'", "`", "$(", ")", "${", "}", "@\"\n", "\n", "\\", "⟦s⟧", "@{", "[", "|", "<#", "\u{FDD0}",
        "%", "@'\n",
    ];
    let mut text = SAMPLE.to_owned();
    for (at, kind, length) in edits {
        let mut from = at % (text.len() + 1);
        while !text.is_char_boundary(from) {
            from -= 1;
        }
        let mut to = (from + length).min(text.len());
        while !text.is_char_boundary(to) {
            to += 1;
        }
        match kind % 4 {
            0 => text.truncate(to.max(1)),
            1 => text.replace_range(from..to, ""),
            2 => text.insert_str(from, PIECES[length % PIECES.len()]),
            _ => {
                let piece = text[from..to].to_owned();
                text.insert_str(from, &piece);
            }
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_scripts_are_read(edits in prop::collection::vec((0usize..4096, any::<u8>(), 0usize..64), 1..12)) {
        let text = mutate(&edits);
        let rig = Rig::new(&text);
        let mut context = rig.context(Role::UserData);
        context.guess_environment = true;
        let reading = super::super::trace(&Flat::new(&rig.text), &context);
        for landing in &reading.facts {
            prop_assert!(!landing.traces.is_empty());
            prop_assert!(landing.sink.at.end as usize <= text.len());
        }
        is_powershell(&text);
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        told_as(Role::Standalone, &text);
        told_as(Role::UserData, &format!("<script>{text}</script>"));
        told_as(Role::UserData, &format!("version: 1.0\ntasks:\n{text}"));
    }
}

#[test]
fn only_the_broken_place_is_lost() {
    lands(
        "Set-Content C:\\a '⟦a⟧'\n)))\nSet-Content C:\\b '⟦b⟧'",
        &["2 file C:\\a <- a", "4 file C:\\b <- b"],
    );
    lands("if (x {\nSet-Content C:\\b '⟦b⟧'", &["3 file C:\\b <- b"]);
    lands("$x = \"no end\nSet-Content C:\\b '⟦b⟧'", &["3 file C:\\b <- b"]);
    lands("[x\nSet-Content C:\\b '⟦b⟧'", &["3 file C:\\b <- b"]);
    lands("@{ a = \nSet-Content C:\\b '⟦b⟧'", &["3 file C:\\b <- b"]);
}

#[test]
fn megabytes_of_brackets_are_read_once() {
    let start = std::time::Instant::now();
    for piece in [
        "(", "\"", "$", "@{", "`", "[", "{", "'", "$(", "\"$(", "@\"\n", "a.b", "$a=", "-not ", "| ", "%",
        "<", "${", "$a[", "a,", "$a.", "@(", "if(", "[a]", "<#",
    ] {
        let script = piece.repeat((4 << 20) / piece.len());
        let one = std::time::Instant::now();
        told_as(Role::UserData, &script);
        told_as(Role::UserData, &format!("<script>\n{script}"));
        eprintln!("{piece:?} {:?}", one.elapsed());
    }
    assert!(start.elapsed().as_secs() < 240, "{:?}", start.elapsed());
}

#[test]
fn calls_and_values_that_multiply_end() {
    let mut script = String::from("function f0 { Set-Content C:\\a '⟦k⟧' }\n");
    for number in 1..20 {
        script.push_str(&format!("function f{number} {{ f{0}; f{0}; f{0}; f{0} }}\n", number - 1));
    }
    script.push_str("f19\n");
    lands(&script, &["2 file C:\\a <- k"]);
    let mut script = String::from("$a = '⟦k⟧'\n$t = @{}\n$s = 'x'\n");
    for _ in 0..60 {
        script.push_str(
            "$a = \"$a$a$a$a\"\n$l = @($a, $l, $l)\n$t = @{ a = $t; b = $t; c = $l }\n$s = $s + $s\niex $s\n",
        );
    }
    script.push_str("Set-Content C:\\a $a\nSet-Content C:\\b $t\n");
    let told = told_as(Role::UserData, &script);
    assert!(
        told.iter().any(|line| line.ends_with("C:\\a <- k"))
            && told.iter().any(|line| line.ends_with("C:\\b <- k"))
    );
}
