import { Network, Volume } from "@pulumi/docker";
import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";

import type { Connection } from "@hosterizer/postgres/connection/connection";
import {
  configurationFiles,
  containerSettings,
} from "@hosterizer/postgres/server/container/containerSettings";
import { containerPaths } from "@hosterizer/postgres/server/container/mandatorySettings";
import {
  type BackupDeclaration,
  backupPaths,
} from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import { connectionRules } from "@hosterizer/postgres/server/container/connectionRules";
import { BuiltImage } from "../docker/builtImage";
import {
  type ConfigurationFile,
  makeConfinedContainer,
  ownedFile,
  runTimeFiles,
} from "../docker/confinedContainer";
import { Certificate } from "../dynamic/certificate";
import { ContainerFiles } from "../dynamic/containerFiles";
import { Password } from "../dynamic/password";
import { RepositoryTrial, type TriedRepository } from "../dynamic/repositoryTrial";
import { ServerSettings } from "../dynamic/serverSettings";
import { CertificateAuthority, hostNames } from "./certificateAuthority";
import { connectionTo } from "./connectionTo";
import type { Instance, Tls } from "./instance";

/** The superuser that initdb makes. */
const superuser = "postgres";

/** The repositories as the server uses them. */
export interface UsedRepositories {
  tried: readonly TriedRepository[];
  /** pgbackrest.conf, and what it names. */
  files: readonly ConfigurationFile[];
}

export interface DockerInstanceArgs {
  /** Prefix of all names. A plain string, because data cannot move to another volume. */
  prefix: string;
  /** The certificate authority's name, and where its certificate is written for clients, from the project folder. */
  authority: { commonName: string; file: string };
  /** Folder of the Dockerfile, from the project folder. */
  image: string;
  /** The day of the image's packages. */
  packagesOf: string | undefined;
  /** The image that it is built on. */
  debian: { image: string; digest: string | undefined };
  /** Where the server is published: an address of the engine's machine, and a TCP port. */
  publish: { address: string; port: number };
  /** Clients' name for that machine; the certificate is issued for it. */
  host: string;
  /** MiB that the container may use. */
  memory: number;
  /** Settings that differ from the default tier. */
  settings: Readonly<Record<string, string>>;
  /** The volume with the data. Default: `prefix` with -data. */
  dataVolume: string | undefined;
  repositories: UsedRepositories;
  whenArchivingFails: BackupDeclaration["whenArchivingFails"];
  /** The role that logs in with a certificate instead of a password, and to which database. */
  pooler: { role: string; database: string };
}

/**
 * A PostgreSQL 15 in a container of an image that this project builds, with TLS and without any right that it does not need.
 *
 * Its data is in a volume that outlives the container and the stack: destroying the stack keeps it, and the next update uses it.
 */
export class DockerInstance extends pulumi.ComponentResource implements Instance {
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  readonly tls: Tls;
  readonly provider: postgresql.Provider;
  readonly server: pulumi.Resource;
  /** ID of the server's network. */
  readonly network: pulumi.Output<string>;
  /** Signs the certificates of everything else that belongs to this server. */
  readonly authority: CertificateAuthority;
  /** The server's name within the network; its certificate is issued for that too. */
  readonly alias: string;
  readonly image: BuiltImage;
  /** The resource to depend on for the server with its settings in force. */
  readonly settled: pulumi.Resource;
  /** The resource to depend on for repositories that the server can use, and what pgBackRest works by. */
  readonly repositories: ContainerFiles;
  /** Names of the volumes that the container which takes backups shares with the server. */
  readonly volumes: Readonly<
    Record<"data" | "repository" | "backupConfiguration" | "socket", pulumi.Output<string>>
  >;

  private readonly password: pulumi.Output<string>;

