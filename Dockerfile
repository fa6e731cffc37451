# One image, four roles: the role is chosen by the command, e.g. --role=idp.
# The runtime is node:24-bookworm-slim without what a server never runs (npm, yarn, headers): its base, and its node.
# A tag moves. For a build that can be repeated, and audited, give digests (docs/runbook.md, Base images):
#   --build-arg NODE=node:24-bookworm-slim@sha256:… --build-arg DEBIAN=debian:bookworm-slim@sha256:…
ARG NODE=node:24-bookworm-slim
ARG DEBIAN=debian:bookworm-slim

FROM ${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit
COPY tsconfig.json ./
COPY src ./src
COPY migrations ./migrations
RUN npm run build && find dist -name '*.map' -delete

FROM ${NODE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# what no Node process loads: types, source maps, builds for browsers
RUN npm ci --omit=dev --ignore-scripts --no-audit \
 && find node_modules -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' \) -delete \
 && rm -rf node_modules/typeorm/browser node_modules/.package-lock.json

# psql and pg_isready alone: the Debian package would bring Perl for its wrappers
FROM ${DEBIAN} AS postgresql-client
WORKDIR /tmp
RUN apt-get update -qq && apt-get download -qq postgresql-client-15 && dpkg-deb -x postgresql-client-15_*.deb /client

FROM ${DEBIAN}
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends ca-certificates libpq5 libreadline8 libstdc++6 wget >/dev/null \
 && rm -rf /var/lib/apt/lists/* /var/cache/debconf/*-old /var/log/*.log /var/log/apt \
 && groupadd --gid 1000 node && useradd --uid 1000 --gid node --no-create-home --home-dir /app --shell /usr/sbin/nologin node
COPY --from=postgresql-client /client/usr/lib/postgresql/15/bin/psql /client/usr/lib/postgresql/15/bin/pg_isready /usr/local/bin/
COPY --from=dependencies /usr/local/bin/node /usr/local/bin/node
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
# production alone: the other profiles hold keys and passwords that everybody knows
COPY configs/identity/production.yml ./configs/identity/production.yml
RUN node --version && psql --version && pg_isready --version
ENV NODE_ENV=production
USER node
# the public ports of authz, idp, rs and spa-rp; the admin listener (9090) is for the container's own loopback
EXPOSE 8080 8081 8082 8083
STOPSIGNAL SIGTERM
# heap bounds for a container of 256 MB: what is outside the heap (password hashing, TLS, buffers) needs the rest
ENTRYPOINT ["node", "--max-old-space-size=144", "--max-semi-space-size=4", "dist/src/main.js"]
CMD ["--role=authz", "--config=configs/identity/production.yml"]
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
  CMD ["wget", "--no-check-certificate", "-q", "-O", "/dev/null", "-T", "2", "-t", "1", "https://127.0.0.1:9090/readyz"]
