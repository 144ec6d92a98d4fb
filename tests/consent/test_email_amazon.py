"""Amazon SES through SNS: whose messages are believed, and what is done at Amazon."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from consent.models import Delivery, DoorCounter
from tests.consent import amazon as aws
from tests.consent.email_knocks import body_of, knock, sns

pytestmark = pytest.mark.django_db


@pytest.fixture
def ses(doors: None, amazon: aws.Amazon) -> Iterator[aws.Amazon]:
    return amazon


@pytest.mark.parametrize("version", ["1", "2"])
def test_both_of_amazons_signatures_are_believed(ses: aws.Amazon, version: str) -> None:
    assert sns(version=version).send().status_code == 200
    assert sns(version=version, Subject="Amazon SES Email Event Notification").send().status_code == 200


def test_an_unknown_signature_version_is_not(ses: aws.Amazon) -> None:
    assert sns(version="3").send().status_code == 403


def test_a_topic_that_is_not_ours_is_refused_before_anything_is_fetched(ses: aws.Amazon) -> None:
    aws.sns_service.forget_certificates()

    assert sns(TopicArn="arn:aws:sns:eu-west-1:999999999999:somebody-elses").send().status_code == 403

    assert ses.asked == []
    assert DoorCounter.objects.get().cause == "topic"


@pytest.mark.parametrize(
    "url",
    [
        "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0.pem",
        "https://evil.example/SimpleNotificationService-0.pem",
        "https://evil.example/?x=sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem",
        "https://evil.example\\@sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com\\.evil.example/a.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/a.pem",
        "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem",
        "https://s3.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com/a.pem?x=.pem",
        "https://sns.eu-west-1.amazonaws.com/?Action=a.pem",
        "https://sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-2.amazonaws.com/SimpleNotificationService-0.pem",
        "https://sns.eu-west-1x.amazonaws.com/SimpleNotificationService-0.pem",
        "https://sns.eu-west-1.amazonaws.com.cn/SimpleNotificationService-0.pem",
        "https://sns.eu-west-1.amazonaws.com/a/../b.pem\n",
        "file:///etc/passwd",
        "",
    ],
)
def test_no_certificate_is_fetched_from_elsewhere(ses: aws.Amazon, url: str) -> None:
    assert sns(SigningCertURL=url).send().status_code == 403

    assert ses.asked == []
    assert DoorCounter.objects.get().cause == "url"


def test_a_certificate_is_fetched_once(ses: aws.Amazon) -> None:
    aws.sns_service.forget_certificates()

    answers = [sns().send().status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert ses.asked == [aws.CERTIFICATE_URL]


@pytest.mark.parametrize("status", [302, 429, 500])
def test_while_amazon_is_out_of_reach_the_message_is_asked_for_again(ses: aws.Amazon, status: int) -> None:
    aws.sns_service.forget_certificates()
    ses.status = status
    message = sns()

    assert message.send().status_code == 503

    ses.status = 200
    assert message.send().status_code == 200


@pytest.mark.parametrize("status", [403, 404])
def test_a_certificate_that_is_not_there_proves_nothing(ses: aws.Amazon, status: int) -> None:
    aws.sns_service.forget_certificates()
    ses.status = status

    assert sns().send().status_code == 403


def test_what_is_no_certificate_proves_nothing(ses: aws.Amazon) -> None:
    other = aws.CERTIFICATE_URL.replace(".pem", "0.pem")

    assert sns(SigningCertURL=other).send().status_code == 403


def test_a_server_whose_certificate_bears_another_name_is_not_amazon(
    doors: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with aws.Amazon(tmp_path_factory.mktemp("evil"), server_name="sns.evil.example").serving() as evil:
        assert sns().send().status_code == 503
        assert evil.asked == []


def test_a_subscription_to_our_topic_is_confirmed(ses: aws.Amazon) -> None:
    answer = sns(kind="SubscriptionConfirmation", text="You have chosen to subscribe to the topic.").send()

    assert answer.status_code == 200
    assert aws.SUBSCRIBE_URL in ses.asked
    assert Delivery.objects.get().status == "ignored"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/?Action=ConfirmSubscription",
        f"https://{aws.HOST}/?Action=DeleteTopic&TopicArn={aws.TOPIC_ARN}",
        f"https://{aws.HOST}/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-west-1:9:other&Token=1",
        f"https://{aws.HOST}/?Action=ConfirmSubscription&Action=DeleteTopic&TopicArn={aws.TOPIC_ARN}",
        f"http://{aws.HOST}/?Action=ConfirmSubscription&TopicArn={aws.TOPIC_ARN}",
    ],
)
def test_nothing_else_is_done_at_amazon_than_to_confirm(ses: aws.Amazon, url: str) -> None:
    answer = sns(kind="SubscriptionConfirmation", text="Confirm", SubscribeURL=url).send()

    assert answer.status_code == 403
    assert [asked for asked in ses.asked if asked != aws.CERTIFICATE_URL] == []


def test_a_subscription_is_confirmed_later_where_amazon_does_not_answer(ses: aws.Amazon) -> None:
    sns().send()  # the certificate is here
    confirmation = sns(kind="SubscriptionConfirmation", text="Confirm")
    ses.status = 500
    assert confirmation.send().status_code == 503

    ses.status = 200
    assert confirmation.send().status_code == 200


def test_the_end_of_a_subscription_is_kept_and_changes_nothing(ses: aws.Amazon) -> None:
    assert sns(kind="UnsubscribeConfirmation", text="You have chosen to deactivate").send().status_code == 200
    assert Delivery.objects.get().status == "ignored"
    assert aws.SUBSCRIBE_URL not in ses.asked


def test_amazons_first_message_after_the_subscription_says_nothing(ses: aws.Amazon) -> None:
    sns(text="Successfully validated SNS topic for Amazon SES event publishing.").send()

    assert Delivery.objects.get().status == "ignored"


def test_bodies_that_nobody_signed_are_no_knocks_of_amazon(ses: aws.Amazon) -> None:
    for body in (b"[]", b"{}", b"null", body_of("amazon_ses", {})[:50]):
        assert knock("amazon_ses", body=body).send().status_code in {400, 403}
