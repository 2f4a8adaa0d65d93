"""moto's server, and what an account's audit needs beyond it.

* Root: its row of the credential report, its values of the account summary, its virtual MFA device, and root as the
  caller of chosen keys; sessions of AssumeRoot, which moto does not have.
* The states of a credential report that is not ready, and of ListOrganizationsFeatures.
* Denial and throttling of chosen actions, in the shape of each service's own protocol.
* Many accounts: each has a state of its own, and roles are assumed into them.
* CloudTrail LookupEvents over what was called and over posted records: pages, 90 days, one attribute, two a second.

POST /moto-api/plus/reset            back to the defaults
POST /moto-api/plus/state  {...}     sets any of STATE's keys
POST /moto-api/plus/users  {...}     {"first": 0, "count": 500, "prefix": "user"}: users, at once
POST /moto-api/plus/events {...}     {"Records": [...]}: whole CloudTrail records
GET  /moto-api/plus/calls            ["iam:GetAccountSummary", ...]: what was called since the reset
"""

import base64
import copy
import datetime as dt
import fnmatch
import json
import re
import threading
import time
import uuid
from collections import deque
from xml.sax.saxutils import escape

import botocore.session
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, BaseResponse
from moto.iam import models as iam_models
from moto.iam.models import IAMBackend, iam_backends
from moto.iam.responses import IamResponse
from moto.moto_api._internal import urls as api_urls
from moto.sts.models import sts_backends
from moto.sts.responses import TokenResponse

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
UTC = dt.timezone.utc
COLUMNS = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
    "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,"
    "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
    "cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
).split(",")
ROOT_ROW = dict.fromkeys(COLUMNS, "N/A") | {
    "user": "<root_account>",
    "arn": ROOT,
    "user_creation_time": "2020-01-01T00:00:00+00:00",
    "password_enabled": "true",
    "password_last_used": "2026-01-01T00:00:00+00:00",
    "password_last_changed": "2020-01-01T00:00:00+00:00",
    "password_next_rotation": "not_supported",
    "mfa_active": "true",
    "access_key_1_active": "false",
    "access_key_2_active": "false",
    "cert_1_active": "false",
    "cert_2_active": "false",
}
DEFAULTS = {
    # Access keys whose caller is root.
    "root_keys": ["ROOT"],
    # What GetCallerIdentity tells a session of AssumeRoot. AWS's documentation does not say.
    "root_session": {"Arn": f"arn:aws:sts::{ACCOUNT}:assumed-root", "UserId": ACCOUNT},
    # Columns of root's row, and of users' rows by name, that are not as moto has them.
    "root_row": {},
    "user_rows": {},
    # When the report was made; now where it is null.
    "report_time": None,
    # Errors that GetCredentialReport gives first, one a call: ReportInProgress, ReportNotPresent, ReportExpired.
    "report_errors": [],
    # Values of GetAccountSummary that are not as moto has them.
    "summary": {},
    "root_virtual_mfa": False,
    # RootCredentialsManagement, RootSessions; or the code of an exception.
    "organization_features": "AccountNotManagementOrDelegatedAdministratorException",
    # Actions that are denied, everywhere, in one Region or in one account, and throttled to so many a second:
    # "iam:GetAccountSummary", "iam:*", "cloudtrail:LookupEvents@eu-west-1", "iam:*#111122223333". Of AssumeRole the
    # account is the role's.
    "denied": [],
    "throttled": {},
    # What of the above is otherwise in single accounts: {"111122223333": {"summary": {...}}}.
    "accounts": {},
    # Of LookupEvents: most calls a second, most events a page.
    "lookup_per_second": 0,
    # What ListPublicKeys answers.
    "public_keys": {"PublicKeyList": []},
    "lookup_page": 50,
}
STATE = copy.deepcopy(DEFAULTS)
LOCK = threading.Lock()
CALLS: list = []
EVENTS: deque = deque(maxlen=200_000)
RECENT: dict = {}
SOURCE_IDENTITY: dict = {}
# When a role's session was made, by its key.
MADE: dict = {}
# Keys of AssumeRoot's sessions.
ROOT_SESSIONS: set = set()


# --- Who calls ---


def of(account, key):
    """A state of one account."""
    return STATE["accounts"].get(account, {}).get(key, STATE[key])


