/**
 * Quantities of Kubernetes (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/): `500m`,
 * `1.5Gi`, `3e2`. They are parsed to whole billionths, which is the finest amount that Kubernetes keeps.
 */
import { z } from 'zod';

const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i))?$/;

const decimalPowers: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binaryUnits = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** Returns billionths, or undefined if the text is not a quantity. A smaller amount is rounded away from zero. */
export function parseQuantity(text: string): bigint | undefined {
  const [, sign, whole = '', fraction = '', exponent, suffix = ''] = pattern.exec(text) ?? [];
  if (sign === undefined || whole + fraction === '') return undefined;
  const binary = 1024n ** BigInt(binaryUnits.indexOf(suffix) + 1);
  const power = 9 - fraction.length + Number(exponent ?? decimalPowers[suffix] ?? 0);
  const digits = BigInt(whole + fraction) * binary;
  const billionths = power >= 0 ? digits * 10n ** BigInt(power) : dividedUp(digits, 10n ** BigInt(-power));
  return sign === '-' ? -billionths : billionths;
}

/** A field of a response that contains a quantity. */
export const quantity = z.string().transform((text, context) => {
  const billionths = parseQuantity(text);
  if (billionths !== undefined) return billionths;
  context.addIssue('is not a quantity');
  return z.NEVER;
});

/** The nearest number. */
export function numberOf(billionths: bigint): number {
  return billionths % 1_000_000_000n === 0n ? Number(billionths / 1_000_000_000n) : Number(billionths) / 1e9;
}

/** Whole thousandths, rounded up, as the HorizontalPodAutoscaler computes with them. */
export function thousandthsOf(billionths: bigint): number {
  return Number(billionths < 0n ? billionths / 1_000_000n : dividedUp(billionths, 1_000_000n));
}

function dividedUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
