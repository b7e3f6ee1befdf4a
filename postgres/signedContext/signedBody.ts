import type { Answers } from "../rowLevelSecurity/believedBody";
import { signingKeysTable } from "./signingKeys";

/**
 * The body of a function that looks at the token in app.context: `role.customer.expiry.key.signature`.
 *
 * The signature is HMAC-SHA256 of what stands before it, https://www.rfc-editor.org/rfc/rfc2104, made of sha256 alone: the table
 * keeps the key as its two pads. Hashes of the signatures are compared, so that the time tells nothing about the right one.
 * A token is good for transactions that begin before its end, however long they take.
 */
export function signedBody({ administrator, customer, nobody }: Answers): string {
  return `
declare
  token constant text := current_setting('app.context', true);
  parts constant text[] := string_to_array(token, '.');
  signed constant bytea := convert_to(array_to_string(parts[1:4], '.'), 'UTF8');
  signature text;
  id bigint;
begin
  if cardinality(parts) is distinct from 5 then
    return ${nobody};
  end if;
  select encode(sha256(k.outer_pad || sha256(k.inner_pad || signed)), 'hex') into signature
    from ${signingKeysTable} as k
   where k.id = parts[4];
  if signature is null
     or sha256(convert_to(signature, 'UTF8')) <> sha256(convert_to(parts[5], 'UTF8'))
     or parts[3] !~ '^[0-9]{1,12}$' then
    return ${nobody};
  end if;
  if to_timestamp(parts[3]::double precision) < transaction_timestamp() then
    return ${nobody};
  end if;
  if parts[1] = 'administrator' and parts[2] = '' then
    return ${administrator};
  end if;
  if parts[1] is distinct from 'customer' or parts[2] !~ '^[0-9]{1,19}$' then
    return ${nobody};
  end if;
  if parts[2]::numeric > 9223372036854775807 then
    return ${nobody};
  end if;
  id := parts[2]::bigint;
  return ${customer};
end
`;
}
