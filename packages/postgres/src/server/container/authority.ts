/** Common name of the certificate authority of a stack, by which its servers are told from strangers on their ports. */
export function authorityName(dockerName: string): string {
  return `${dockerName} certificate authority`;
}

/** Where the authority's certificate is for clients to read, from the project folder. It is no secret. */
export function authorityFile(stack: string): string {
  return `.hosterizer/${stack}/ca.pem`;
}

/** What a server in a container is called: by clients, by its neighbours in the network, and on the engine's own machine. */
export function namesOf(host: string, alias: string): string[] {
  return [...new Set([host, alias, "localhost", "127.0.0.1"])];
}
