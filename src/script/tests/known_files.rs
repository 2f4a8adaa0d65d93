//! Files that are known to hold credentials, and files that hold what the script put there.

use crate::lands;

#[test]
fn known_files_are_origins() {
    lands!(
        "ADMIN_PASSWORD=$(sudo cat /var/lib/jenkins/secrets/initialAdminPassword)\necho \"Admin: $ADMIN_PASSWORD\"\n",
        "2 boot-log /var/log/cloud-init-output.log <- ADMIN_PASSWORD"
    );
    lands!("cat /etc/rancher/k3s/k3s.yaml > /dev/console\n", "1 boot-log /dev/console <- kubeconfig");
    lands!("cat /var/lib/rancher/k3s/server/node-token > /srv/token\n", "1 file /srv/token <- node token");
    lands!("sed s/a/b/ /etc/rancher/k3s/k3s.yaml > /srv/k\n", "1 file /srv/k <- kubeconfig");
    lands!("cp /etc/kubernetes/admin.conf /tmp/k\n", "1 file /tmp/k <- kubeconfig");
    lands!("aws s3 cp /etc/kubernetes/admin.conf s3://b/k\n", "1 object s3://b/k <- kubeconfig");
    lands!(
        "aws ssm put-parameter --name /k --type String --value \"$(cat ~/.kube/config)\"\n",
        "1 parameter <- kubeconfig"
    );
    lands!(
        "P=$(cat /run/secrets/db_password)\necho P=$P > /etc/app.env\n",
        "2 file /etc/app.env <- db_password"
    );
}

#[test]
fn a_known_file_at_home_is_no_finding() {
    lands!("cp -i /etc/kubernetes/admin.conf $HOME/.kube/config\nchown a $HOME/.kube/config\n");
    lands!("sudo cat /etc/rancher/k3s/k3s.yaml > ~/.kube/config\n");
    lands!(
        "grep server: /etc/rancher/k3s/k3s.yaml\ncat ~/.ssh/id_rsa.pub > /srv/key\nexport KUBECONFIG=/etc/rancher/k3s/k3s.yaml\n"
    );
    lands!("cat /run/secrets/db_user > /etc/user\n");
}

#[test]
fn a_file_that_holds_a_secret_is_one_when_it_is_read_again() {
    lands!(
        "echo P=⟦k⟧ > /tmp/env\nsed 's/^/export /' </tmp/env | tee -a /etc/environment > /dev/null\n",
        "1 file /tmp/env <- k",
        "2 file /etc/environment <- k"
    );
    lands!(
        "cat > /tmp/f <<EOF\nP=⟦k⟧\nEOF\ncat /tmp/f | tee -a /etc/sysconfig/airflow > /dev/null\n",
        "2 file /etc/sysconfig/airflow <- k",
        "2 file /tmp/f <- k"
    );
}
