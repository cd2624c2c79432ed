/**
 * The autoscaling settings of one revision: its annotation, else the key of the ConfigMap `config-autoscaler`, else the
 * default of Knative (knative/serving pkg/apis/autoscaling/register.go and pkg/autoscaler/config, 98e5ef90).
 */
import type { Fields } from '../fields.js';
import { goDurationMs } from '../go-duration.js';

const prefix = 'autoscaling.knative.dev/';

/** Annotations that Knative also reads in their former spelling, such as `minScale`. */
const formerlySpelled = [
  'initial-scale',
  'max-scale',
  'metric-aggregation-algorithm',
  'min-scale',
  'panic-threshold-percentage',
  'panic-window-percentage',
  'scale-down-delay',
  'scale-to-zero-pod-retention-period',
  'target-burst-capacity',
  'target-utilization-percentage',
];

const known = [...formerlySpelled, 'activation-scale', 'class', 'metric', 'target', 'window'];

interface Range {
  readonly from: number;
  readonly to?: number;
}

export class Settings {
  constructor(
    /** `metadata.annotations` of the revision or of its template. */
    readonly annotations: Fields,
    /** `data` of config-autoscaler. Its fields are shared by all revisions. */
    private readonly defaults: Fields,
  ) {}

  /** The annotation in the spelling that counts. */
  annotation(name: string): Fields {
    const [current, former] = this.spellings(name);
    return former?.isPresent && !current.isPresent ? former : current;
  }

  /** Annotations that are there and do not count, because the same one is there in its present spelling. */
  shadowed(): readonly Fields[] {
    return formerlySpelled.flatMap((name) => {
      const [current, former] = this.spellings(name);
      return current.isPresent && former?.isPresent ? [former] : [];
    });
  }

  /** @param key of config-autoscaler, if it has one. */
  text(name: string, key: string | undefined, otherwise: string): string {
    return this.#field(name, key)?.text() ?? otherwise;
  }

  whole(name: string, key: string | undefined, otherwise: number): number {
    return this.number(name, key, otherwise, { from: 0 }, Number.isInteger);
  }

  number(
    name: string,
    key: string | undefined,
    otherwise: number,
    { from, to = Infinity }: Range,
    isValid: (value: number) => boolean = Number.isFinite,
  ): number {
    const field = this.#field(name, key);
    if (field === undefined) return otherwise;
    return numberIn(field, { from, to }, isValid);
  }

  durationMs(name: string, key: string, otherwise: number, { from, to = Infinity }: Range): number {
    const field = this.#field(name, key);
    if (field === undefined) return otherwise;
    const durationMs = goDurationMs(field);
    if (durationMs < from || durationMs > to) throw field.invalid(`is not from ${from / 1000} s to ${to / 1000} s`);
    return durationMs;
  }

  /** The key of config-autoscaler. */
  clusterField(key: string): Fields {
    return this.defaults.at(key);
  }

  /** A key that no annotation replaces. */
  clusterNumber(key: string, otherwise: number, { from, to = Infinity }: Range): number {
    const field = this.clusterField(key);
    return field.isPresent ? numberIn(field, { from, to }) : otherwise;
  }

  clusterFlag(key: string, otherwise: boolean): boolean {
    const field = this.defaults.at(key);
    if (!field.isPresent) return otherwise;
    const text = String(field.take()).toLowerCase();
    if (text !== 'true' && text !== 'false') throw field.invalid('is not true or false');
    return text === 'true';
  }

  private spellings(name: string): readonly [current: Fields, former: Fields | undefined] {
    const former = formerSpelling(name);
    const hasFormer = formerlySpelled.includes(name);
    return [this.annotations.at(prefix + name), hasFormer ? this.annotations.at(prefix + former) : undefined];
  }

  #field(name: string, key: string | undefined): Fields | undefined {
    const annotation = this.annotation(name);
    if (annotation.isPresent) return annotation;
    const inCluster = key === undefined ? undefined : this.defaults.at(key);
    return inCluster?.isPresent ? inCluster : undefined;
  }
}

/** Annotations of any other prefix do not concern the autoscaler. */
export function isOfAutoscaler(annotation: string): boolean {
  return annotation.startsWith(prefix);
}

/** Whether Knative has a setting of this name, in the present or the former spelling. */
export function isKnown(annotation: string): boolean {
  const name = annotation.slice(prefix.length);
  return known.includes(name) || formerlySpelled.map(formerSpelling).includes(name);
}

function formerSpelling(name: string): string {
  return name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function numberIn(
  field: Fields,
  { from, to = Infinity }: Range,
  isValid: (value: number) => boolean = Number.isFinite,
): number {
  const value = Number(field.text());
  if (isValid(value) && value >= from && value <= to) return value;
  const range = to === Infinity ? `from ${from}` : `from ${from} to ${to}`;
  throw field.invalid(`is not a ${isValid === Number.isInteger ? 'whole number' : 'number'} ${range}`);
}
