# PgBouncer for stacks with "instance: docker", of Debian 13: the version of Debian 12 dies when a client cancels a query. It runs
# without root, without capabilities and on a read-only root file system; configuration and keys are put into /etc/hosterizer.

# By its digest where hosterizer-database:baseImages has one.
ARG DEBIAN=debian:trixie-slim
FROM $DEBIAN
ENV LANG=C.UTF-8
COPY install-packages /usr/local/sbin/
RUN chmod 0755 /usr/local/sbin/install-packages
# Docker takes a layer from an earlier build as long as nothing in it changes. Another day is a change of what follows.
ARG PACKAGES_OF=any
RUN echo "packages of $PACKAGES_OF" >/etc/packages-of
# User ids are fixed, because volumes outlive images. The one of the package is made as well, and is not used.
# A tmpfs takes over the mode of the folder that it covers, but not its owner: so /run/pgbouncer is open like /tmp.
RUN groupadd --gid 6432 pgbouncer \
 && useradd --uid 6432 --gid pgbouncer --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin pgbouncer \
 && install-packages pgbouncer=1.24.1-1+deb13u2 openssl tini \
 && install -d -m 1777 /run/pgbouncer \
 && install -d -m 0755 /etc/hosterizer
USER 6432:6432
EXPOSE 6432
STOPSIGNAL SIGINT
# A handshake whose certificate the stack's authority signed: what clients see, and no login is needed for it.
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=3 CMD ["timeout", "4", "openssl", "s_client", "-brief", \
  "-starttls", "postgres", "-connect", "127.0.0.1:6432", "-CAfile", "/etc/hosterizer/ca.crt", "-verify_return_error"]
ENTRYPOINT ["tini", "--", "pgbouncer"]
CMD ["/etc/hosterizer/pgbouncer.ini"]
