"""The application that a production server (gunicorn) loads."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

if settings.DEBUG:
    raise ImproperlyConfigured("DEBUG=true のまま本番用サーバーは起動できません。DEBUG=false を設定してください。")

application = get_wsgi_application()
