from __future__ import annotations


def test_x(aws) -> None:
    iam = aws.client("iam")
    iam.create_user(UserName="alice")
    iam.create_login_profile(UserName="alice", Password="x" * 20)
    iam.create_access_key(UserName="alice")
    iam.create_group(GroupName="g")
    iam.add_user_to_group(GroupName="g", UserName="alice")
    iam.attach_group_policy if 0 else None
    p = iam.create_policy(
        PolicyName="p",
        PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    )["Policy"]["Arn"]
    iam.attach_user_policy(UserName="alice", PolicyArn=p)
    aws.collect("iam")
    assert 0
