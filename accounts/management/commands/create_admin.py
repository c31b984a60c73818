"""``python manage.py create_admin EMAIL --provider NAME``: the first admin of a provider."""

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from accounts.setting_up import CannotSetUp, SetUp, find_user, set_up_admin

PASSWORD_ENV = "HAKUSHO_ADMIN_PASSWORD"  # noqa: S105 - the name of a variable


class Command(BaseCommand):
    help = (
        "提供者とその管理者を作ります。すでにあるものはそのまま使い、パスワードも変えません。"
        "パスワードは端末で尋ね、端末がないときは環境変数から読みます。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="管理者のメールアドレス(サインインに使います)")
        parser.add_argument("--provider", required=True, metavar="NAME", help="提供者名。例：あおぞらクラウド株式会社")
        parser.add_argument("--slug", default="", help="提供者の識別名(アドレスの一部)。例：aozora")
        parser.add_argument("--name", default="", metavar="氏名", help="管理者の氏名")
        parser.add_argument(
            "--password-env",
            metavar="VAR",
            help=f"パスワードを読む環境変数。端末がないときの既定は {PASSWORD_ENV}",
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        try:
            needs_password = find_user(options["email"]) is None
            done = set_up_admin(
                email=options["email"],
                provider_name=options["provider"],
                slug=options["slug"],
                name=options["name"],
                password=self._password(options["password_env"]) if needs_password else None,
                by=None,
            )
        except CannotSetUp as error:
            raise CommandError(str(error)) from error
        self._tell(done)

    def _password(self, variable: str | None) -> str:
        if variable is None and sys.stdin.isatty():
            password = getpass.getpass("パスワード: ")
            if password != getpass.getpass("パスワード(確認): "):
                raise CommandError("2回の入力が違います。")
            return password
        variable = variable or PASSWORD_ENV
        if not os.environ.get(variable):
            raise CommandError(f"環境変数 {variable} にパスワードを設定してください。")
        return os.environ[variable]

    def _tell(self, done: SetUp) -> None:
        made = {True: "作りました", False: "すでにあります"}
        self.stdout.write(f"提供者: {done.provider.name}({done.provider.slug}) {made[done.made_provider]}。")
        self.stdout.write(f"アカウント: {done.user.email} {made[done.made_user]}。")
        self.stdout.write("管理者にしました。" if done.made_admin else "すでに管理者です。")
        self.stdout.write(f"サインイン: {settings.SITE_URL}{reverse('account_login')}")
