# One image for every role: `docker run escapement worker`, `docker run escapement api`.
FROM node:26-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/bundle-workflows.mjs scripts/bundle-console.mjs scripts/keep-optional-packages.mjs scripts/
COPY src src
COPY workflows workflows
COPY activities activities
# The image has the optional packages too.
RUN npm run build && node scripts/keep-optional-packages.mjs && npm prune --omit=dev

FROM node:26-bookworm-slim
# Temporal's worker looks for certificate authorities in the system; the slim image has none.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
# The API, and the health of a worker.
EXPOSE 3000 3001
ENTRYPOINT ["node", "dist/src/cli/main.js"]
CMD ["--help"]
