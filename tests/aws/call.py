"""Calls AWS's API on a server: sets the states that a test needs.

Standard input: {"endpoint": url, "key": id, "secret": text, "token": text or null,
                 "calls": [[service, operation, {parameters}], ...]}; a "Body" may be {"base64": text}
Standard output: a JSON list with an answer for each call; one that failed is {"Error": code}.
"""

import base64
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def main():
    order = json.load(sys.stdin)
    session = boto3.session.Session(
        aws_access_key_id=order["key"],
        aws_secret_access_key=order["secret"],
        aws_session_token=order.get("token"),
        region_name="us-east-1",
    )
    config = Config(retries={"max_attempts": 1}, connect_timeout=5, read_timeout=30)
    clients, answers = {}, []
    for service, operation, parameters in order["calls"]:
        body = parameters.get("Body")
        if isinstance(body, dict):
            parameters["Body"] = base64.b64decode(body["base64"])
        if service not in clients:
            clients[service] = session.client(service, endpoint_url=order["endpoint"], config=config)
        try:
            answer = getattr(clients[service], operation)(**parameters)
            answer.pop("ResponseMetadata", None)
        except ClientError as error:
            answer = {"Error": error.response["Error"]["Code"]}
        answers.append(answer)
    json.dump(answers, sys.stdout, default=str)


if __name__ == "__main__":
    main()
