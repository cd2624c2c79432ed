/**
 * `spec.behavior`. Its defaults are those of the HPA, and are written out: in escapement.yaml an absent field sets no
 * limit.
 */
import type { Fields } from '../fields.js';
import { quantityOf } from './quantity.js';

type Rules = Readonly<Record<string, unknown>>;

const defaultPolicies = {
  scaleUp: [
    { type: 'Percent', value: 100, periodSeconds: 15 },
    { type: 'Pods', value: 4, periodSeconds: 15 },
  ],
  scaleDown: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

/** Of `--horizontal-pod-autoscaler-downscale-stabilization`. */
const defaultDownWindowSeconds = 300;

export function behaviorOf(behavior: Fields): Readonly<Record<'scaleUp' | 'scaleDown', Rules>> {
  return {
    scaleUp: rulesOf(behavior.at('scaleUp'), 'scaleUp', undefined),
    scaleDown: rulesOf(behavior.at('scaleDown'), 'scaleDown', defaultDownWindowSeconds),
  };
}

function rulesOf(rules: Fields, direction: 'scaleUp' | 'scaleDown', defaultWindow: number | undefined): Rules {
  const window = rules.at('stabilizationWindowSeconds');
  const windowSeconds = window.isPresent ? window.whole() : defaultWindow;
  const selectPolicy = rules.at('selectPolicy').optionalText();
  const tolerance = rules.at('tolerance');
  const policies = rules.at('policies').items().map(policyOf);
  return {
    ...(windowSeconds !== undefined && { stabilizationWindowSeconds: windowSeconds }),
    ...(selectPolicy !== undefined && { selectPolicy }),
    ...(tolerance.isPresent && { tolerance: quantityOf(tolerance).value }),
    policies: policies.length > 0 ? policies : defaultPolicies[direction],
  };
}

function policyOf(policy: Fields): Rules {
  return {
    type: policy.at('type').text(),
    value: policy.at('value').whole(),
    periodSeconds: policy.at('periodSeconds').whole(),
  };
}
