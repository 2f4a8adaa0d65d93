"""Records the evidence of examples/incident: `incident.py SECRETRAIL OUT`.

The account, the parameters and the trail of the founding story, on moto with its clock turned to the days of the
story; then `secretrail collect` asks it for all three surfaces. Needs freezegun beside requirements.txt. Ids that moto
draws by lot, and so the digest, differ each time.
"""

import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import timedelta
from pathlib import Path

os.environ.update(MOTO_ACCOUNT_ID="123456789012", AWS_ACCESS_KEY_ID="EXAMPLE", AWS_SECRET_ACCESS_KEY="EXAMPLE")
REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "fixtures" / "trail"))

import boto3  # noqa: E402
import moto_plus  # noqa: E402
from freezegun import freeze_time  # noqa: E402
from make import (  # noqa: E402
    ACCOUNT, BROWSER, ELSEWHERE, REGION, TERRAFORM, Log, assume, at, caller, cli, console_login, delete_key,
    get_parameter, role_session, root, user,
)

END = "2026-04-02T09:00:00"
OLD_KEY, NEW_KEY = "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"
SSO = "AWSReservedSSO_Developer_0123456789abcdef"
ANTHROPIC = "/paperclip-app/anthropic/api-key"


# --- What CloudTrail saw


def boot(log, identity):
    """Terraform makes the machine anew: its user data is not in the log, and line 235 is in its user data."""
    log.add(identity, "ec2", "RunInstances", TERRAFORM, read_only=False, wait=41,
            request={"instancesSet": {"items": [{"imageId": "ami-0abcdef1234567890", "minCount": 1, "maxCount": 1}]},
                     "userData": "<sensitiveDataRemoved>", "instanceType": "t3.small"},
            response={"instancesSet": {"items": [{"instanceId": "i-1234567890abcdef0"}]}})


def put(log, identity, name, version, agent=TERRAFORM, **more):
    arn = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}"
    log.add(identity, "ssm", "PutParameter", agent, read_only=False, resources=[{"accountId": ACCOUNT, "ARN": arn}],
            request={"name": name, "value": "HIDDEN_DUE_TO_SECURITY_REASONS", "type": "SecureString", "overwrite": True},
            response={"version": version, "tier": "Standard"}, **more)


def quiet_key():
    """Incident 1: the machine is made anew, by the deployer."""
    log = Log("incident/quiet-key", "2026-03-26T10:02:00")
    deployer = user("terraform-deployer", OLD_KEY)
    caller(log, deployer, TERRAFORM)
    boot(log, deployer)
    return log


def fallback():
    """Incident 2: the deployer is deleted and made anew; what worked with its key goes on as root."""
    log = Log("incident/fallback", "2026-03-28T14:00:00")
    deployer = user("terraform-deployer", OLD_KEY)
    caller(log, deployer, cli("AN,g,E,b,Z", "sts.get-caller-identity"))
    log.after(minutes=12)
    login = console_login(log, root(), mfa=True)
    start = at(login["eventTime"].rstrip("Z"))
    console = root("ASIACONSOLEROOTEXAMP", start, mfa=True)
    named = {"request": {"userName": "terraform-deployer"}, "region": "us-east-1", "session_credential": "true"}
    delete_key(log, console, OLD_KEY, "terraform-deployer", session_credential="true")
    log.add(console, "iam", "DeleteUser", BROWSER, **named)
    log.add(console, "iam", "CreateUser", BROWSER, **named, response={"user": {
        "userName": "terraform-deployer", "arn": f"arn:aws:iam::{ACCOUNT}:user/terraform-deployer"}})
    log.after(minutes=3)
    sign_in = f"arn:aws:signin:us-east-1:{ACCOUNT}:session/3f0d1c2b-1111-4222-8333-444455556666"
    log.add(root(None), "signin", "CreateOAuth2Token", "aws-cli/2.36.7", region="us-east-1", read_only=False,
            kind="AwsServiceEvent", request={"resource": None, "client_id": "arn:aws:signin:::devtools/same-device"},
            extra={"signInSessionArn": sign_in, "grant_type": "authorization_code", "success": "true"})
    fallen = root("ASIAFALLBACKAEXAMPLE", start, mfa=True, sign_in=sign_in)
    caller(log, fallen, cli("b,AC,Z,AN,E", "sts.get-caller-identity"))
    log.add(fallen, "ssm", "DescribeParameters", cli("AN,AC,Z,E,b", "ssm.describe-parameters"), request={})
    put(log, fallen, ANTHROPIC, 3, TERRAFORM.replace("m/E,g", "m/E,AC"), wait=95)
    boot(log, fallen)
    log.add(fallen, "iam", "CreateAccessKey", cli("Z,b,E,AN,AC", "iam.create-access-key"), region="us-east-1", wait=400,
            request={"userName": "terraform-deployer"}, response={"accessKey": {
                "userName": "terraform-deployer", "accessKeyId": NEW_KEY, "status": "Active",
                "createDate": "Mar 28, 2026, 2:26:05 PM"}})
    return log


