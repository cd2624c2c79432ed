/** A quantity of a target, such as `500m`, `30Mi` or `1e3`. */
import { parseQuantity, thousandthsOf } from '../../adapters/sources/kubernetes/quantity.js';
import type { Fields } from '../fields.js';

export interface Quantity {
  readonly value: number;
  /** As written. */
  readonly text: string;
}

/** Rounded up to thousandths, as the HPA does. */
export function quantityOf(field: Fields): Quantity {
  const text = field.text();
  const billionths = parseQuantity(text);
  if (billionths === undefined) throw field.invalid('is not a quantity such as 500m, 30Mi or 100');
  return { value: thousandthsOf(billionths) / 1000, text };
}

/** The target of a metric. */
export function targetOf(field: Fields): Quantity {
  const quantity = quantityOf(field);
  if (quantity.value <= 0) throw field.invalid('must be above 0');
  return quantity;
}

/** `30Mi` beside 31457280. Undefined where both are the same text. */
export function asComment({ value, text }: Quantity): string | undefined {
  return text === String(value) ? undefined : ` ${text}`;
}
