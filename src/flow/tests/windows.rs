//! PowerShell and batch, wherever Terraform hands them over.

use super::*;

fn told(resource: &str) -> Vec<String> {
    main_tf(&format!("variable \"api_key\" {{}}\n{resource}\n"))
}

#[test]
fn user_data_of_windows_machines() {
    let lines = told(
        "resource \"aws_instance\" \"x\" {\n  user_data = <<-EOT\n    <powershell>\n    Set-Content C:\\a \"${var.api_key}\"\n    </powershell>\n  EOT\n}",
    );
    assert!(lines.contains(&"api_key > file C:\\a main.tf:5 medium".to_owned()), "{lines:?}");
    let lines = told(
        "resource \"azurerm_windows_virtual_machine\" \"x\" {\n  custom_data = base64encode(<<-EOT\n    $key = \"${var.api_key}\"\n    $key | Out-File C:\\a\n  EOT\n  )\n}",
    );
    assert!(lines.contains(&"api_key > file C:\\a main.tf:5 medium".to_owned()), "{lines:?}");
}

#[test]
fn a_rendered_script_file() {
    let lines = lands(&[
        (
            "main.tf",
            "variable \"api_key\" {}\nresource \"aws_instance\" \"x\" {\n  user_data = templatefile(\"${path.module}/setup.ps1.tftpl\", { key = var.api_key })\n}\n",
        ),
        (
            "setup.ps1.tftpl",
            "<powershell>\n$a = \"$${env:TEMP}\\a\"\nSet-Content $a '${key}'\n</powershell>\n",
        ),
    ]);
    let wanted = "api_key > file ${env:TEMP}\\a setup.ps1.tftpl:3 medium";
    assert!(lines.contains(&wanted.to_owned()), "{lines:?}");
}

#[test]
fn provisioners_of_windows() {
    for interpreter in
        ["PowerShell", "pwsh", "powershell.exe", "C:/Windows/System32/WindowsPowerShell/v1.0/powershell.exe"]
    {
        let lines = told(&format!(
            "resource \"null_resource\" \"x\" {{\n  provisioner \"local-exec\" {{\n    interpreter = [\"{interpreter}\", \"-Command\"]\n    command = \"Set-Content a ${{var.api_key}}\"\n  }}\n}}"
        ));
        assert_eq!(lines, ["api_key > file a main.tf:5 medium"], "{interpreter}");
    }
    let lines = told(
        "resource \"null_resource\" \"x\" {\n  provisioner \"local-exec\" {\n    interpreter = [\"pwsh\", \"-Command\"]\n    command = \"$env:KEY > a\"\n    environment = { KEY = var.api_key }\n  }\n}",
    );
    assert_eq!(lines, ["api_key > file a main.tf:5 medium"]);
    let lines = told(
        "resource \"null_resource\" \"x\" {\n  provisioner \"remote-exec\" {\n    inline = [\"powershell.exe -Command \\\"Set-Content C:\\\\a '${var.api_key}'\\\"\"]\n  }\n}",
    );
    assert_eq!(lines, ["api_key > file C:\\a main.tf:4 medium"]);
    let lines = told(
        "resource \"null_resource\" \"x\" {\n  provisioner \"local-exec\" {\n    command = \"cd x && pwsh -NoProfile -Command 'Set-Content a ${var.api_key}'\"\n  }\n}",
    );
    assert_eq!(lines, ["api_key > file a main.tf:4 medium"]);
}
