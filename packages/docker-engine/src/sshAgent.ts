import { Agent } from "node:http";

import type { SshAddress } from "./engineAddress";
import { SshConnection } from "./sshConnection";

/** A server of SSH lets few connections log in at once. */
const maxSockets = 8;

/** Gives Node.js's HTTP client connections through ssh, and keeps them, because each costs a login. */
export class SshAgent extends Agent {
  constructor(private readonly address: SshAddress) {
    super({ keepAlive: true, maxSockets });
  }

  override createConnection(): SshConnection {
    return new SshConnection(this.address);
  }
}