def root_of(account):
    return f"arn:aws:iam::{account}:root"


def key_of(response):
    authorization = response.headers.get("Authorization", "")
    return authorization.split("Credential=")[1].split("/")[0] if "Credential=" in authorization else ""


def identity_of(response):
    """CloudTrail's userIdentity of a caller, and the name that LookupEvents knows it by."""
    key, account = key_of(response), response.current_account
    own = {"accountId": account, "accessKeyId": key}
    if key in STATE["root_keys"] or key in ROOT_SESSIONS:
        return {"type": "Root", "principalId": ACCOUNT, "arn": ROOT, **own}, "root"
    role = sts_backends[account]["aws"].get_assumed_role_from_access_key(key)
    if role:
        issuer = {
            "type": "Role",
            "principalId": role.user_id.split(":")[0],
            "arn": role.role_arn,
            "accountId": account,
            "userName": role.role_arn.split("/")[-1],
        }
        context = {
            "sessionIssuer": issuer,
            "attributes": {"creationDate": MADE.get(key) or stamp(dt.datetime.now(UTC)), "mfaAuthenticated": "false"},
        }
        if key in SOURCE_IDENTITY:
            context["sourceIdentity"] = SOURCE_IDENTITY[key]
        identity = {"type": "AssumedRole", "principalId": role.user_id, "arn": role.arn, **own}
        return {**identity, "sessionContext": context}, role.session_name
    user = iam_backends[account]["aws"].get_user_from_access_key_id(key)
    if user:
        return {"type": "IAMUser", "principalId": user.id, "arn": user.arn, **own, "userName": user.name}, user.name
    return {"type": "Unknown", "accessKeyId": key}, key


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


# --- Every call: counted, denied, throttled, recorded ---