def printed_key():
    """Incident 3, as far as a trail shows it: an agent's `get-parameter --with-decryption`, and the tool use it names."""
    log = Log("incident/printed-key", "2026-03-30T16:20:00")
    person = role_session(SSO, "jcalone@example.com", "ASIAJCALONESSOEXAMPL", log.now - timedelta(minutes=10),
                          role_id="AROASSODEVELOEXAMPLE", behalf="93b6f7a0-1111-4abc-8def-0123456789ab")
    agent, _ = assume(log, person, "paperclip-agent", "botocore-session-1774887600", "ASIAAGENTPRINTEXAMPL",
                      cli("s,o,AN,E,b,Z", "sts.assume-role"), role_id="AROAAGENTPAPEEXAMPLE")
    mark = "cc-0141fab3-toolu_01AjU2TvSydb1THCnRCcYCLQ"
    log.add(agent, "ssm", "DescribeParameters", cli("i,AN,Z,E,b", "ssm.describe-parameters", app=mark), request={})
    get_parameter(log, agent, ANTHROPIC, cli("Z,b,E,i,AN,N", "ssm.get-parameter", app=mark))
    return log


def since_then():
    """What the team does since: the agent's sessions are minted for it, with a source identity and tags."""
    log = Log("incident/since-then", "2026-04-01T08:30:00")
    person = role_session(SSO, "jcalone@example.com", "ASIAJCALONENEWEXAMPL", log.now - timedelta(minutes=4),
                          role_id="AROASSODEVELOEXAMPLE", behalf="93b6f7a0-1111-4abc-8def-0123456789ab")
    tags = {"secretrail:agent": "claude-code", "secretrail:session": "00000000-0000-4000-8000-000000000001",
            "secretrail:tool-use": "toolu_01AAAA"}
    agent, _ = assume(log, person, "paperclip-agent", "jcalone-claude-code-01", "ASIAAGENTMINTEEXAMPL",
                      cli("s,E,b,Z", "sts.assume-role"), tags=tags, source_identity="jcalone@example.com",
                      transitive=["secretrail:agent", "secretrail:session"], role_id="AROAAGENTPAPEEXAMPLE")
    caller(log, agent, cli("AN,w,E,b,Z", "sts.get-caller-identity"))
    log.add(agent, "ssm", "DescribeParameters", cli("AN,w,E,b,Z", "ssm.describe-parameters"), request={})
    deployer = user("terraform-deployer", NEW_KEY)
    log.after(hours=2)
    caller(log, deployer, TERRAFORM, ip=ELSEWHERE)
    log.add(deployer, "ec2", "DescribeInstances", TERRAFORM, request={}, ip=ELSEWHERE)
    return log


