/** A place where a rule would make the code worse. Each gives its reason; one that is no longer needed is reported. */
export interface Exemption {
  readonly rule: string;
  readonly file: string;
  readonly reason: string;
}

export const EXEMPTIONS: readonly Exemption[] = [
  {
    rule: 'banned-call',
    file: 'packages/portal/src/platform/browser-clock.ts',
    reason: 'the browser has no service-kit: this file is its clock, and all other code of the portal takes it as data',
  },
];