def failure(response, code, status, message):
    """An error as the service's protocol writes it."""
    service = botocore.session.get_session().get_service_model(response.service_name)
    if service.metadata["protocol"] == "json":
        name = {"AccessDenied": "AccessDeniedException", "Throttling": "ThrottlingException"}.get(code, code)
        body = json.dumps({"__type": name, "message": message})
        return 400, {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": str(uuid.uuid4())}, body
    space = service.metadata.get("xmlNamespace", f"https://{response.service_name}.amazonaws.com/doc/2010-05-08/")
    number = str(uuid.uuid4())
    body = (
        f'<ErrorResponse xmlns="{space}"><Error><Type>Sender</Type><Code>{code}</Code>'
        f"<Message>{escape(message)}</Message></Error><RequestId>{number}</RequestId></ErrorResponse>"
    )
    return status, {"Content-Type": "text/xml", "x-amzn-RequestId": number}, body


def is_throttled(names):
    for pattern, most in STATE["throttled"].items():
        if any(fnmatch.fnmatchcase(name, pattern) for name in names) and too_many(pattern, most):
            return True
    return False


def account_of(response, name):
    """The account that a call is about."""
    arn = (response.querystring or {}).get("RoleArn", [""])[0] if name == "sts:AssumeRole" else ""
    return arn.split(":")[4] if arn.count(":") >= 5 else response.current_account


def too_many(bucket, most):
    """Whether there were so many within the last second already; one that is refused does not count."""
    now = time.monotonic()
    with LOCK:
        recent = RECENT.setdefault(bucket, deque())
        while recent and recent[0] < now - 1:
            recent.popleft()
        if len(recent) >= most:
            return True
        recent.append(now)
        return False


def refusal(response, name):
    names = (name, f"{name}@{getattr(response, 'region', '')}", f"{name}#{account_of(response, name)}")
    if any(fnmatch.fnmatchcase(one, pattern) for pattern in STATE["denied"] for one in names):
        arn = identity_of(response)[0].get("arn", f"arn:aws:iam::{ACCOUNT}:user/unknown")
        reason = "because no identity-based policy allows the action"
        message = f"User: {arn} is not authorized to perform: {name} on resource: * {reason}"
        return failure(response, "AccessDenied", 403, message)
    if is_throttled(names):
        return failure(response, "Throttling", 400, "Rate exceeded")
    if name == "iam:GetCredentialReport" and STATE["report_errors"]:
        code = STATE["report_errors"].pop(0)
        return failure(response, code, 404 if code == "ReportInProgress" else 410, "The credential report is not there")
    features = of(response.current_account, "organization_features")
    if name == "iam:ListOrganizationsFeatures" and isinstance(features, str):
        return failure(response, features, 400, "The request was rejected because of the organization's state.")
    return None


plain_call_action = BaseResponse.call_action


def call_action(self):
    name = f"{self.service_name}:{self._get_action()}"
    with LOCK:
        CALLS.append(name)
    identity, user = identity_of(self)
    result = refusal(self, name) or plain_call_action(self)
    if self.service_name and not name.startswith("cloudtrail:Lookup"):
        record(self, name, identity, user, result)
    return result


def record(response, name, identity, user, result):
    """The call as CloudTrail records it."""
    service, action = name.split(":", 1)
    now = dt.datetime.now(UTC)
    reads = ("Get", "List", "Describe", "Lookup", "Head", "Simulate", "Generate")
    event = {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": stamp(now),
        "eventSource": f"{service}.amazonaws.com",
        "eventName": action,
        "awsRegion": getattr(response, "region", "us-east-1"),
        "sourceIPAddress": "127.0.0.1",
        "userAgent": response.headers.get("User-Agent", ""),
        "requestParameters": parameters_of(response) or None,
        "responseElements": None,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": action.startswith(reads),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }
    status, headers, body = result
    if name == "sts:AssumeRole":
        event |= assumed(response, str(body) if int(status) < 400 else "")
    if int(status) >= 400:
        denied = int(status) == 403 or "AccessDenied" in str(body)
        event["errorCode"] = "AccessDenied" if denied else headers.get("x-amzn-errortype", "ClientError")
    with LOCK:
        EVENTS.append((now.timestamp(), user, event))


def assumed(response, body):
    """What CloudTrail keeps of AssumeRole: who the session is, and not its secrets."""
    given = {name: value[0] for name, value in (response.querystring or {}).items()}
    tags = []
    while f"Tags.member.{len(tags) + 1}.Key" in given:
        number = f"Tags.member.{len(tags) + 1}"
        tags.append({"key": given[f"{number}.Key"], "value": given.get(f"{number}.Value", "")})
    names = ("RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId", "SourceIdentity")
    asked = {name[0].lower() + name[1:]: given[name] for name in names if name in given}
    if tags:
        asked["tags"] = tags
    made = {name: text for name, text in re.findall(r"<(AccessKeyId|Expiration|AssumedRoleId|Arn)>([^<]+)<", body)}
    answer = {
        "credentials": {"accessKeyId": made.get("AccessKeyId"), "expiration": made.get("Expiration")},
        "assumedRoleUser": {"assumedRoleId": made.get("AssumedRoleId"), "arn": made.get("Arn")},
    }
    if "sourceIdentity" in asked:
        answer["sourceIdentity"] = asked["sourceIdentity"]
    return {"requestParameters": asked, "responseElements": answer if made else None}


def parameters_of(response):
    hidden = {"value", "password", "secretstring"}
    try:
        given = json.loads(response.body)
    except (TypeError, ValueError):
        query = response.querystring or {}
        given = {name: value[0] for name, value in query.items() if name not in ("Action", "Version")}
    if not isinstance(given, dict):
        return {}
    return {
        name[0].lower() + name[1:]: "HIDDEN_DUE_TO_SECURITY_REASONS" if name.lower() in hidden else value
        for name, value in given.items()
    }


# --- Root and the credential report ---

plain_report = IAMBackend.get_credential_report


def get_credential_report(self):
    """moto's report with root's row, and with the columns that a test set."""
    head, _, rest = plain_report(self).partition("\n")
    rows = [ROOT_ROW | {"arn": root_of(self.account_id)} | of(self.account_id, "root_row")]
    for line in rest.splitlines():
        row = dict(zip(COLUMNS, line.split(",")))
        rows.append(row | of(self.account_id, "user_rows").get(row["user"], {}))
    lines = [",".join(row[column] for column in COLUMNS) for row in rows]
    return "\n".join([head, *lines])


def get_credential_report_answer(self):
    made = STATE["report_time"] or stamp(dt.datetime.now(UTC))
    content = self.backend.get_credential_report()
    return ActionResult({"Content": content, "ReportFormat": "text/csv", "GeneratedTime": made})


plain_summary = iam_models.AccountSummary.summary_map.fget


def summary_map(self):
    own = of(self._iam_backend.account_id, "summary")
    return {"AccountPasswordPresent": 1, **plain_summary(self), **own}


plain_virtual_mfa = IAMBackend.list_virtual_mfa_devices


def list_virtual_mfa_devices(self, assignment_status, marker, max_items):
    devices, marker = plain_virtual_mfa(self, assignment_status, marker, max_items)
    if of(self.account_id, "root_virtual_mfa") and assignment_status != "Unassigned":
        device = iam_models.VirtualMfaDevice(self.account_id, "us-east-1", "/root-account-mfa-device")
        device.enable_date = dt.datetime.now(UTC)
        born = dt.datetime(2020, 1, 1)
        root = root_of(self.account_id)
        own = {"arn": root, "id": self.account_id, "path": "/", "name": "", "create_date": born, "tags": []}
        device.user = type("Root", (), own)()
        device.user_attribute = {"UserId": self.account_id, "Arn": root, "CreateDate": born}
        devices = [*devices, device]
    return devices, marker


def list_organizations_features(self):
    """The exceptions are given by `refusal`."""
    return ActionResult({"OrganizationId": "o-exampleorgid", "EnabledFeatures": of(self.current_account, "organization_features")})


plain_caller = TokenResponse.get_caller_identity


def get_caller_identity(self):
    if key_of(self) in ROOT_SESSIONS:
        return ActionResult({"Account": ACCOUNT, **STATE["root_session"]})
    if key_of(self) in STATE["root_keys"]:
        return ActionResult({"UserId": ACCOUNT, "Account": ACCOUNT, "Arn": ROOT})
    return plain_caller(self)


plain_assume_role = TokenResponse.assume_role


def assume_role(self):
    answer = plain_assume_role(self)
    account = account_of(self, "sts:AssumeRole")
    identity, roles = self._get_param("SourceIdentity"), sts_backends[account]["aws"].assumed_roles
    if roles:
        MADE[roles[-1].access_key_id] = stamp(dt.datetime.now(UTC))
    if identity and roles:
        SOURCE_IDENTITY[roles[-1].access_key_id] = identity
    return answer


def assume_root(self):
    """A session for one task, of fifteen minutes at most."""
    key = f"ASIA{uuid.uuid4().hex[:16].upper()}"
    ROOT_SESSIONS.add(key)
    ends = dt.datetime.now(UTC) + dt.timedelta(seconds=min(int(self._get_param("DurationSeconds") or 900), 900))
    keys = {"AccessKeyId": key, "SecretAccessKey": uuid.uuid4().hex, "SessionToken": uuid.uuid4().hex}
    return ActionResult({"Credentials": {**keys, "Expiration": ends}})


# --- LookupEvents ---


class TrailError(JsonRESTError):
    code = 400


def meets(event, user, attribute):
    if not attribute:
        return True
    value, resources = attribute["AttributeValue"], event.get("resources", [])
    found = {
        "EventId": [event.get("eventID")],
        "EventName": [event.get("eventName")],
        "ReadOnly": [str(event.get("readOnly")).lower()],
        "Username": [user],
        "EventSource": [event.get("eventSource")],
        "AccessKeyId": [event.get("userIdentity", {}).get("accessKeyId")],
        "ResourceName": [one.get("ARN") for one in resources] + [one.get("resourceName") for one in resources],
        "ResourceType": [one.get("type") for one in resources],
    }
    return value in found.get(attribute["AttributeKey"], [])


def lookup_events(self):
    asked = json.loads(self.body or "{}")
    if STATE["lookup_per_second"] and too_many(f"lookup {self.region}", STATE["lookup_per_second"]):
        raise TrailError("ThrottlingException", "Rate exceeded")
    attributes = asked.get("LookupAttributes") or []
    if len(attributes) > 1:
        raise TrailError("InvalidLookupAttributesException", "You can only specify one LookupAttribute.")
    most = asked.get("MaxResults", 50)
    if not 1 <= most <= 50:
        raise TrailError("InvalidMaxResultsException", f"MaxResults {most}")
    start, end = asked.get("StartTime"), asked.get("EndTime")
    if start is not None and end is not None and start > end:
        raise TrailError("InvalidTimeRangeException", "StartTime is after EndTime")
    oldest = max(start or 0, time.time() - 90 * 86400)
    attribute = attributes[0] if attributes else None

    def is_asked(at, user, event):
        in_time = oldest <= at and (end is None or at <= end)
        return in_time and event.get("awsRegion", self.region) == self.region and meets(event, user, attribute)

    with LOCK:
        rows = [row for row in sorted(EVENTS, key=lambda row: row[0], reverse=True) if is_asked(*row)]
    try:
        first = int(base64.b64decode(asked.get("NextToken") or "MA=="))
    except ValueError:
        raise TrailError("InvalidNextTokenException", "bad token") from None
    last = first + min(most, STATE["lookup_page"])
    answer = {"Events": [looked_up(*row) for row in rows[first:last]]}
    if last < len(rows):
        answer["NextToken"] = base64.b64encode(str(last).encode()).decode()
    return json.dumps(answer)


def list_public_keys(self):
    return json.dumps(STATE["public_keys"])


def looked_up(at, user, event):
    resources = event.get("resources", [])
    return {
        "EventId": event.get("eventID", ""),
        "EventName": event.get("eventName", ""),
        "ReadOnly": str(event.get("readOnly", "")).lower(),
        "AccessKeyId": event.get("userIdentity", {}).get("accessKeyId", ""),
        "EventTime": at,
        "EventSource": event.get("eventSource", ""),
        "Username": user,
        "Resources": [{"ResourceType": one.get("type"), "ResourceName": one.get("ARN")} for one in resources],
        "CloudTrailEvent": json.dumps(event),
    }


def name_in_trail(identity):
    if identity.get("type") == "Root":
        return "root"
    if identity.get("type") == "AssumedRole":
        return identity.get("principalId", "").split(":")[-1]
    return identity.get("userName", "")


# --- What tests post ---


def answer(value):
    return 200, {"Content-Type": "application/json"}, json.dumps(value)


def on_reset(request, full_url, headers):
    with LOCK:
        STATE.clear()
        STATE.update(copy.deepcopy(DEFAULTS))
        CALLS.clear()
        EVENTS.clear()
        RECENT.clear()
        SOURCE_IDENTITY.clear()
        MADE.clear()
        ROOT_SESSIONS.clear()
    return answer(STATE)


def on_state(request, full_url, headers):
    new = json.loads(request.get_data() or b"{}")
    unknown = sorted(set(new) - set(DEFAULTS))
    if unknown:
        return 400, {}, f"no such state: {', '.join(unknown)}"
    with LOCK:
        STATE.update(new)
    return answer(STATE)


def on_users(request, full_url, headers):
    order = json.loads(request.get_data())
    backend = iam_backends[ACCOUNT]["aws"]
    first = order.get("first", 0)
    for number in range(first, first + order["count"]):
        backend.create_user("us-east-1", f"{order['prefix']}{number}")
    return answer({"users": len(backend.users)})


def on_events(request, full_url, headers):
    records = json.loads(request.get_data())["Records"]
    for event in records:
        at = dt.datetime.strptime(event["eventTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
        with LOCK:
            EVENTS.append((at, name_in_trail(event.get("userIdentity", {})), event))
    return answer({"stored": len(records)})


def on_calls(request, full_url, headers):
    with LOCK:
        return answer(list(CALLS))


def install():
    BaseResponse.call_action = call_action
    IAMBackend.get_credential_report = get_credential_report
    IAMBackend.list_virtual_mfa_devices = list_virtual_mfa_devices
    IamResponse.get_credential_report = get_credential_report_answer
    IamResponse.list_organizations_features = list_organizations_features
    iam_models.AccountSummary.summary_map = property(summary_map)
    TokenResponse.get_caller_identity = get_caller_identity
    TokenResponse.assume_role = assume_role
    TokenResponse.assume_root = assume_root
    CloudTrailResponse.lookup_events = lookup_events
    CloudTrailResponse.list_public_keys = list_public_keys
    hooks = {"reset": on_reset, "state": on_state, "users": on_users, "events": on_events, "calls": on_calls}
    for name, hook in hooks.items():
        api_urls.url_paths["{0}/moto-api/plus/" + name] = hook


def serve(port):
    """Serves until the process ends."""
    install()
    from moto.server import main

    main(["-H", "127.0.0.1", "-p", port])
