import type { FileChange } from "../driftCase";

/** A change made at the engine, as an argument of Docker's client. */
export interface EngineAction {
  docker:
    | "network connect bridge"
    | "network disconnect"
    | "network rm"
    | "rm --force"
    | "rmi --force"
    | "stop"
    | "update --restart no"
    | "volume rm";
  /** Names, each after the stack's prefix; that of an image without its tag. */
  of: readonly string[];
}

/** A change of a file of the server's configuration, made in its volume: the container itself cannot write there. */
export interface ServerFileChange {
  serverFile: "pg_hba.conf" | "postgresql.conf";
  from: string;
  to: string;
}

/** A command that root runs in a volume of the stack, in a separate container. */
interface VolumeCommand {
  /** Name of the volume, after the stack's prefix. */
  volume: string;
  command: string;
}

/** How a certificate of the stack, named by its resource, has changed while no update ran. */
export type CertificateChange =
  | { certificate: string; daysOld: number }
  /** Its signer is not the stack's current authority. */
  | { certificate: string; signedBy: "another" };

/** Everything that a case of a stack in Docker changes besides what SQL changes. */
export type ByHand =
  FileChange | EngineAction | ServerFileChange | VolumeCommand | CertificateChange;
