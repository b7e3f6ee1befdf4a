/** A file in an archive, owned by root. */
export interface ArchivedFile {
  content: string;
  /** Default: 0o644. */
  mode?: number;
}

const block = 512;

/**
 * A tar archive in the form in which Docker accepts files for a container.
 *
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 *
 * @param files by path, of at most 100 bytes
 */
export function archiveOf(files: Readonly<Record<string, ArchivedFile>>): Buffer {
  const members = Object.entries(files).flatMap(([path, { content, mode = 0o644 }]) => {
    const body = Buffer.from(content);
    return [header(path, body.length, mode), body, Buffer.alloc(-body.length & (block - 1))];
  });
  return Buffer.concat([...members, Buffer.alloc(2 * block)]);
}

function header(path: string, size: number, mode: number): Buffer {
  if (Buffer.byteLength(path) > 100) throw new RangeError(`${path} is too long for an archive`);
  const bytes = Buffer.alloc(block);
  const octal = (value: number, width: number) => value.toString(8).padStart(width - 1, "0");
  bytes.write(path, 0);
  bytes.write(octal(mode, 8), 100);
  bytes.write(octal(0, 8), 108);
  bytes.write(octal(0, 8), 116);
  bytes.write(octal(size, 12), 124);
  bytes.write(octal(0, 12), 136);
  // The checksum is computed with its own field blank.
  bytes.write(" ".repeat(8), 148);
  bytes.write("0", 156);
  bytes.write("ustar\0" + "00", 257);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${octal(sum, 7)}\0 `, 148);
  return bytes;
}
