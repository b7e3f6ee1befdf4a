import type { Answers } from "../answers";
import { signingKeysTable } from "./signingKeys";

const part = (number: number) => `split_part(token, '.', ${String(number)})`;
const inTime = `to_timestamp(${part(3)}::double precision) >= transaction_timestamp()`;

/**
 * The body of a function that looks at the token in app.context: `role.customer.expiry.key.signature`.
 *
 * The signature is HMAC-SHA256 of what stands before it, https://www.rfc-editor.org/rfc/rfc2104, made of sha256 alone: the table
 * keeps the key as its two pads. Hashes of the signatures are compared, so that the time tells nothing about the right one.
 * A token is good for transactions that begin before its end, however long they take.
 *
 * Each expression of PL/pgSQL is made ready anew in each transaction, so there are few, and none casts before the signature is
 * found right. An id that is none is nobody's; an end that is no time is an error, which only a holder of the key can cause.
 */
export function signedBody({ administrator, customer, nobody }: Answers): string {
  return `
declare
  token constant text := current_setting('app.context', true);
  signature text;
begin
  select encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(left(token, -65), 'UTF8'))), 'hex')
    into signature
    from ${signingKeysTable} as k
   where k.id = ${part(4)};
  if sha256(convert_to(signature, 'UTF8')) = sha256(convert_to(${part(5)}, 'UTF8')) then
    if ${part(1)} = 'customer' and ${inTime}
       and (case ltrim(${part(2)}, '0123456789') when '' then nullif(${part(2)}, '')::numeric <= 9223372036854775807 end) then
      return ${customer(`${part(2)}::bigint`)};
    end if;
    if ${part(1)} = 'administrator' and ${part(2)} = '' and ${inTime} then
      return ${administrator};
    end if;
  end if;
  return ${nobody};
end
`;
}
