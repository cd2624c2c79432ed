/** A number as a quantity of Kubernetes, in thousandths as the HPA computes: 0.25 is `250m`. */

export function quantityText(value: number): string {
  const thousandths = Math.round(value * 1000);
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}
