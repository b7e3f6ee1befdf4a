/** How the name of a volume ends that a recovery has made: with the moment at which that began, in UTC. */
const moment = /-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/;

/** The name of the volume for a recovery that begins now. @param data the volume with the stack's present data */
export function volumeOfRecovery(data: string, now = new Date()): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  return `${withoutMoment(data)}-${stamp}`;
}

/** When the recovery began that has made a volume, for people; undefined if none has. */
export function recoveredAt(volume: string): string | undefined {
  const [, year, month, day, hour, minute, second] = moment.exec(volume) ?? [];
  if (year === undefined) return undefined;
  return `${year}-${month ?? ""}-${day ?? ""} ${hour ?? ""}:${minute ?? ""}:${second ?? ""} UTC`;
}

/** The name that all volumes of a server's data share, whichever recovery has made them. */
export function withoutMoment(volume: string): string {
  return volume.replace(moment, "");
}
