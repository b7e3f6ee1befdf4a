/** The volume in which a container's file lies: the one mounted deepest; undefined if it lies in none. */
export function volumeOf<V extends { readonly containerPath?: unknown }>(
  file: string,
  volumes: readonly V[],
): V | undefined {
  return volumes
    .filter(({ containerPath }) => within(file, containerPath))
    .sort((a, b) => String(b.containerPath).length - String(a.containerPath).length)[0];
}

function within(file: string, path: unknown): boolean {
  return typeof path === "string" && file.startsWith(path.endsWith("/") ? path : `${path}/`);
}
