# Two stages: the first installs the production dependencies with npm, the second carries them and the sources, which Node
# runs as they stand. The service listens on every address of the container, so it refuses to start without API_KEYS
# (`name:sha256-hex-of-key:scope+scope`): nobody unknown may use it. Health is asked over loopback and needs no key.
#
#   docker build -t mxscope .
#   docker run -p 3000:3000 -e API_KEYS="desk:$(printf %s "$KEY" | sha256sum | cut -d' ' -f1):read+probe" mxscope

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY schema ./schema
COPY src ./src
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is process 1, so that a SIGTERM reaches it and what is under way is finished.
CMD ["node", "src/main.ts"]
