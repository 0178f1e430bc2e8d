import base64
import sys

from snippet import verify_webhook

for line in sys.stdin:
    fields = line.rstrip("\n").split("\t")
    body, message_id, timestamp, signature, secrets = (base64.b64decode(field) for field in fields[:5])
    headers = {
        "webhook-id": message_id.decode(),
        "webhook-timestamp": timestamp.decode(),
        "webhook-signature": signature.decode(),
    }
    try:
        print("accepted", verify_webhook(body, headers, secrets.decode().split(","), int(fields[5])))
    except ValueError as error:
        print("refused", error)
