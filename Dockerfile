# One image for every role; NEVEROUT_ROLES chooses. PostgreSQL 18 comes from DATABASE_URL.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# npm ci makes the database client and builds the portal: their sources come first.
COPY tsconfig.json ./
COPY prisma ./prisma
COPY core ./core
COPY contracts ./contracts
COPY portal ./portal
RUN npm ci
COPY . .
RUN npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
ENV NODE_ENV=production NEVEROUT_DATA=/data
WORKDIR /app
COPY --from=build --chown=root:root /app ./
RUN install -d -o node -g node /data
USER node
VOLUME /data
EXPOSE 3000 1883 8883 9001
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+(process.env.HTTP_PORT||3000)+'/ready').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
# node is process 1: it gets SIGTERM itself and shuts down in order.
CMD ["node", "main.ts"]
