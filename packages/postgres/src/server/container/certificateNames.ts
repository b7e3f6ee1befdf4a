/** Common name of a stack's certificate authority, which tells the stack's servers from other programs on their ports. */
export function authorityName(dockerName: string): string {
  return `${dockerName} certificate authority`;
}

/** Path of the authority's certificate for clients, from the project folder. It is not secret. */
export function authorityFile(stack: string): string {
  return `.hosterizer/${stack}/ca.pem`;
}

/** The names in the certificate of a server in a container: clients use them, its network, and the engine's machine. */
export function hostNames(host: string, alias: string): string[] {
  return [...new Set([host, alias, "localhost", "127.0.0.1"])];
}
