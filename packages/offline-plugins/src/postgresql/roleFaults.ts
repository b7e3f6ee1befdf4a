import type { PropertyMap } from "../protocol/propertyValue";
import type { Fault } from "../protocol/resourceType";
import { isStoredForm } from "./storedPassword";

/** What PostgreSQL or this plugin cannot do with a role's inputs. */
export function roleFaults({ password, encryptedPassword }: PropertyMap): Fault[] {
  const faults: Fault[] = [];
  if (encryptedPassword === false) {
    faults.push({
      property: "encryptedPassword",
      reason:
        '"encryptedPassword": false is impossible: since version 10 PostgreSQL keeps no password in clear',
    });
  }
  if (typeof password === "string" && !isStoredForm(password) && !/^[\x20-\x7e]*$/.test(password)) {
    faults.push({
      property: "password",
      reason:
        '"password" holds other characters than printable ASCII; the offline plugin takes them as a SCRAM-SHA-256 verifier only',
    });
  }
  return faults;
}
