import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

import type {
  BackupDeclaration,
  S3Repository,
} from "@hosterizer/postgres/backup/pgbackrest/backupDeclaration";
import { DeclarationError } from "@hosterizer/postgres/userError";
import { placeOf } from "./settings";

/** What is wrong with the repositories besides the values themselves: files that do not exist. */
export function repositoryFaults(
  { repositories }: Pick<BackupDeclaration, "repositories">,
  stack: string,
): DeclarationError[] {
  return repositories.flatMap((repository, index) => {
    if (repository.type !== "s3") return [];
    const declaration = `backup.repositories[${index}]`;
    return authorityFaults(repository, declaration, stack);
  });
}

function authorityFaults(
  { sslrootcert: file }: S3Repository,
  declaration: string,
  stack: string,
): DeclarationError[] {
  const fault = file === undefined ? undefined : authorityFault(file);
  if (file === undefined || fault === undefined) return [];
  const remedy = "Name a PEM file with the certificate of the authority, from the project folder";
  return [
    new DeclarationError(placeOf(`${declaration}.sslrootcert`, stack), `${file} ${fault}`, remedy),
  ];
}

function authorityFault(file: string): string | undefined {
  try {
    return new X509Certificate(readFileSync(file)).subject === "" ? "names nobody" : undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? "does not exist" : `is not a certificate (${message})`;
  }
}
