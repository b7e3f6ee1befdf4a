/** Common name of the certificate authority of a stack, by which its servers are told from strangers on their ports. */
export function authorityName(dockerName: string): string {
  return `${dockerName} certificate authority`;
}

/** Where the authority's certificate is for clients to read, from the project folder. It is no secret. */
export function authorityFile(stack: string): string {
  return `.hosterizer/${stack}/ca.pem`;
}
