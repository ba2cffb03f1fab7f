# Never built where this was written, for want of a Docker daemon: take it as a draft. The image holds
# the model; documents and keys lie in the volume.
FROM python:3.11-slim

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu \
    YAUAP_DATA_DIR=/data YAUAP_MODEL_DIR=/models YAUAP_HOST=0.0.0.0

RUN useradd --system --uid 10001 yauap && install -d -o yauap -g yauap -m 0700 /data /models

WORKDIR /src
COPY pyproject.toml constraints.txt README.md ./
COPY index index
COPY rag rag
COPY eval eval
COPY service service
RUN pip install -c constraints.txt . && rm -rf /src

USER yauap
WORKDIR /data
RUN python -m index.embedding
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz')"]
# Without a key it does not start, since the address is not loopback: first
# docker run --rm -v yauap:/data yauap keys create NAME --scope ask
ENTRYPOINT ["yauap"]
CMD ["serve"]
