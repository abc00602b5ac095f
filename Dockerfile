# syntax=docker/dockerfile:1
# The server with all that it needs at run time, models for meaning and for scanned pages included:
# it builds over a network and runs without one. RUNNING.md says how, and so does compose.yaml.
FROM python:3.11.14-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
WORKDIR /src
# The exact set that is tested; installed first, so that a change of the code builds in seconds.
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY assistant/__init__.py assistant/
COPY prompts/__init__.py prompts/
COPY store/__init__.py store/
COPY evals/__init__.py evals/
RUN python -m venv /opt/duocite \
    && /opt/duocite/bin/pip install --constraint constraints.txt ".[ocr,tracing]"
COPY assistant assistant/
COPY prompts prompts/
COPY store store/
COPY evals evals/
RUN /opt/duocite/bin/pip install --constraint constraints.txt --no-deps --force-reinstall .

FROM python:3.11.14-slim-bookworm

# By number, so that a cluster can tell that it isn't root.
RUN groupadd --gid 10001 duocite \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp duocite \
    && install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=build /opt/duocite /opt/duocite

# All that is kept lies in one volume; all else that is written, below /tmp, may be lost.
ENV PATH=/opt/duocite/bin:$PATH \
    HOME=/tmp \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DUOCITE_DATA=/data \
    DUOCITE_HOST=0.0.0.0 \
    DUOCITE_PORT=7860 \
    DUOCITE_LOG=- \
    DUOCITE_LOG_FORMAT=json
WORKDIR /data
VOLUME ["/data"]
EXPOSE 7860
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f\"http://127.0.0.1:{os.environ['DUOCITE_PORT']}/healthz\", timeout=4)"]
ENTRYPOINT ["duocite"]
CMD ["serve"]
