# Both images run the set-up script that a bare Debian machine runs. Building needs a docker daemon:
#   docker build --target edge -t hazard-patrol-edge .
#   docker build --target server -t hazard-patrol-server .
FROM debian:bookworm-slim AS bare
RUN apt-get update -q && apt-get install -y -q --no-install-recommends python3 python3-venv ca-certificates \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/hazard-patrol
COPY . .

FROM bare AS edge
RUN tools/setup.sh edge && rm -rf /var/lib/apt/lists/* build/wheel \
 && useradd --system --create-home --home-dir /var/lib/hazard-patrol patrol
USER patrol
WORKDIR /var/lib/hazard-patrol
ENTRYPOINT ["/opt/hazard-patrol/.venv/bin/patrol"]
CMD ["edge", "run", "--config", "/etc/hazard-patrol/site.yaml"]

FROM bare AS server
RUN tools/setup.sh server && rm -rf /var/lib/apt/lists/* build/node server/console/node_modules \
 && useradd --system --create-home --home-dir /var/lib/hazard-patrol patrol
USER patrol
WORKDIR /var/lib/hazard-patrol
EXPOSE 8080
ENTRYPOINT ["/opt/hazard-patrol/.venv/bin/patrol"]
CMD ["server", "run", "--config", "/etc/hazard-patrol/server.yaml"]
