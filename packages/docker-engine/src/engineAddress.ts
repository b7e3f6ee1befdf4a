/** Where a Docker engine is, and how it is reached. Holds no key, only the paths of the files with keys. */
export type EngineAddress = SocketAddress | TcpAddress | SshAddress;

interface Found {
  /** As `DOCKER_HOST` would have it: `unix:///var/run/docker.sock`. */
  url: string;
  /** What named it, for messages: `DOCKER_HOST`, `Docker context "desktop-linux"`. */
  source: string;
}

export interface SocketAddress extends Found {
  kind: "socket";
  path: string;
}

export interface TcpAddress extends Found {
  kind: "tcp";
  host: string;
  port: number;
  /** Without it the connection is in clear. */
  tls?: TlsFiles;
}

export interface SshAddress extends Found {
  kind: "ssh";
  /** Whatever ~/.ssh/config knows as a host. */
  host: string;
  user?: string;
  port?: number;
  /** The engine's socket on that machine, if it is not the usual one. */
  socket?: string;
}

/** Paths of PEM files. */
export interface TlsFiles {
  /** Authorities that may have signed the engine's certificate; the system's if there is none. */
  ca?: string;
  /** The client's own certificate and key. */
  client?: { cert: string; key: string };
  /** Whether the engine's certificate has to be good. */
  verify: boolean;
}
