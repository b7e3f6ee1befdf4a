/** What a preview can find in the certificates of a stack. */
export const certificateKinds = [
  "certificate end",
  "certificate authority",
  "certificate file",
] as const;

export type CertificateKind = (typeof certificateKinds)[number];
