/** A file to be put into a container, owned by root. */
export interface ArchiveFile {
  /** Relative to where the archive is unpacked. */
  path: string;
  content: string;
  /** Permission bits, such as 0o644. */
  mode: number;
}

const block = 512;

/**
 * The files as a tar archive in the format "ustar", which the engine unpacks.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 *
 * @throws if a path is too long for the format
 */
export function containerArchive(files: readonly ArchiveFile[], modified: Date): Buffer {
  const parts = files.flatMap((file) => {
    const content = Buffer.from(file.content, "utf8");
    const padding = Buffer.alloc((block - (content.length % block)) % block);
    return [header(file, content.length, modified), content, padding];
  });
  // Two empty blocks are the end.
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

function header({ path, mode }: ArchiveFile, size: number, modified: Date): Buffer {
  const { prefix, name } = splitPath(path);
  const header = Buffer.alloc(block);
  header.write(name, 0);
  writeNumber(header, 100, 8, mode);
  writeNumber(header, 108, 8, 0);
  writeNumber(header, 116, 8, 0);
  writeNumber(header, 124, 12, size);
  writeNumber(header, 136, 12, Math.floor(modified.getTime() / 1000));
  header.write(" ".repeat(8), 148);
  header.write("0", 156);
  header.write("ustar\0" + "00", 257);
  header.write(prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

function writeNumber(header: Buffer, at: number, length: number, value: number): void {
  header.write(value.toString(8).padStart(length - 1, "0"), at);
}

/** A path of up to 100 bytes is the name; of a longer one the first folders are the prefix. */
function splitPath(path: string): { prefix: string; name: string } {
  if (Buffer.byteLength(path) <= 100) return { prefix: "", name: path };
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) {
    const prefix = path.slice(0, at);
    const name = path.slice(at + 1);
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100) return { prefix, name };
  }
  throw new Error(`the path "${path}" is too long to be uploaded; give it shorter folders`);
}
