"""Asks botocore whose credential it takes: `[{variables, profile, config, credentials}]` on standard input, one word each
on standard output. Nothing connects: metadata are off, and a container's address is where nobody listens.
"""

import json
import os
import sys
import tempfile

import botocore.exceptions as errors
import botocore.session
import botocore.utils

# A container that does not answer is asked three times, a second apart.
botocore.utils.ContainerMetadataFetcher.SLEEP_TIME = 0

STOPS = (
    errors.PartialCredentialsError,
    errors.InvalidConfigError,
    errors.InfiniteLoopConfigError,
    errors.ProfileNotFound,
)


def taken(setup):
    try:
        credentials = botocore.session.Session(profile=setup["profile"]).get_credentials()
    except STOPS:
        return "stops"
    except errors.MissingDependencyException:
        return "login"
    except errors.CredentialRetrievalError as error:
        # What a role is assumed with has nothing; or the container's address does not answer.
        return "container-role" if error.kwargs.get("provider") == "container-role" else "stops"
    except Exception as error:
        return "login" if type(error).__name__ == "LoginTokenLoadError" else f"? {type(error).__name__}: {error}"
    return credentials.method if credentials else "none"


def main():
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with tempfile.TemporaryDirectory() as folder:
        for setup in json.load(sys.stdin):
            os.environ.clear()
            os.environ.update(clean | setup["variables"])
            os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
            os.environ["BOTO_CONFIG"] = os.path.join(folder, "none")
            for name, variable in (("config", "AWS_CONFIG_FILE"), ("credentials", "AWS_SHARED_CREDENTIALS_FILE")):
                path = os.path.join(folder, name)
                with open(path, "w") as file:
                    file.write(setup[name])
                os.environ[variable] = path
            print(json.dumps(taken(setup)), flush=True)


if __name__ == "__main__":
    main()
