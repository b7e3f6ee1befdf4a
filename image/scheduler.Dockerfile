# The container that takes backups: the server's image, for pgBackRest and the server's programs, and Node.js for the scheduler.

ARG BASE
# By its digest where hosterizer-database:baseImages has one.
ARG NODE=node:24-bookworm-slim
FROM $NODE AS node

FROM $BASE
COPY --from=node /usr/local/bin/node /usr/local/bin/
COPY scheduler.cjs /usr/local/lib/hosterizer/
COPY files /usr/local/lib/hosterizer/files
STOPSIGNAL SIGTERM
# The scheduler writes that file every few seconds.
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["sh", "-c", "test -n \"$(find /tmp/alive -mmin -2)\""]
ENTRYPOINT ["tini", "--", "node", "/usr/local/lib/hosterizer/scheduler.cjs"]