# --- What stands in the account


def trust(who, condition=None):
    statement = {"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def account(iam):
    with freeze_time("2025-11-03T09:00:00"):
        iam.create_role(RoleName="paperclip-agent", Description="What the agents of the app work as",
                        AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}))
        reads = [{"Effect": "Allow", "Action": ["ssm:DescribeParameters", "ssm:GetParameter"], "Resource": "*"}]
        iam.put_role_policy(RoleName="paperclip-agent", PolicyName="parameters",
                            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": reads}))
        iam.create_role(RoleName="paperclip-instance", AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}))
        iam.create_role(RoleName="secretrail-audit", AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, {
            "StringEquals": {"sts:ExternalId": "nightly"}}))
        iam.update_account_password_policy(MinimumPasswordLength=16, PasswordReusePrevention=24)
    with freeze_time("2026-03-28T14:13:16"):
        iam.create_user(UserName="terraform-deployer")
        everything = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
        iam.put_user_policy(UserName="terraform-deployer", PolicyName="deploy",
                            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": everything}))
    with freeze_time("2026-03-28T14:26:05"):
        iam.create_access_key(UserName="terraform-deployer")


def parameters(ssm):
    for name, day in (
        ("/paperclip-app/admin/password", "2026-03-24"),
        (ANTHROPIC, "2026-03-28"),
        ("/paperclip-app/github/pat", "2026-03-24"),
        ("/abt/replicate/api-token", "2026-02-11"),
    ):
        with freeze_time(f"{day}T14:16:00"):
            ssm.put_parameter(Name=name, Type="SecureString", Value="FIXTURE-NOT-A-SECRET")


STATE = {
    "root_row": {"password_last_used": "2026-03-28T14:12:14+00:00", "user_creation_time": "2021-05-17T09:00:00+00:00",
                 "password_last_changed": "2026-03-29T08:00:00+00:00"},
    "user_rows": {"terraform-deployer": {
        "access_key_1_last_used_date": "2026-04-01T10:30:00+00:00", "access_key_1_last_used_region": REGION,
        "access_key_1_last_used_service": "ec2"}},
    "report_time": "2026-04-02T08:59:00Z",
    "root_virtual_mfa": True,
    "summary": {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0},
    "organization_features": [],
}


def post(endpoint, name, value):
    request = urllib.request.Request(f"{endpoint}/moto-api/plus/{name}", json.dumps(value).encode())
    urllib.request.urlopen(request).read()


def main():
    secretrail, out = sys.argv[1:]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    endpoint = f"http://127.0.0.1:{port}"
    threading.Thread(target=moto_plus.serve, args=(str(port),), daemon=True).start()
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    random.seed(28)
    account(boto3.client("iam", region_name="us-east-1", endpoint_url=endpoint))
    parameters(boto3.client("ssm", region_name=REGION, endpoint_url=endpoint))
    post(endpoint, "reset", {})
    post(endpoint, "state", STATE)
    records = [record for log in (quiet_key(), fallback(), printed_key(), since_then()) for record in log.records]
    with freeze_time(END):
        post(endpoint, "events", {"Records": records})
        environment = {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "EXAMPLE", "AWS_SECRET_ACCESS_KEY": "EXAMPLE",
                       "AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent"}
        ask = [secretrail, "collect", "--region", REGION, "--trail-region", REGION, "--trail-region", "us-east-1",
               "--since", "2026-03-26T00:00:00Z", "--until", "2026-04-02T08:00:00Z", "--inventory", "--clock", f"{END}Z", "--out", out,
               "--role-arn", f"arn:aws:iam::{ACCOUNT}:role/secretrail-audit", "--external-id", "nightly", "--no-progress"]
        for surface in ("account", "trail", "inventory"):
            ask += ["--surface", surface]
        sys.exit(subprocess.run(ask, env=environment, check=False).returncode)


if __name__ == "__main__":
    main()
