import type { Answers } from "./answers";

/**
 * The body of a function that takes the session's word for who it is, as the guide's contract has it.
 *
 * PL/pgSQL, because it is compiled once a session: a body in SQL is parsed anew with each statement that it is inlined into, which
 * costs more than the call. It has no search_path of its own, which would cost as much again; instead every name and
 * operator is qualified, so that the caller's search_path cannot put another one in its place. A value is only cast after it
 * was found to be a number.
 */
export function believedBody({ administrator, customer, nobody }: Answers): string {
  return `
declare
  who constant pg_catalog.text := pg_catalog.current_setting('app.current_user_role', true);
  written pg_catalog.text;
begin
  if who operator(pg_catalog.=) 'administrator' then
    return ${administrator};
  end if;
  if who operator(pg_catalog.=) 'customer' then
    written := pg_catalog.current_setting('app.current_customer_id', true);
    if written operator(pg_catalog.~) '^[0-9]{1,19}$' then
      if written::pg_catalog.numeric operator(pg_catalog.<=) 9223372036854775807 then
        return ${customer("written::pg_catalog.int8")};
      end if;
    end if;
  end if;
  return ${nobody};
end
`;
}
