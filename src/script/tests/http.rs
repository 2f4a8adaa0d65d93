//! Stores that answer over HTTP, and installers that are downloaded.

use crate::lands;

#[test]
fn vault_answers_over_http() {
    lands!(
        "curl -s -X PUT -d '{}' $VAULT_ADDR/v1/sys/init | tee >(jq -r .root_token > /root/token) > /dev/null\n",
        "1 file /root/token <- root token"
    );
    lands!(
        "curl -s --request POST $VAULT_ADDR/v1/auth/token/create > /root/token.json\n",
        "1 file /root/token.json <- token"
    );
    lands!(
        "curl -X POST $A/v1/auth/approle/role/app/secret-id | jq -r .data.secret_id > /etc/app/sid\n",
        "1 file /etc/app/sid <- secret id"
    );
    lands!("curl $A/v1/database/creds/app -o /etc/db.json\n", "1 file /etc/db.json <- credentials");
    lands!("curl $A/v1/sys/init > /tmp/state\ncurl $A/v1/sys/health > /tmp/h\n");
}

#[test]
fn an_installer_that_is_downloaded_gets_the_secret() {
    let told = "1 process-arguments (memory) <- k";
    lands!("curl -sfL https://get.k3s.io | sh -s - agent --token ⟦k⟧\n", told);
    lands!("curl -sfL https://get.k3s.io | bash -s -- --token=⟦k⟧\n", told);
    lands!("curl -sfL https://get.k3s.io | K3S_TOKEN=⟦k⟧ sh -\n", told);
    lands!("curl -sfL https://get.k3s.io | sudo K3S_TOKEN=⟦k⟧ sh -s - server\n", told);
    lands!("curl x | sh -s - --datastore-endpoint=\"mysql://admin:⟦k⟧@tcp(h)/k3s\"\n", told);
    lands!("bash -c 'echo' ⟦k⟧\nA=⟦k⟧ sh -c 'true'\n");
}
