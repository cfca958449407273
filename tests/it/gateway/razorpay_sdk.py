"""Razorpay's own SDK as a client of the sandbox: what it makes, and what it believes.

usage: razorpay_sdk.py BASE_URL KEY_ID KEY_SECRET WEBHOOK_SECRET, and one JSON object on standard input:
{"paid": what the checkout handed over, "webhook": {"body": ..., "signature": ...}}
"""

import json
import sys

import razorpay
from razorpay.errors import BadRequestError, SignatureVerificationError


def refuses(check, *arguments):
    try:
        check(*arguments)
    except SignatureVerificationError:
        return
    raise AssertionError(f"{check.__name__} believes {arguments}")


def main():
    base_url, key_id, key_secret, webhook_secret = sys.argv[1:]
    given = json.load(sys.stdin)
    client = razorpay.Client(auth=(key_id, key_secret), base_url=base_url)

    receipt = "made by the SDK"
    order = client.order.create({"amount": 70_000, "currency": "INR", "receipt": receipt, "notes": {"by": "sdk"}})
    assert order["id"].startswith("order_") and order["status"] == "created", order
    assert client.order.fetch(order["id"])["notes"] == {"by": "sdk"}
    assert client.order.payments(order["id"])["count"] == 0

    paid = given["paid"]
    utility = client.utility
    assert utility.verify_payment_signature(paid)
    refuses(utility.verify_payment_signature, paid | {"razorpay_order_id": order["id"]})
    refuses(utility.verify_payment_signature, paid | {"razorpay_payment_id": "pay_forged"})
    refuses(utility.verify_payment_signature, paid | {"razorpay_signature": "0" * 64})

    webhook = given["webhook"]
    assert utility.verify_webhook_signature(webhook["body"], webhook["signature"], webhook_secret)
    refuses(utility.verify_webhook_signature, webhook["body"] + " ", webhook["signature"], webhook_secret)
    refuses(utility.verify_webhook_signature, webhook["body"], webhook["signature"], key_secret)

    payment = client.payment.fetch(paid["razorpay_payment_id"])
    assert payment["status"] == "captured" and payment["amount"] == 50_000, payment
    refund = client.payment.refund(payment["id"], {"amount": 20_000, "speed": "normal", "notes": {"by": "sdk"}})
    assert refund["status"] == "processed" and refund["amount"] == 20_000, refund
    assert client.refund.fetch(refund["id"]) == refund
    assert client.payment.fetch_multiple_refund(payment["id"])["items"] == [refund]

    try:
        client.payment.refund(payment["id"], {"amount": 30_001})
    except BadRequestError as error:
        assert "greater than amount captured" in str(error), error
    else:
        raise AssertionError("more was given back than came")

    stranger = razorpay.Client(auth=(key_id, "a guess"), base_url=base_url)
    try:
        stranger.order.fetch(order["id"])
    except BadRequestError as error:
        assert "Authentication failed" in str(error), error
    else:
        raise AssertionError("a stranger was told of an order")
    print(json.dumps({"order": order["id"], "refund": refund["id"]}))


main()
