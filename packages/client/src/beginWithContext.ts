import { type ClientBase, Query } from "pg";

/** The part of node-postgres' connection that sends messages of the extended protocol. */
interface Messages {
  parse(statement: { text: string }): void;
  bind(portal: object): void;
  execute(portal: object): void;
}

interface ExtendedQuery {
  prepare(connection: Messages): void;
}

const ExtendedQuery = Query as unknown as new (
  settings: { text: string; values: string[] },
  callback: (error: Error | null) => void,
) => ExtendedQuery;

/**
 * A statement that BEGIN goes before, in one round trip.
 *
 * Its value is a parameter, and so not in pg_stat_activity, where the application's other sessions could read it.
 * https://www.postgresql.org/docs/15/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
class AfterBegin extends ExtendedQuery {
  constructor(
    private readonly begin: string,
    statement: { text: string; values: string[] },
    callback: (error: Error | null) => void,
  ) {
    super(statement, callback);
  }

  override prepare(connection: Messages): void {
    connection.parse({ text: this.begin });
    connection.bind({});
    connection.execute({});
    super.prepare(connection);
  }
}

/** Begins a transaction that has a value in app.context until it ends. */
export function beginWithContext(
  { query }: { query: ClientBase["query"] },
  begin: string,
  context: { statement: string; token: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const statement = { text: context.statement, values: [context.token] };
    const beginning = new AfterBegin(begin, statement, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
    void query(beginning as unknown as Parameters<ClientBase["query"]>[0]);
  });
}
