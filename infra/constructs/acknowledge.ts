// Where the house does other than a rule pack asks, it says why, next to the thing itself.
import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Accepts findings of cdk-nag on `scope` and all below it. `reasons`: exact finding id → why it is right here.
 * An acknowledgement that no finding needs fails a test, so that this list cannot outlive its reasons.
 */
export function acknowledge(scope: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(reasons)) Validations.of(scope).acknowledge({ id, reason });
}
