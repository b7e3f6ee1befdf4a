import { DeclarationError } from "../declarationError";
import { isConcurrent } from "./concurrentIndex";
import type { MigrationFile } from "./migration";
import { locator } from "../sql/locate";
import { splitStatements } from "../sql/statements";

/**
 * What a file must not hold, found without a server.
 *
 * A file that isn't SQL to the parser has no faults here: the server is the judge of that, and says it better.
 */
export async function statementFaults(
  file: Pick<MigrationFile, "path" | "sql" | "noTransaction">,
): Promise<DeclarationError[]> {
  const statements = await splitStatements(file.sql).catch(() => []);
  let find: ReturnType<typeof locator> | undefined;

  return statements.flatMap(({ node, offset }) => {
    const refuse = (fault: string, remedy: string) => {
      find ??= locator(file.sql);
      const { line, column } = find(offset);
      return [new DeclarationError(`${file.path}:${line}:${column}`, fault, remedy)];
    };

    if ("TransactionStmt" in node && !savepoint.test(node.TransactionStmt.kind ?? "")) {
      const fault = "the file begins or ends a transaction, which the runner does";
      return refuse(fault, "Delete the statement: a file and its ledger row commit together");
    }
    if (isConcurrent(node) && file.noTransaction === undefined) {
      const remedy = 'Make "-- no transaction: <reason>" the first line of the file';
      return refuse("CONCURRENTLY can't run in the file's transaction", remedy);
    }
    if ("IndexStmt" in node && isConcurrent(node) && node.IndexStmt.idxname === undefined) {
      const fault = "an index built CONCURRENTLY has no name, so a broken one can't be found again";
      return refuse(fault, "Name the index");
    }
    return [];
  });
}

const savepoint = /SAVEPOINT|RELEASE|ROLLBACK_TO/;
