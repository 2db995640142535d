# Thabat with its engine, for machines that have neither Python packages nor Go at hand.
#   docker build -t thabat .
#   docker run --rm -v "$PWD/my-estate:/estate" thabat check .

FROM golang:1.26-bookworm AS go

FROM python:3.11-slim-bookworm AS build
COPY --from=go /usr/local/go /usr/local/go
WORKDIR /src
COPY requirements.lock requirements-dev.lock ./
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
    && python -m venv /tmp/tools \
    && /tmp/tools/bin/pip install --no-cache-dir --require-hashes -r requirements-dev.lock
COPY pyproject.toml README.md LICENSE ./
COPY specs specs
COPY resilience resilience
COPY policies policies
COPY infra infra
COPY thabat thabat
RUN /tmp/tools/bin/python -m build --no-isolation --wheel --outdir /tmp/wheel \
    && /opt/venv/bin/pip install --no-cache-dir --no-deps /tmp/wheel/*.whl
# The engine is built by the same code, from the same sums, as everywhere else.
RUN cd /tmp && THABAT_CACHE=/opt/thabat THABAT_ENGINE_FROM_MODULES=1 /opt/venv/bin/thabat env --get >/dev/null

FROM python:3.11-slim-bookworm
# What reports are set as PDF with.
RUN apt-get update && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/thabat /opt/thabat
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    THABAT_CACHE=/opt/thabat
RUN useradd --uid 10001 --create-home thabat && install -d -o thabat /estate
USER thabat
WORKDIR /estate
ENTRYPOINT ["thabat"]
CMD ["--help"]
