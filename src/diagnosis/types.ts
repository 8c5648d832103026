/** What the judge says. Texts are made from `code` and `params` by the catalogue, in either language. */

export type Severity = 'info' | 'warning' | 'error';
export type Confidence = 'certain' | 'likely' | 'possible';

/**
 * A finding without its words. `params` fill the catalogue's texts and hold only hosts, addresses, numbers and members of
 * closed sets: a stranger's text goes to `evidence` alone (contract §1).
 */
export type Finding = {
  readonly code: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly params: Readonly<Record<string, string | number>>;
  /** Never empty. What was seen: a reply line, a record. */
  readonly evidence: readonly string[];
};

/** A finding with its words, as the contract shows it. */
export type RenderedFinding = {
  readonly code: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly title: string;
  readonly explanation: string;
  readonly fix: string;
  readonly evidence: readonly string[];
  readonly references: readonly string[];
};