  constructor(name: string, args: DockerInstanceArgs, opts?: pulumi.ComponentResourceOptions) {
    // What opens the repositories is secret.
    const { repositories, ...recorded } = args;
    super("hosterizer:index:DockerInstance", name, recorded, opts);
    const { prefix, publish, host, memory } = args;
    const child = { parent: this };
    this.alias = `${prefix}-postgresql`;

    const { password, verifier } = new Password(`${name}-superuser`, {}, child);
    this.password = password;
    this.authority = new CertificateAuthority(`${name}-authority`, args.authority, child);
    const certificate = new Certificate(
      `${name}-certificate`,
      {
        authority: this.authority,
        commonName: this.alias,
        hosts: hostNames(host, this.alias),
        usage: "server",
      },
      child,
    );

    const network = new Network(name, { name: prefix }, child);
    this.network = network.id;
    const data = new Volume(
      `${name}-data`,
      { name: args.dataVolume ?? `${prefix}-data` },
      // Another volume would replace everything in the server; an update of ours records the move before.
      { parent: this, retainOnDelete: true, ignoreChanges: ["name"] },
    );
    const configuration = new Volume(
      `${name}-configuration`,
      { name: `${this.alias}-configuration` },
      child,
    );
    // Mounted with and without backups, so that turning them on restarts nothing.
    const repository = new Volume(
      `${name}-repository`,
      { name: `${prefix}-backup` },
      { parent: this, retainOnDelete: true },
    );
    const backups = new Volume(
      `${name}-backup-configuration`,
      { name: `${prefix}-backup-configuration` },
      child,
    );
    const socket = new Volume(`${name}-socket`, { name: `${prefix}-socket` }, child);
    this.volumes = {
      data: data.name,
      repository: repository.name,
      backupConfiguration: backups.name,
      socket: socket.name,
    };
    const image = new BuiltImage(
      `${name}-image`,
      {
        name: this.alias,
        context: args.image,
        dockerfile: "Dockerfile",
        packagesOf: args.packagesOf,
        pinned: { DEBIAN: args.debian },
      },
      child,
    );
    this.image = image;
    const settings = containerSettings({
      memory,
      overrides: args.settings,
      backup: { repositories: repositories.tried, whenArchivingFails: args.whenArchivingFails },
    });
    const files = pulumi.output(
      repositories.files.map((file) => ownedFile(file, containerPaths.user)),
    );
    const tried = new RepositoryTrial(
      `${name}-repositories`,
      {
        container: `${prefix}-backup`,
        image: image.imageId,
        network: network.id,
        data: data.name,
        volume: repository.name,
        repositories: repositories.tried,
        files,
      },
      child,
    );
    // Before the server starts: after three failures it does not archive for a minute.
    this.repositories = new ContainerFiles(
      `${name}-backup-files`,
      {
        container: `${prefix}-backup`,
        image: image.imageId,
        volume: backups.name,
        path: backupPaths.configuration,
        files,
      },
      { ...child, dependsOn: tried },
    );
    const container = makeConfinedContainer(
      name,
      {
        container: this.alias,
        image: image.imageId,
        user: containerPaths.user,
        network: network.id,
        publish: { internal: 5432, ...publish },
        configuration: {
          volume: configuration.name,
          path: containerPaths.configuration,
          files: [
            ...configurationFiles(settings, args.pooler),
            { file: "server.crt", content: certificate.certificate },
            { file: "server.key", content: certificate.privateKey, secret: true },
            { file: "ca.crt", content: this.authority.certificate },
            { file: "superuser.scram", content: verifier, secret: true },
          ],
        },
        data: { volume: data.name, path: "/var/lib/postgresql" },
        shared: [
          { volume: repository.name, path: backupPaths.repository },
          { volume: backups.name, path: backupPaths.configuration, readOnly: true },
          { volume: socket.name, path: backupPaths.socket },
        ],
        tmpfs: {
          "/tmp": runTimeFiles(64 * 1024),
          [containerPaths.runtime]: runTimeFiles(1024),
        },
        memory,
        // Parallel queries share memory there.
        shmSize: Math.ceil(memory / 4),
        // A shutdown writes a checkpoint; a server killed meanwhile has to recover at the next start.
        stopTimeout: 120,
        patience: 300,
        // Writes most of what a shutdown has to write while clients are still served.
        beforeEnd: ["psql", "--no-psqlrc", "--quiet", "--dbname=postgres", "--command=checkpoint"],
      },
      // A new server is not made where it could not archive its WAL.
      { ...child, dependsOn: this.repositories },
    );
    // Not the container: replacing that would replace every role, and so the owner of all data.
    this.server = data;

    this.tls = { sslmode: "verify-full", sslrootcert: this.authority.file };
    const address = { host: pulumi.output(host), port: pulumi.output(publish.port), tls: this.tls };
    const proven = new ServerSettings(
      name,
      {
        connection: connectionTo(address, "postgres", superuser, password),
        host,
        port: publish.port,
        settings,
        rules: connectionRules(args.pooler),
      },
      { parent: this, dependsOn: container },
    );
    this.settled = proven;
    this.host = proven.host;
    this.port = proven.port;

    // Set everything: the plugin takes the rest from PGHOST, PGDATABASE and so on, which `db -- env` sets.
    this.provider = new postgresql.Provider(
      name,
      {
        host: this.host,
        port: this.port,
        database: "postgres",
        username: superuser,
        password,
        sslmode: this.tls.sslmode,
        sslrootcert: this.tls.sslrootcert,
        superuser: true,
      },
      child,
    );

    this.registerOutputs({ host: this.host, port: this.port });
  }

  get maintenance(): pulumi.Output<Connection> {
    return this.connect("postgres");
  }

  connect(database: pulumi.Input<string>): pulumi.Output<Connection> {
    return connectionTo(this, database, superuser, this.password);
  }
}
