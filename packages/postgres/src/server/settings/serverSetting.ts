/** A setting of the server, in the words of postgresql.conf. */
export interface ServerSetting {
  name: string;
  value: string;
  /** Why it differs from what initdb writes. */
  reason: string;
}
