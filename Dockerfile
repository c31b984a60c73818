# The application behind gunicorn. Build: docker build --tag hakusho .
# With object storage for issued files: docker build --build-arg REQUIREMENTS=s3 --tag hakusho .
FROM python:3.13-slim-bookworm

RUN apt-get update \
    && apt-get install --yes --no-install-recommends fontconfig libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 hakusho

WORKDIR /app
ARG REQUIREMENTS=runtime
COPY requirements/${REQUIREMENTS}.txt requirements/
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement requirements/${REQUIREMENTS}.txt

COPY manage.py LICENSE ./
COPY config config
COPY audit audit
COPY accounts accounts
COPY controls controls
COPY whitepapers whitepapers
COPY templates templates
COPY static static

# The paper's fonts are in static/document/fonts. The key is for collecting static files only; the container gets its own.
RUN mkdir var \
    && DEBUG=false SECRET_KEY=only-for-collecting-static-files-at-build-time ALLOWED_HOSTS=localhost \
        DATABASE_URL=sqlite:////tmp/none.sqlite3 python manage.py collectstatic --no-input --verbosity 0 \
    && chown -R hakusho var

USER hakusho
ENV DEBUG=false PYTHONUNBUFFERED=1
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-m", "config.health"]
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--timeout", "120", "--access-logfile", "-"]
