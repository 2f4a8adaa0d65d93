"""Logs and signed digests as CloudTrail lays them down: `digests.py HOURS`.

Standard output: {"keys": what ListPublicKeys answers, "objects": [{"Key": ..., "Body": base64, "Metadata": {...}}]}
The key is made anew each time.
"""

import base64
import datetime as dt
import gzip
import hashlib
import json
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ACCOUNT, REGION, BUCKET = "123456789012", "eu-central-1", "trail-bucket"
FINGERPRINT = "31e8b5433410dfb61a9dc45cc65b22ff"
START = dt.datetime(2026, 3, 28, tzinfo=dt.timezone.utc)


def event(at, mark):
    return {
        "eventVersion": "1.11",
        "userIdentity": {"type": "IAMUser", "principalId": "AIDAEXAMPLE", "accountId": ACCOUNT, "userName": "ada",
                         "arn": f"arn:aws:iam::{ACCOUNT}:user/ada", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
        "eventTime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "s3.amazonaws.com", "eventName": "ListBuckets", "awsRegion": REGION,
        "sourceIPAddress": "203.0.113.24", "userAgent": "aws-cli/2.30", "requestParameters": None,
        "responseElements": None, "requestID": mark, "eventID": f"{mark}-{int(at.timestamp())}", "readOnly": True,
        "eventType": "AwsApiCall", "managementEvent": True, "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }


def main():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    objects, previous = [], None

    def put(name, text, metadata):
        body = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
        objects.append({"Key": name, "Body": body, "Metadata": metadata})

    for hour in range(int(sys.argv[1])):
        start = START + dt.timedelta(hours=hour)
        end = start + dt.timedelta(hours=1)
        logs = []
        for minute, mark in ((20, "aaaa"), (40, "bbbb")):
            at = start + dt.timedelta(minutes=minute)
            name = f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{at:%Y/%m/%d}/{ACCOUNT}_CloudTrail_{REGION}_{at:%Y%m%dT%H%MZ}_{mark}.json.gz"
            text = json.dumps({"Records": [event(at, mark)]})
            put(name, text, {})
            logs.append({"s3Bucket": BUCKET, "s3Object": name, "hashValue": hashlib.sha256(text.encode()).hexdigest(),
                         "hashAlgorithm": "SHA-256"})
        name = (f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/{end:%Y/%m/%d}/"
                f"{ACCOUNT}_CloudTrail-Digest_{REGION}_main_{REGION}_{end:%Y%m%dT%H%M%SZ}.json.gz")
        before = previous or (None, None, None)
        digest = {
            "awsAccountId": ACCOUNT, "digestStartTime": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "digestEndTime": end.strftime("%Y-%m-%dT%H:%M:%SZ"), "digestS3Bucket": BUCKET, "digestS3Object": name,
            "digestPublicKeyFingerprint": FINGERPRINT, "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": None, "oldestEventTime": None, "previousDigestS3Bucket": previous and BUCKET,
            "previousDigestS3Object": before[0], "previousDigestHashValue": before[1],
            "previousDigestHashAlgorithm": "SHA-256", "previousDigestSignature": before[2], "logFiles": logs,
        }
        text = json.dumps(digest)
        hashed = hashlib.sha256(text.encode()).hexdigest()
        message = f"{digest['digestEndTime']}\n{BUCKET}/{name}\n{hashed}\n{before[2] or 'null'}"
        signature = key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA256()).hex()
        put(name, text, {"signature": signature, "signature-algorithm": "SHA256withRSA"})
        previous = (name, hashed, signature)
    keys = [{"Value": base64.b64encode(public).decode(), "ValidityStartTime": 1767225600.0,
             "ValidityEndTime": 1798761599.0, "Fingerprint": FINGERPRINT}]
    json.dump({"keys": {"PublicKeyList": keys}, "objects": objects}, sys.stdout)


if __name__ == "__main__":
    main()
