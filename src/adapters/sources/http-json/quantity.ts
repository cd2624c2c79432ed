/** Numbers as APIs write them: 12, "12", " 12 ", and the quantities of Kubernetes: "1k", "500m", "2Gi". */

/** NaN when the text is not a number. */
export function parseQuantity(text: string): number {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:(e[+-]?\d+)|([numkMGTPE]|[KMGTPE]i))?$/i.exec(text.trim());
  const [, digits, exponent, suffix] = match ?? [];
  if (digits === undefined) return NaN;
  if (exponent !== undefined) return Number(digits + exponent);
  if (suffix === undefined) return Number(digits);
  const power = powers[suffix];
  return power === undefined ? NaN : Number(digits) * power;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const powers: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
