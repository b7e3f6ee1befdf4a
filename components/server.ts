import type * as pulumi from "@pulumi/pulumi";

import type { DeclaredAccess } from "@hosterizer/postgres/audit/declaredAccess";
import { pooler as poolerRole } from "../database/roles";
import { Backup, drillPlan } from "./backup";
import { BuiltImage } from "./docker/builtImage";
import { schedulerContext } from "./docker/schedulerContext";
import { Certificate } from "./dynamic/certificate";
import { authorityFile, authorityName, hostNames } from "./instance/certificateAuthority";
import { DockerInstance } from "./instance/dockerInstance";
import { EmbeddedInstance } from "./instance/embeddedInstance";
import { ExternalInstance } from "./instance/externalInstance";
import type { Instance } from "./instance/instance";
import { Pooler } from "./pooler";
import type { DockerSettings, Settings } from "./settings";

/** Folder of the Dockerfiles, from the project folder. */
const image = "image";

/** The server that holds the database, and what stands in front of it. */
export interface Server {
  instance: Instance;
  /** Makes the pooler, where the stack has one. Clients reach the database through it, so it depends on `after`. */
  makePooler?: (after: pulumi.Resource) => Pooler;
}

/**
 * Makes the server that the stack's settings declare, or connects to it.
 *
 * @param access what a restore drill compares a recovered database with
 */
export async function makeServer(
  settings: Settings,
  stack: string,
  access: DeclaredAccess,
): Promise<Server> {
  if (settings.instance === "docker") return makeContainers(settings, stack, access);
  if (settings.instance === "external")
    return { instance: new ExternalInstance("server", settings) };
  const authority = {
    commonName: authorityName(`hosterizer-${stack}`),
    file: authorityFile(stack),
  };
  return { instance: new EmbeddedInstance("server", { stack, port: settings.port, authority }) };
}

async function makeContainers(
  settings: DockerSettings,
  stack: string,
  access: DeclaredAccess,
): Promise<Server> {
  const { dockerName: prefix, publishAddress: address, host, database, packagesOf } = settings;
  const { baseImages } = settings;
  const pinned = (image: keyof typeof baseImages) => ({ image, digest: baseImages[image] });
  const { backup: declared, backupKey: keys } = settings;
  const backup = new Backup("backup", { prefix, declared, keys, stack });
  const instance = new DockerInstance("server", {
    prefix,
    image,
    packagesOf,
    debian: pinned("debian:bookworm-slim"),
    host,
    authority: { commonName: authorityName(prefix), file: authorityFile(stack) },
    publish: { address, port: settings.port },
    memory: settings.memory,
    settings: settings.serverSettings,
    dataVolume: settings.dataVolume,
    repositories: backup.repositories,
    whenArchivingFails: declared.whenArchivingFails,
    pooler: { role: poolerRole, database },
  });
  backup.schedule({
    instance,
    drill: drillPlan(database, access, declared),
    context: declared.repositories.length > 0 ? await schedulerContext() : undefined,
    node: pinned("node:24-bookworm-slim"),
  });
  const makePooler = (after: pulumi.Resource) => {
    const name = `${prefix}-pgbouncer`;
    const { authority, network, alias } = instance;
    const debian = { DEBIAN: pinned("debian:trixie-slim") };
    const dockerfile = "pgbouncer.Dockerfile";
    const built = { name, context: image, dockerfile, packagesOf, pinned: debian };
    const shown = {
      authority,
      commonName: name,
      hosts: hostNames(host, name),
      usage: "server",
    } as const;
    const own = { authority, commonName: poolerRole, hosts: [], usage: "client" } as const;
    return new Pooler("pooler", {
      prefix,
      image: new BuiltImage("pooler-image", built).imageId,
      network,
      server: { host: alias, port: 5432 },
      certificates: {
        server: new Certificate("pooler-certificate", shown),
        client: new Certificate("pooler-client-certificate", own),
        authority: authority.certificate,
      },
      role: poolerRole,
      database,
      poolSize: settings.poolSize,
      publish: { address, port: settings.poolerPort },
      host,
      after,
    });
  };
  return { instance, makePooler };
}
