/**
 * `behavior`. What is absent here sets no limit, and has a default in the HPA. So every absent field is written with a
 * value that limits nothing.
 */
import type { Fields } from '../../importers/fields.js';

type Rules = Readonly<Record<string, unknown>>;

/** @param max of the resource: no change is larger. */
export function behaviorOf(behavior: Fields, max: number): { readonly scaleUp: Rules; readonly scaleDown: Rules } {
  return {
    scaleUp: rulesOf(behavior.at('scaleUp'), {}, [{ type: 'Pods', value: max, periodSeconds: 15 }]),
    // The default of the HPA is 300.
    scaleDown: rulesOf(behavior.at('scaleDown'), { stabilizationWindowSeconds: 0 }, [
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ]),
  };
}

function rulesOf(rules: Fields, noWindow: Rules, unlimited: readonly object[]): Rules {
  const tolerance = rules.at('tolerance');
  const selectPolicy = rules.at('selectPolicy').optionalText();
  const policies = rules.at('policies');
  const window = rules.at('stabilizationWindowSeconds');
  return {
    ...(window.isPresent ? { stabilizationWindowSeconds: window.whole() } : noWindow),
    ...(selectPolicy !== undefined && { selectPolicy }),
    ...(tolerance.isPresent && { tolerance: `${Math.round(Number(tolerance.take()) * 1000)}m` }),
    policies: policies.items().length > 0 ? policies.take() : unlimited,
  };
}
