FROM python:3.13-slim AS packages
COPY requirements.lock /
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements.lock

FROM python:3.13-slim
RUN useradd --create-home --uid 1000 labsys && install -d -o labsys -g labsys /data
COPY --from=packages /venv /venv
COPY manage.py pyproject.toml LICENSE /labsys/
COPY labsys /labsys/labsys
COPY characterization /labsys/characterization
COPY cells /labsys/cells
COPY synthesis /labsys/synthesis
COPY templates /labsys/templates
COPY static /labsys/static
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LABSYS_HOME=/data
WORKDIR /labsys
USER labsys
VOLUME /data
EXPOSE 8000
CMD ["python", "manage.py", "up", "--host", "0.0.0.0", "--port", "8000"]
