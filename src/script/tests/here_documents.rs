//! Here-documents: a landing per line that holds a secret.

use crate::lands;

#[test]
fn each_line_with_a_secret_is_a_landing() {
    lands!(
        "cat > /opt/app/.env <<EOF\nA=1\nKEY=⟦key⟧\nOTHER=⟪region⟫\nTOKEN=⟦token⟧\nEOF\n",
        "3 file /opt/app/.env <- key",
        "5 file /opt/app/.env <- token",
    );
}

#[test]
fn terraform_fills_in_quoted_documents_too() {
    lands!("cat <<'EOF' | sudo tee /etc/x >/dev/null\nkey: ⟦key⟧\nEOF\n", "2 file /etc/x <- key");
}

#[test]
fn the_shell_fills_in_unquoted_documents_only() {
    lands!("T=⟦token⟧\ncat >> /etc/x <<EOF\nt=$T\nliteral=\\$T\nEOF\n", "3 file /etc/x <- token");
    lands!("T=⟦token⟧\ncat >> /etc/x <<'EOF'\nt=$T\nEOF\n");
}

#[test]
fn several_documents_on_one_line_have_their_own_bodies() {
    lands!("cat <<A > /a; cat <<B > /b\n⟦one⟧\nA\n⟦two⟧\nB\n", "2 file /a <- one", "4 file /b <- two");
}

#[test]
fn tabs_are_stripped_and_windows_line_ends_accepted() {
    lands!(
        "cat > /a <<-EOF\r\n\tx=⟦one⟧\r\n\tEOF\r\necho ⟦two⟧ > /b\r\n",
        "2 file /a <- one",
        "4 file /b <- two"
    );
}

#[test]
fn a_document_inside_a_substitution() {
    lands!("X=$(cat <<EOF\n⟦one⟧\nEOF\n)\necho \"$X\" > /a\n", "5 file /a <- one");
}

#[test]
fn a_script_that_writes_a_script() {
    lands!(
        "cat > /opt/run.sh <<'EOF'\n#!/bin/bash\nP=$(aws secretsmanager get-secret-value --secret-id db/password)\necho \"p=$P\" > /etc/p\nEOF\nchmod +x /opt/run.sh\n",
        "4 file /etc/p <- password",
    );
}
